import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { once } from '../../core/once.ts'
import { jsonValue } from '../../core/read-json.ts'
import { instantShape } from '../../core/time/instant-shape.ts'
import { createWhole, nameForFile, readOwnFile, replaceWhole } from './files.ts'
import { inspectFolder, prepareFolder } from './folder.ts'
import { withGuard } from './guard.ts'
import { isAlive, ownerShape, ownIdentity } from './owner.ts'
import { type StateTrouble, systemTrouble } from './trouble.ts'

const maxLockBytes = 64 * 1024
/** A lock that is released and taken again between our two looks, this many times in a row. */
const maxTries = 100

const holderSchema = once(() =>
  z.object({
    ...ownerShape(),
    token: z.string().max(100),
    project: z.string(),
    /** What it does: `backup`. */
    what: z.string(),
    since: instantShape,
  }),
)
/** Who holds the lock of a compose project, since when, and when it will have ended (milliseconds since the epoch). */
export type LockHolder = Readonly<z.output<ReturnType<typeof holderSchema>>>

type Found =
  | { readonly kind: 'free' }
  | { readonly kind: 'dead'; readonly holder: LockHolder }
  | { readonly kind: 'held'; readonly holder: LockHolder }
  | ({ readonly kind: 'unreadable' } & StateTrouble)

export type Acquired =
  /** `tookOverFrom`: the dead process whose lock this was. `release` removes only our own lock; it tells what kept it from doing so. */
  | { readonly kind: 'acquired'; readonly tookOverFrom: LockHolder | undefined; release(): StateTrouble | undefined }
  | { readonly kind: 'held'; readonly holder: LockHolder }
  | ({ readonly kind: 'failed' } & StateTrouble)

const lockFolder = (directory: string) => join(directory, 'locks')
const lockPath = (directory: string, project: string) => join(lockFolder(directory), `${nameForFile(project)}.lock`)

/** What is not JSON is not a lock that this program wrote. */
const parseHolder = (text: string): LockHolder | undefined => holderSchema().safeParse(jsonValue(text), { jitless: true }).data

const look = (path: string, now: number): Found => {
  const file = readOwnFile(path, maxLockBytes)
  if (file.kind === 'absent') return { kind: 'free' }
  const holder = file.kind === 'text' ? parseHolder(file.text) : undefined
  if (holder !== undefined) return { kind: isAlive(holder, now) ? 'held' : 'dead', holder }
  const cause = file.kind === 'refused' ? file.cause : `${path}: is not a lock that Ronde wrote`
  return { kind: 'unreadable', cause, advice: 'remove this file when no backup, restore or update runs on this server' }
}

const releaser = (path: string, token: string) => (): StateTrouble | undefined => {
  const file = readOwnFile(path, maxLockBytes)
  if (file.kind !== 'text' || parseHolder(file.text)?.token !== token) return undefined
  try {
    unlinkSync(path)
    return undefined
  } catch (error) {
    // The work is done either way; a lock that stays is freed when this process has gone.
    return systemTrouble(path, error)
  }
}

type Wish = { readonly path: string; readonly text: string; readonly token: string; readonly now: number }

/** One try; `undefined` when the lock changed hands while it was looked at. A dead holder's lock is replaced, but only under the guard. */
const attempt = ({ path, text, token, now }: Wish, guarded: boolean): Acquired | 'dead' | undefined => {
  const found = look(path, now)
  if (found.kind === 'held') return found
  if (found.kind === 'unreadable') return { ...found, kind: 'failed' }
  if (found.kind === 'free') {
    return createWhole(path, text) ? { kind: 'acquired', tookOverFrom: undefined, release: releaser(path, token) } : undefined
  }
  if (!guarded) return 'dead'
  replaceWhole(path, text)
  return { kind: 'acquired', tookOverFrom: found.holder, release: releaser(path, token) }
}

const acquire = async (directory: string, wish: Wish): Promise<Acquired> => {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const first = attempt(wish, false)
    const outcome = first === 'dead' ? await withGuard(lockFolder(directory), () => attempt(wish, true)) : first
    if (outcome !== undefined && outcome !== 'dead') return outcome
  }
  return { kind: 'failed', cause: `${wish.path}: changes hands all the time`, advice: 'look at what takes this lock' }
}

/** Takes the lock of a compose project without waiting. A live holder keeps it, whatever its deadline; a dead one's is taken over by exactly one. */
export const acquireLock = async (wanted: {
  readonly directory: string
  readonly project: string
  readonly what: string
  readonly deadline: number
  readonly now: number
}): Promise<Acquired> => {
  const { directory, project, what, deadline, now } = wanted
  const trouble = prepareFolder(directory) ?? prepareFolder(lockFolder(directory))
  if (trouble !== undefined) return { kind: 'failed', ...trouble }
  const token = crypto.randomUUID()
  const mine: LockHolder = { ...ownIdentity(deadline), token, project, what, since: now }
  const path = lockPath(directory, project)
  try {
    return await acquire(directory, { path, text: `${JSON.stringify(mine)}\n`, token, now })
  } catch (error) {
    // A full or read-only disk: told like any other reason why there is no lock.
    return { kind: 'failed', ...systemTrouble(path, error) }
  }
}

export type Held =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly holder: LockHolder }
  | ({ readonly kind: 'unreadable' } & StateTrouble)

/** Reads who holds the lock of a compose project; a dead holder holds nothing. Changes nothing. */
export const whoHolds = (directory: string, project: string, now: number): Held => {
  const folder = inspectFolder(lockFolder(directory))
  if (folder === 'absent') return { kind: 'free' }
  if (folder !== undefined) return { kind: 'unreadable', ...folder }
  const found = look(lockPath(directory, project), now)
  return found.kind === 'dead' ? { kind: 'free' } : found
}
