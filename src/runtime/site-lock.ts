import type { Exclusive } from '../contract/context.ts'
import { lockNames } from '../core/site.ts'
import type { SiteOfRun } from './site.ts'
import { type Acquired, acquireLock, type LockHolder } from './state/locks.ts'

export type LockWanted = {
  readonly directory: string
  readonly of: SiteOfRun
  /** What the holder does: the action's name. */
  readonly what: string
  readonly deadline: number
}

type Refused = Extract<Exclusive<never>, { kind: 'refused' }>
type Held = { readonly kind: 'held'; readonly release: () => void }

const heldBy = ({ what, pid, since }: LockHolder): Refused => ({
  kind: 'refused',
  cause: `${what} (process ${pid}) has worked on this project since ${new Date(since).toISOString()}`,
  advice: 'run it again when that has ended',
})

const refusedBy = (acquired: Exclude<Acquired, { kind: 'acquired' }>): Refused =>
  acquired.kind === 'held' ? heldBy(acquired.holder) : { kind: 'refused', cause: acquired.cause, advice: acquired.advice }

/** Takes all locks of a site, or none. Waits for nobody. */
export const holdSite = async ({ directory, of, what, deadline }: LockWanted): Promise<Held | Refused> => {
  const held: (() => unknown)[] = []
  const release = () => {
    for (const one of held.toReversed()) one()
  }
  for (const project of lockNames(of.site, of.shared)) {
    const acquired = await acquireLock({ directory, project, what, deadline, now: Date.now() })
    if (acquired.kind === 'acquired') held.push(() => acquired.release())
    else {
      release()
      return refusedBy(acquired)
    }
  }
  return { kind: 'held', release }
}

/** Why nothing may be changed: which compose project is meant cannot be seen, and so not what else works on it. */
export const blindTo = ({ unseen }: SiteOfRun): Refused | undefined =>
  unseen === undefined
    ? undefined
    : {
        kind: 'refused',
        cause: `it cannot see which compose project that is, nor what else works on it: ${unseen.cause}`,
        advice: `${unseen.advice}; or name it: compose: { project: NAME }`,
      }

/** Does work that changes a site while nothing else of Ronde changes it on this server. Waits for nobody. */
export const underLock = async <T>(wanted: LockWanted, work: () => Promise<T>): Promise<Exclusive<T>> => {
  const blind = blindTo(wanted.of)
  if (blind !== undefined) return blind
  const lock = await holdSite(wanted)
  if (lock.kind === 'refused') return lock
  try {
    return { kind: 'done', value: await work() }
  } finally {
    lock.release()
  }
}
