import { chmod, mkdir, mkdtemp, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptFolder, OpenKept } from '../contract/kept.ts'
import type { GitHubCache } from './github-cache.ts'
import { prepareFolder } from './state/folder.ts'

export type KeptParts = {
  readonly action: string
  readonly stateDirectory: string | undefined
  readonly temporary: string
  /** For machines that are new each time; opened where there is no folder of the state. */
  readonly openCache: () => GitHubCache | undefined
}

const nothing = async (): Promise<void> => {}

/** Beside the state, as far as that can be trusted. */
const besideState = ({ stateDirectory, action }: KeptParts, name: string): string | undefined => {
  if (stateDirectory === undefined || prepareFolder(stateDirectory) !== undefined) return undefined
  const path = join(stateDirectory, 'kept', action, name)
  return prepareFolder(path) === undefined ? path : undefined
}

const forThisRun = async ({ temporary }: KeptParts): Promise<string> => {
  await mkdir(temporary, { recursive: true })
  const path = await mkdtemp(join(temporary, 'ronde-kept-'))
  await chmod(path, 0o700)
  return path
}

/** Names, sizes and times: what is written anew has others. */
const contentOf = async (path: string): Promise<string> => {
  const names = (await readdir(path)).toSorted()
  const files = await Promise.all(names.map((name) => stat(join(path, name))))
  return files.map(({ size, mtimeMs }, index) => `${names[index]} ${size} ${Math.floor(mtimeMs / 1_000)}`).join('\n')
}

/** The same place on every machine, for the cache knows its entries by it. */
const fromCache = async ({ temporary, action }: KeptParts, cache: GitHubCache, name: string): Promise<KeptFolder> => {
  const path = join(temporary, 'ronde-kept', action, name)
  await mkdir(path, { recursive: true, mode: 0o700 })
  const prefix = `ronde-${action}-${name}-`
  await cache.restore(path, prefix)
  const before = await contentOf(path)
  const keep = async () => {
    // A folder that went away has nothing to keep.
    const now = await contentOf(path).catch(() => '')
    if (now !== before && now !== '') await cache.save(path, `${prefix}${Date.now().toString(36)}`)
  }
  return { path, keep }
}

const open = async (parts: KeptParts, name: string): Promise<KeptFolder> => {
  const path = besideState(parts, name)
  if (path !== undefined) return { path, keep: nothing }
  const cache = parts.stateDirectory === undefined ? parts.openCache() : undefined
  return cache === undefined ? { path: await forThisRun(parts), keep: nothing } : fromCache(parts, cache, name)
}

/** What an action keeps for its later runs: beside the state, in GitHub's cache on a machine that has none, else for this run only. */
export const createOpenKept = (parts: KeptParts): OpenKept => {
  const opened = new Map<string, Promise<KeptFolder>>()
  return (name) => {
    const one = opened.get(name) ?? open(parts, name)
    opened.set(name, one)
    return one
  }
}
