import { randomBytes } from 'node:crypto'
import type { PostgresTarget } from '../../contract/database.ts'
import { type PostgresSession, type SessionResult, withPostgresSession } from '../connect/session.ts'

export type AdministratorLimits = { readonly signal: AbortSignal; readonly application: string; readonly timeoutMs?: number }

const longestMs = 2 ** 31 - 1
const nameBytes = 16
const serverTimeouts = { statement: 0, lock: 0, idleInTransaction: 0, clientCheck: 1_000 }

/** By it sessions of a restore are found again; nobody else can guess it. */
export const restoreApplication = (): string => `ronde/${randomBytes(nameBytes).toString('hex')}`

/** A database from which another one can be renamed. */
export const besideDatabase = (target: PostgresTarget, database: string): PostgresTarget => ({
  ...target,
  database: database === 'postgres' ? 'template1' : 'postgres',
})

/** A session of our own role that may change things. */
export const administer = <T>(
  target: PostgresTarget,
  { signal, application, timeoutMs = longestMs }: AdministratorLimits,
  work: (session: PostgresSession) => Promise<T>,
): Promise<SessionResult<T>> =>
  withPostgresSession(
    target,
    { signal, application, timeoutMs, connectTimeoutMs: 10_000, direct: true, serverTimeouts },
    async (session) => {
      await session.query('SET default_transaction_read_only = off; SET standard_conforming_strings = on')
      return work(session)
    },
  )

/** The same; throws in words what the server or the way to it does wrong. */
export const asAdministrator = async <T>(
  target: PostgresTarget,
  limits: AdministratorLimits,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> => {
  const result = await administer(target, limits, work)
  if (!result.ok) throw new Error(`${target.subject}: ${result.failure.detail}`)
  return result.value
}
