/** Emits `src/` as JavaScript: as one bundle into `.build/`, which tests run, so that they never run a stale `dist`; as modules for `dist`. */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { changesServer } from '../src/contract/action.ts'
import { actions } from '../src/registry.generated.ts'
import { ask } from './program.ts'

/** Where tests find each action with its `action.yml`. */
const testFolder = '.build'
/** Where the bundler of `dist` finds the modules. */
export const moduleFolder = '.modules'

type Stub = (...args: readonly string[]) => string

const call = (args: readonly string[]): string => `await main(${args.map((one) => `'${one}'`).join(', ')})\n`

/** Node keeps what it compiled beside the bundle, for all runs of the tests. */
const cached = `import { enableCompileCache } from 'node:module'\nenableCompileCache(import.meta.dirname + '/compiled')\n`
const stubOfTests: Stub = (...args) => `${cached}const { main } = await import('./index.js')\n${call(args)}`

/** The cache of compiled code must be on before the bundle is loaded. */
export const stubOfDist: Stub = (...args) =>
  `import { keepCompiledCode } from './start/index.js'\nkeepCompiledCode(process.env)\nconst { main } = await import('./index.js')\n${call(args)}`

/** One stub per action, and one for the post step of each that changes something; all share one bundle. */
export const stubs = async (stub: Stub): Promise<Readonly<Record<string, string>>> => {
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

/** The modules as they are, types erased: what types say is a step of its own. */
export const emitModules = async (): Promise<void> => {
  rmSync(moduleFolder, { recursive: true, force: true })
  await runNode('node_modules/typescript/bin/tsc', ['-p', 'tsconfig.build.json', '--noCheck', '--singleThreaded'])
}

/** A package of CommonJS that is loaded late gets the names that Node gives it; esbuild alone gives only `default`. */
const namesOfLatePackages: Plugin = {
  name: 'names of late packages',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^[^.]/ }, ({ kind, path }) =>
      kind === 'dynamic-import' && !path.startsWith('node:') ? { path, namespace: 'late' } : undefined,
    )
    bundler.onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => /^\w+$/.test(name))
      return { contents: `export { ${names.join(', ')} } from '${path}'`, resolveDir: process.cwd() }
    })
  },
}

/** Processes of their own, beside those of actions: `src/looker.ts`. */
const programs = globSync('src/*.ts')
  .map((path) => basename(path, '.ts'))
  .filter((name) => name !== 'index' && name !== 'looks' && !name.endsWith('.generated'))

/** What a test's own entry imports, beside the stubs: actions, and those that only tests have. */
const entries = [
  ...['index', 'runtime/main', ...Object.keys(actions).map((name) => `actions/${name}/action`)].map((out) => ({
    in: `src/${out}.ts`,
    out,
  })),
  ...globSync('__tests__/support/*-action.ts').map((path) => ({ in: path, out: `support/${basename(path, '.ts')}` })),
  ...programs.map((name) => ({ in: `src/${name}.ts`, out: `${name}/index` })),
]

/** One process of a test starts in half the time of modules and packages that are read one by one. */
const bundle = (): Promise<unknown> =>
  build({
    entryPoints: entries,
    outdir: testFolder,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    logLevel: 'warning',
    legalComments: 'none',
    plugins: [namesOfLatePackages],
    // Packages of CommonJS ask for modules of Node by `require`.
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
  })

export const emit = async (): Promise<void> => {
  rmSync(testFolder, { recursive: true, force: true })
  await bundle()
  const ofPrograms = programs.map((name) => [`${name}.js`, `${cached}await import('./${name}/index.js')\n`])
  const files = { ...(await stubs(stubOfTests)), ...(Object.fromEntries(ofPrograms) as Readonly<Record<string, string>>) }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(testFolder, name), text)
  for (const file of ['action.yml', ...Object.keys(actions).map((name) => `actions/${name}/action.yml`)]) {
    const target = join(testFolder, file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, readFileSync(file, 'utf8').replaceAll('dist/', ''))
  }
}

if (import.meta.main) await emit()
