import { readdirSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { inspectFolder, prepareFolder, stateDirectory } from './state/folder.ts'

/** About ten releases on one Node; each file is a script of `dist` in the form in which V8 runs it. */
const mostFiles = 400

/** A release that is replaced leaves its scripts behind: past the bound all begins anew, for it is only a cache. */
const bound = (folder: string): void => {
  const names = readdirSync(folder)
  const count = names.reduce((sum, name) => sum + readdirSync(join(folder, name)).length, 0)
  if (count > mostFiles) for (const name of names) rmSync(join(folder, name), { recursive: true, force: true })
}

/**
 * Lets Node keep what it compiled below the default state folder, which starts a run in less time. Who can write there decides what runs: so only where
 * the state folder is there already and nobody else has a hand in it, or in the folder itself. Anything in the way means no cache, and is never told. Gives the folder.
 */
export const keepCompiledCode = (environment: Readonly<Record<string, string | undefined>>): string | undefined => {
  if (environment['RUNNER_ENVIRONMENT'] === 'github-hosted') return undefined
  try {
    const state = stateDirectory(environment)
    const folder = join(state, 'compiled')
    if (inspectFolder(state) !== undefined || prepareFolder(folder) !== undefined) return undefined
    bound(folder)
    enableCompileCache(folder)
    return folder
  } catch {
    // A user without a home, a disk that is full, a folder that vanished: the run starts as it does without.
    return undefined
  }
}
