/** The notices that the licences of bundled packages demand, for `dist/licenses.txt`. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

type Manifest = { readonly name: string; readonly version: string; readonly license?: string }

/** What the bundler itself writes into the bundle comes from a package that npm does not install beside it. */
const runtimeOfBundler = { title: 'webpack (its runtime, by @vercel/ncc): MIT', file: join(import.meta.dirname, 'notices/webpack.txt') }

/** Packages whose authors name a licence and bring no text of it: the text, with the author whom their manifest names. */
const keptTexts: Readonly<Record<string, string>> = { '@nodable/entities': 'nodable-entities.txt' }

const tidy = (text: string): string => text.replaceAll('\r\n', '\n').trim()

/** The section "License" of a README, for packages that have no file of their own for it. */
const licenceSection = (readme: string): string =>
  tidy(/^#+[ \t]*licen[cs]e[^\n]*\n([\s\S]*?)(?=^#+[ \t]|(?![\s\S]))/im.exec(readme)?.[1] ?? '')

/** The licence of the package in `folder` with its copyright line, as its authors wrote it; throws when it brings none. */
export const noticeOf = (folder: string): string => {
  const names = readdirSync(folder).toSorted()
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const files = names.filter((name) => /^(licen[cs]e|copying|notice)([.-]|$)/i.test(name))
  const texts =
    files.length > 0
      ? files.map(read).map(tidy)
      : names
          .filter((name) => /^readme/i.test(name))
          .map(read)
          .map(licenceSection)
  const notice = texts.filter((text) => text !== '').join('\n\n')
  if (!/copyright/i.test(notice)) throw new Error(`${folder}: brings no notice with a copyright line; its licence asks for one`)
  return notice
}

/** The notice of the package in `folder`, or the text that is kept for it. */
export const noticeFor = (folder: string): string => {
  const kept = keptTexts[/node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder)?.[1] ?? '']
  return kept === undefined ? noticeOf(folder) : tidy(readFileSync(join(import.meta.dirname, 'notices', kept), 'utf8'))
}

const titleOf = (folder: string): string => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  return `${name} ${version}: ${license ?? 'see below'}`
}

/** One block a package; `folders` are those that the bundler names. */
export const notices = (folders: readonly string[]): string => {
  const blocks = folders.map((folder) => `${titleOf(folder)}\n\n${noticeFor(folder)}\n`)
  const runtime = `${runtimeOfBundler.title}\n\n${tidy(readFileSync(runtimeOfBundler.file, 'utf8'))}\n`
  return [...blocks, runtime].join(`\n${'-'.repeat(80)}\n\n`)
}
