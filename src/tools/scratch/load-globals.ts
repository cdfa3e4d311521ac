import { randomBytes } from 'node:crypto'
import type { PostgresTarget } from '../../contract/database.ts'
import { withPostgresSession } from '../connect/session.ts'

/** Why roles were not made. `unproven`: a setting that this server does not know says nothing against them. */
type GlobalsFailure = { readonly kind: 'failed' | 'unproven'; readonly cause: string }

const longestMs = 600_000
const randomBytesOfName = 8

/** What a server without the source's files, libraries and locales may refuse. */
const ofScratch =
  /invalid value for parameter|unrecognized configuration parameter|invalid configuration parameter|could not (?:access|load|open)/

const isRefusal = (error: unknown): error is Error => Error.isError(error) && 'severity' in error && error.severity !== 'FATAL'

const limitsFor = (signal: AbortSignal) => ({
  signal,
  connectTimeoutMs: 10_000,
  timeoutMs: longestMs,
  application: 'ronde',
  direct: true as const,
  serverTimeouts: { statement: 0, lock: 0, idleInTransaction: 0, clientCheck: 1_000 },
})

const writable = 'SET default_transaction_read_only = off; SET standard_conforming_strings = on'

/** Makes the roles of a script that holds nothing but roles, by a superuser of ours, whose name stays: the script may take the first one's password away. */
export const loadGlobals = async (
  scratch: PostgresTarget,
  script: string,
  signal: AbortSignal,
): Promise<{ readonly superuser: PostgresTarget } | GlobalsFailure> => {
  const user = `ronde_scratch_${randomBytes(randomBytesOfName).toString('hex')}`
  const superuser = { ...scratch, user }
  const limits = limitsFor(signal)
  const password = (scratch.password ?? '').replaceAll("'", "''")
  const made = await withPostgresSession(scratch, limits, async (session) => {
    // By itself: a transaction that began as read-only stays so.
    await session.query(writable)
    await session.query(`CREATE ROLE ${session.quoted(user)} SUPERUSER LOGIN PASSWORD '${password}'`)
  })
  if (!made.ok) throw new Error(`the scratch server: ${made.failure.detail}`)
  let refused: string | undefined
  const loaded = await withPostgresSession(superuser, limits, async (session) => {
    try {
      await session.query(writable)
      await session.query(script)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refused = error.message
    }
  })
  if (!loaded.ok) throw new Error(`the scratch server: ${loaded.failure.detail}`)
  if (refused === undefined) return { superuser }
  return { kind: ofScratch.test(refused) ? 'unproven' : 'failed', cause: `the roles could not be made: ${refused}` }
}
