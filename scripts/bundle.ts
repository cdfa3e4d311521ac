/** The bundler: what `tsc` emitted into one folder, and the list of the packages whose modules it really put there. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { moduleFolder, runNode } from './emit.ts'

/** A module as webpack lists it; one that was joined with others lists them below itself. */
type Module = { readonly name?: string; readonly modules?: readonly Module[] }

const ids = (modules: readonly Module[]): string[] => modules.flatMap(({ name = '', modules: below = [] }) => [name, ...ids(below)])

/** The folders of the packages that these modules come from, sorted. */
export const packageFolders = (modules: readonly Module[]): readonly string[] => {
  const folders = ids(modules).map((id) => /^.*node_modules\/(?:@[^/]+\/)?[^/ ]+/.exec(id)?.[0].replace(/^\.\//, ''))
  return [...new Set(folders.filter((folder) => folder !== undefined))].toSorted()
}

/** What a package would like to use and does without where nobody installed it; here only tools of ours bring it. */
const notBundled = ['supports-color']

const bundle = async (script: string, target: string): Promise<readonly string[]> => {
  const aside = mkdtempSync(join(tmpdir(), 'ronde-bundle-'))
  const list = join(aside, 'stats.json')
  try {
    await runNode('node_modules/@vercel/ncc/dist/ncc/cli.js', [
      'build',
      `${moduleFolder}/${script}`,
      '-C',
      '-q',
      ...notBundled.flatMap((name) => ['-e', name]),
      '-o',
      target,
      '--stats-out',
      list,
    ])
    return packageFolders((JSON.parse(readFileSync(list, 'utf8')) as { modules: readonly Module[] }).modules)
  } finally {
    rmSync(aside, { recursive: true, force: true })
  }
}

/**
 * Bundles into `target` and gives the folders of the packages that are in it. The process that looks has a bundle of its own: it starts in a
 * third of the time, without what parses and publishes. So has GitHub's cache, which most runs do without, and what must run before the large bundle is compiled.
 */
export const bundleAll = async (target: string): Promise<readonly string[]> =>
  [
    ...new Set([
      ...(await bundle('index.js', target)),
      ...(await bundle('looker.js', join(target, 'looker'))),
      ...(await bundle('keeper.js', join(target, 'keeper'))),
      ...(await bundle('runtime/compiled-code.js', join(target, 'start'))),
    ]),
  ].toSorted()
