import type { SqlRow } from '../../tools/connect/session.ts'
import type { MaintainedDatabase } from './part.ts'
import { inOwnSession, longestMs } from './session.ts'

/** What a second session asks while the first one works, and how its answer is told; `$1` is the pid of the first. Nothing to tell is `undefined`. */
export type Followed = { readonly sql: string; readonly tell: (row: SqlRow, elapsedMs: number) => string | undefined }

const everyMs = 3_000

const after = async (ms: number, signal: AbortSignal): Promise<void> => {
  const { setTimeout: wait } = await import('node:timers/promises')
  await wait(ms, undefined, { signal }).catch(() => 'only an abort rejects it')
}

/** Until the work is over; work that takes no time opens no second session. */
const follow = async (
  { target, application, context }: MaintainedDatabase,
  pid: number,
  followed: Followed,
  over: AbortSignal,
): Promise<void> => {
  const startedAt = performance.now()
  await after(everyMs, over)
  if (over.aborted) return
  const limits = { signal: over, connectTimeoutMs: everyMs, application }
  const result = await inOwnSession(target, limits, async (session) => {
    while (!over.aborted) {
      const [row] = await session.ask(followed.sql, [pid])
      const line = row === undefined ? undefined : followed.tell(row, performance.now() - startedAt)
      if (line !== undefined) context.progress.say(line)
      await after(everyMs, over)
    }
  })
  if (!result.ok && !over.aborted) context.progress.say(`progress cannot be followed: ${result.failure.detail}`)
}

/** Does one long statement of the database's session: told of every few seconds, and stopped on the server when the run is. */
export const longStatement = async (maintained: MaintainedDatabase, sql: string, followed: Followed): Promise<void> => {
  const { session, context } = maintained
  const over = new AbortController()
  const stop = () => {
    over.abort()
    void session.cancel()
  }
  if (context.signal.aborted) return
  context.signal.addEventListener('abort', stop, { once: true })
  const following = follow(maintained, session.pid, followed, over.signal)
  try {
    await session.query(sql, { timeoutMs: longestMs })
  } finally {
    context.signal.removeEventListener('abort', stop)
    over.abort()
    await following
  }
}
