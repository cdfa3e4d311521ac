import { readdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunProgram } from '../../contract/process.ts'
import { isWithin, seeWritableMounts } from '../../tools/container-mounts.ts'
import { folderFault } from '../../tools/folder-trust.ts'
import { readBounded } from '../files/read.ts'

/** Why certbot must not be started on a folder: what it runs there, it runs as root. */
export type ForeignHands = { readonly cause: string; readonly advice: string }

const confLimitBytes = 256 * 1024
const hookFolders = ['pre', 'deploy', 'post'].map((kind) => `renewal-hooks/${kind}`)
/** Certbot reads the first of these whatever its folder is. */
const settings = (directory: string) => ['/etc/letsencrypt/cli.ini', join(directory, 'cli.ini')]

const advice =
  'keep what certbot of the host reads where only root can write, or leave `renew-dry-run` out and try it in the container that renews'

/** The real path; undefined for what is not there. Throws where it may not be looked at. */
const real = (path: string): Promise<string | undefined> =>
  realpath(path).catch((error: unknown) => {
    if (Error.isError(error) && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  })

const below = async (folder: string): Promise<readonly string[]> =>
  (await real(folder)) === undefined ? [] : (await readdir(folder)).map((name) => join(folder, name))

/** Programs that a file of settings names by their path, as its hooks do. */
const namedIn = async (path: string): Promise<readonly string[]> => {
  const read = await readBounded(path, confLimitBytes)
  const lines = read.kind === 'file' ? read.bytes.toString('utf8').split('\n') : []
  const hooks = lines.map((line) => line.trim()).filter((line) => /^\w{1,40}[-_]hook\s*=/.test(line))
  return hooks.flatMap((line) => line.match(/\/[^\s"'=;|&<>()]+/g) ?? [])
}

/** All that certbot may read settings from or run; a link among it leads elsewhere. */
const pathsOf = async (directory: string): Promise<readonly string[]> => {
  const files = (await Promise.all(['renewal', ...hookFolders].map((name) => below(join(directory, name))))).flat()
  const named = await Promise.all([...settings(directory), ...files.filter((path) => path.endsWith('.conf'))].map(namedIn))
  const all = [
    directory,
    ...['renewal', ...hookFolders].map((name) => join(directory, name)),
    ...settings(directory),
    ...files,
    ...named.flat(),
  ]
  const found = await Promise.all(all.map(real))
  return [...new Set(found.filter((path) => path !== undefined))]
}

const ofContainers = (paths: readonly string[], root: string, mounts: readonly string[]): string | undefined => {
  for (const path of paths) {
    if (mounts.some((mount) => isWithin(path, mount))) return `a container may write to ${path}`
    // The file systems of other processes, containers among them.
    if (isWithin(path, '/proc')) return `${path} is in another process's hands`
  }
  const inside = mounts.find((mount) => isWithin(mount, root))
  return inside === undefined ? undefined : `a container may write to ${inside}, inside of it`
}

const ofUsers = (paths: readonly string[]): string | undefined => {
  for (const path of paths) {
    const fault = folderFault(path)
    if (fault !== undefined && fault !== 'absent') return `${fault.path}: ${fault.reason}`
  }
  return undefined
}

/** Whether anybody but root, or the user of the runner, could put a program where certbot runs it; undefined when nobody could. */
export const seeForeignHands = async (directory: string, run: RunProgram, signal: AbortSignal): Promise<ForeignHands | undefined> => {
  const mounts = await seeWritableMounts(run, signal)
  if (!mounts.seen) return { cause: `which containers may write to ${directory} cannot be seen: ${mounts.cause}`, advice: mounts.advice }
  try {
    const paths = await pathsOf(directory)
    const cause = ofContainers(paths, paths[0] ?? directory, mounts.value) ?? ofUsers(paths)
    return cause === undefined ? undefined : { cause: `certbot runs hooks as root, and ${cause}`, advice }
  } catch (error) {
    // Only who may look everywhere can tell: certbot of root would read it all.
    const code = Error.isError(error) && 'code' in error ? String(error.code) : String(error)
    return { cause: `who may write to ${directory} cannot be seen (${code})`, advice: 'let the user of the runner list it' }
  }
}
