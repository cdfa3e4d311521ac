import { openMaintained } from '../../src/actions/db-maintain/maintained-database.ts'
import type { MaintainedDatabase } from '../../src/actions/db-maintain/part.ts'
import { inOwnSession } from '../../src/actions/db-maintain/session.ts'
import type { Context } from '../../src/contract/context.ts'
import type { PostgresTarget } from '../../src/contract/database.ts'
import { readTableName, type TableName } from '../../src/domain/postgres/table-name.ts'
import type { PostgresServer } from './postgres.ts'
import { targetOf } from './postgres-sessions.ts'

export type Given = {
  readonly target?: Partial<PostgresTarget>
  readonly context?: Partial<Context>
  /** Kept from run to run. */
  readonly notes?: Map<string, string>
  readonly tables?: readonly string[]
}

const nameOf = (written: string): TableName => {
  const name = readTableName(written)
  if (name === undefined) throw new Error(`${written} is no name`)
  return name
}

const contextOf = ({ context, notes = new Map<string, string>() }: Given): Context =>
  ({
    signal: new AbortController().signal,
    now: Date.now,
    dryRun: false,
    workspace: '/nonexistent',
    progress: { say: () => {} },
    state: {
      note: (key) => notes.get(key),
      setNote: (key, value) => {
        notes.set(key, value)
      },
      measurements: () => [],
      statuses: () => [],
    },
    ...context,
  }) as Partial<Context> as Context

/** Works where a task of db-maintain works: a session of the action on a real server, with the clock and the state of the test. */
export const onDatabase = async <T>(
  server: PostgresServer,
  given: Given,
  work: (maintained: MaintainedDatabase) => Promise<T>,
): Promise<T> => {
  const context = contextOf(given)
  const target = targetOf(server, given.target)
  const application = 'ronde db-maintain test'
  const limits = { signal: context.signal, connectTimeoutMs: 5_000, timeoutMs: 60_000, application }
  const result = await inOwnSession(target, limits, async (session) => {
    const { maintained } = await openMaintained(session, { target, application, wanted: (given.tables ?? []).map(nameOf), context })
    return work(maintained)
  })
  if (!result.ok) throw new Error(`the session failed: ${JSON.stringify(result.failure)}`)
  return result.value
}
