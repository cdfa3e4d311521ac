import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Files that a page tells to write, by their paths: `1. \`path\`:` and a block of code below it. */
export const filesOfPage = (page: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...page.matchAll(/^\d+\. `([\w./-]+)`:\n\n```\w+\n([^]*?)^```$/gm)].map((match) => [match[1] ?? '', match[2] ?? '']))

/** What the generator, the compiler and the tests read. */
const copied = ['src', 'scripts', 'actions', 'schema', 'docs', 'action.yml', 'README.md', 'package.json', 'jest.config.mjs']

/** A checkout of its own, with the packages of this one. */
export const copyCheckout = (target: string): void => {
  for (const name of [...copied, 'tsconfig.json', 'tsconfig.build.json']) cpSync(name, join(target, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(target, 'node_modules'))
}

export const writeFiles = (root: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** Runs a program of the checkout; what it says is the message of the failure. */
export const runIn = (root: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${status}\n${stdout}${stderr}`)
  return stdout + stderr
}

export const contributing = (): string => readFileSync('CONTRIBUTING.md', 'utf8')
