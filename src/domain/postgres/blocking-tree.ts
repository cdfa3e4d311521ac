import { formatDuration } from '../../core/quantity.ts'
import type { Session } from './observation.ts'

const mostLines = 20
const preparedTransaction = 0

const isWaiting = (one: Session): boolean => one.blockedBy.length > 0

/** Those that block others and wait for nobody themselves. Sessions in a circle have none: the server ends one of them by itself. */
export const rootBlockers = (sessions: readonly Session[]): readonly number[] => {
  const waiting = new Set(sessions.filter(isWaiting).map((one) => one.pid))
  return [...new Set(sessions.flatMap((one) => one.blockedBy).filter((pid) => !waiting.has(pid)))]
}

/** Who waits for whom, one line a session, indented under the one that blocks it; at most 20 lines. */
export const blockingTree = (sessions: readonly Session[]): readonly string[] => {
  const byPid = new Map(sessions.map((one) => [one.pid, one]))
  const told = new Set<number>()
  const lines: string[] = []
  const tell = (pid: number, depth: number): void => {
    if (told.has(pid) || lines.length >= mostLines) return
    told.add(pid)
    lines.push(`${'  '.repeat(depth)}${describeSession(pid, byPid.get(pid))}`)
    for (const one of sessions) if (one.blockedBy.includes(pid)) tell(one.pid, depth + 1)
  }
  const waiting = sessions.filter(isWaiting)
  for (const pid of [...rootBlockers(sessions), ...waiting.map((one) => one.pid)]) tell(pid, 0)
  const left = waiting.filter((one) => !told.has(one.pid)).length
  return left > 0 ? [...lines, `and ${left} more`] : lines
}

/** One session in one line: `pid 42 quiz gunicorn, idle in transaction for 6 min 2 s: UPDATE game SET points = ?`. */
export const describeSession = (pid: number, session: Session | undefined): string => {
  if (pid === preparedTransaction) return 'a prepared transaction (see pg_prepared_xacts)'
  if (session === undefined) return `pid ${pid}, of which nothing can be seen`
  const who = [session.user, session.application].filter((word) => word !== '').join(' ')
  return `pid ${pid}${who === '' ? '' : ` ${who}`}, ${doing(session)}${session.query === '' ? '' : `: ${session.query}`}`
}

const doing = (session: Session): string => {
  if (session.waitingMs !== undefined) return `waiting for a lock for ${formatDuration(session.waitingMs)}`
  const state = session.state === '' ? session.backendType || 'state unknown' : session.state
  return session.stateMs === undefined ? state : `${state} for ${formatDuration(session.stateMs)}`
}
