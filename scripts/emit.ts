/** Emits `src/` as JavaScript into `.build/`, with a stub and an `action.yml` for each action, so that tests run what `dist` is made of and never a stale `dist`. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { changesServer } from '../src/contract/action.ts'
import { actions } from '../src/registry.generated.ts'
import { ask } from './program.ts'

export const buildFolder = '.build'

type Stub = (...args: readonly string[]) => string

const call = (args: readonly string[]): string => `await main(${args.map((one) => `'${one}'`).join(', ')})\n`

/** Hundreds of small modules are not worth a cache. */
const stubOfBuild: Stub = (...args) => `import { main } from './index.js'\n${call(args)}`

/** The cache of compiled code must be on before the bundle is loaded. */
export const stubOfDist: Stub = (...args) =>
  `import { keepCompiledCode } from './start/index.js'\nkeepCompiledCode(process.env)\nconst { main } = await import('./index.js')\n${call(args)}`

/** One stub per action, and one for the post step of each that changes something; all share one bundle. */
export const stubs = async (stub: Stub = stubOfBuild): Promise<Readonly<Record<string, string>>> => {
  const loaded = await Promise.all(Object.values(actions).map(async (load) => (await load()).action))
  const changing = loaded.filter(changesServer)
  return Object.fromEntries([
    ...['round', ...Object.keys(actions)].map((name) => [`${name}.js`, stub(name)]),
    ...(changing.length === 0 ? [] : ['round', ...changing.map(({ name }) => name)]).map((name) => [`${name}-post.js`, stub(name, 'post')]),
  ])
}

export const runNode = async (script: string, args: readonly string[]): Promise<void> => {
  const { exitCode, stdout, stderr } = await ask(process.execPath, [script, ...args])
  if (exitCode !== 0) throw new Error(`${script} ${args.join(' ')} failed\n${stdout}${stderr}`)
}

export const emit = async (): Promise<void> => {
  rmSync(buildFolder, { recursive: true, force: true })
  await runNode('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json'])
  for (const [name, text] of Object.entries(await stubs())) writeFileSync(join(buildFolder, name), text)
  for (const file of ['action.yml', ...Object.keys(actions).map((name) => `actions/${name}/action.yml`)]) {
    const target = join(buildFolder, file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, readFileSync(file, 'utf8').replaceAll('dist/', ''))
  }
}

if (import.meta.main) await emit()
