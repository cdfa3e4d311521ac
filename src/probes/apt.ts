import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunProgram } from '../contract/process.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../contract/seen.ts'
import { type PendingUpdate, pendingUpdates } from '../domain/packages/apt-simulation.ts'

/** `listsAt`: when the lists of packages were fetched last; undefined where there are none. */
export type AptSeen = { readonly updates: readonly PendingUpdate[]; readonly listsAt: Instant | undefined }

export type AptAccess = { readonly run: RunProgram; readonly signal: AbortSignal; readonly now: () => Instant; readonly root?: string }

const timeoutMs = 60_000

const modifiedAt = (path: string): Promise<Instant | undefined> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    // Not there: another of them tells.
    () => undefined,
  )

/** The lists carry their server's time; what apt touches itself tells when it fetched. */
const listsFetchedAt = async (root: string): Promise<Instant | undefined> => {
  const folder = join(root, 'var/lib/apt/lists')
  const names = await readdir(folder).catch((): readonly string[] => [])
  if (!names.some((name) => /_(?:In)?Release$/.test(name))) return undefined
  const touched = ['var/lib/apt/lists', 'var/lib/apt/lists/partial', 'var/lib/apt/periodic/update-success-stamp']
  const times = await Promise.all(touched.map((path) => modifiedAt(join(root, path))))
  return Math.max(...times.flatMap((one) => one ?? []))
}

/** Asks apt what it would install, without installing, locking or fetching anything. */
export const probeApt = async ({ run, signal, now, root = '/' }: AptAccess): Promise<Seen<AptSeen>> => {
  const ended = await run('apt-get', ['-s', '-q', '-o', 'Debug::NoLocking=true', 'dist-upgrade'], { timeoutMs, signal })
  if (ended.ended === 'not-started')
    return couldNotLook('apt-get is not on this machine', 'run it on the server, a Debian or Ubuntu; or leave `os-updates` off')
  if (ended.ended !== 'exit' || ended.exitCode !== 0)
    return couldNotLook(
      `apt-get -s ended with ${ended.ended === 'exit' ? ended.exitCode : ended.ended}`,
      'run `apt-get -s dist-upgrade` there and mend what it says',
    )
  if (ended.truncated) return couldNotLook('apt-get says more than what is read', 'run `apt-get -s dist-upgrade` there')
  return saw({ updates: pendingUpdates(ended.stdout), listsAt: await listsFetchedAt(root) }, now())
}
