import type { Compose } from '../contract/compose.ts'
import type { Exclusive } from '../contract/context.ts'
import { acquireLock, type LockHolder } from './state/locks.ts'

export type Wanted = {
  readonly directory: string
  /** As far as it is configured; else compose is asked, so that every run of a project means the same lock. */
  readonly project: string | undefined
  readonly compose: Compose
  /** What the holder does: the action's name. */
  readonly what: string
  readonly deadline: number
}

const heldBy = ({ what, pid, since }: LockHolder): string =>
  `${what} (process ${pid}) has worked on this project since ${new Date(since).toISOString()}`

const projectName = async ({ project, compose }: Wanted): Promise<string> => {
  if (project !== undefined) return project
  const found = await compose.project()
  return found.seen ? found.value.name : ''
}

/** Does work that changes a compose project while nothing else of Ronde changes it on this server. Waits for nobody. */
export const underLock = async <T>(wanted: Wanted, work: () => Promise<T>): Promise<Exclusive<T>> => {
  const { directory, what, deadline } = wanted
  const acquired = await acquireLock({ directory, project: await projectName(wanted), what, deadline, now: Date.now() })
  if (acquired.kind === 'held') return { kind: 'refused', cause: heldBy(acquired.holder), advice: 'run it again when that has ended' }
  if (acquired.kind === 'failed') return { kind: 'refused', cause: acquired.cause, advice: acquired.advice }
  try {
    return { kind: 'done', value: await work() }
  } finally {
    acquired.release()
  }
}
