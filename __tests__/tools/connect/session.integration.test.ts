import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type SessionLimits, withPostgresSession } from '../../../src/tools/connect/session.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { observe } from '../../support/postgres-look.ts'
import { binariesOf, postgresMajors } from '../../support/postgres-majors.ts'
import { eventually, openSession, targetOf } from '../../support/postgres-sessions.ts'

jest.setTimeout(60_000)

const limits = (given: Partial<SessionLimits> = {}): SessionLimits => ({
  signal: new AbortController().signal,
  connectTimeoutMs: 5_000,
  timeoutMs: 20_000,
  ...given,
})

/** What the owner of a database may set for every session in it, and what a session of ours has all the same. */
const hostile = [
  'search_path = evil, pg_catalog, public',
  "role = 'app'",
  'default_transaction_read_only = off',
  "default_transaction_isolation = 'serializable'",
  'default_transaction_deferrable = on',
  "statement_timeout = '1ms'",
  "lock_timeout = '1ms'",
  "idle_in_transaction_session_timeout = '1ms'",
  "local_preload_libraries = 'nothing_there'",
  "DateStyle = 'SQL, DMY'",
  "IntervalStyle = 'iso_8601'",
  "TimeZone = 'Asia/Tokyo'",
  "client_encoding = 'SJIS'",
  'bytea_output = escape',
  'extra_float_digits = -15',
  'standard_conforming_strings = off',
  'quote_all_identifiers = on',
  'row_security = off',
  'transform_null_equals = on',
]

const settings = `SELECT name, setting FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) ANY (ARRAY['search_path', 'default_transaction_read_only',
  'transaction_read_only', 'default_transaction_isolation', 'default_transaction_deferrable', 'statement_timeout', 'lock_timeout', 'TimeZone',
  'idle_in_transaction_session_timeout', 'client_connection_check_interval', 'local_preload_libraries', 'DateStyle', 'IntervalStyle', 'client_encoding',
  'bytea_output', 'extra_float_digits', 'standard_conforming_strings', 'quote_all_identifiers', 'row_security', 'transform_null_equals'])
  UNION ALL SELECT 'user', current_user UNION ALL SELECT 'session user', session_user UNION ALL SELECT 'text', 'a\\b' ORDER BY 1`

describe.each(postgresMajors.filter(({ major }) => major >= 14))('a session on PostgreSQL $major', (one) => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres(binariesOf(one))
    await using admin = await openSession(server)
    for (const sql of ["CREATE ROLE app LOGIN PASSWORD 'app'", 'CREATE DATABASE plain', 'CREATE DATABASE set OWNER app'])
      await admin.query(sql)
    for (const set of hostile) await admin.query(`ALTER DATABASE set SET ${set}`)
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const seenIn = (database: string, direct: true | undefined) =>
    withPostgresSession(targetOf(server, { database }), limits(direct === undefined ? {} : { direct }), async (session) =>
      (await session.query(settings)).flat(),
    )

  test.each([undefined, true] as const)('has the same settings whatever its database sets (direct: %s)', async (direct) => {
    const usual = await seenIn('plain', direct)
    expect(usual).toMatchObject({ ok: true })
    expect(await seenIn('set', direct)).toEqual(usual)
  })

  test('sees all that a look sees', async () => {
    const seen = await observe(targetOf(server, { database: 'set' }))
    expect(Object.entries(seen).filter(([, part]) => 'seen' in part && !part.seen)).toEqual([])
    expect(seen.server.user).toBe('postgres')
  })

  test('writes nothing', async () => {
    const written = await withPostgresSession(targetOf(server), limits({ direct: true }), (session) =>
      session.query('CREATE TABLE public.mine ()'),
    )
    expect(written).toMatchObject({ ok: false, failure: { detail: 'cannot execute CREATE TABLE in a read-only transaction (25006)' } })
  })

  test('is cut by us when a function outlives the time-outs of the server, which then ends it', async () => {
    await using admin = await openSession(server)
    await admin.query(`CREATE OR REPLACE FUNCTION public.never() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOOP
      BEGIN PERFORM pg_catalog.pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP; END $$`)
    const serverTimeouts = { statement: 100, lock: 100, idleInTransaction: 1_000, clientCheck: 200 }
    const startedAt = performance.now()
    const asked = await withPostgresSession(
      targetOf(server),
      limits({ application: 'ronde outlived', answerMs: 700, serverTimeouts }),
      (session) => session.query('SELECT public.never()'),
    )
    expect(asked).toMatchObject({ ok: false, failure: { kind: 'hung', detail: 'no answer within 700 ms' } })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    const left = () => admin.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'ronde outlived'")
    expect(await eventually(left, (rows) => rows.length === 0)).toEqual([])
  })

  test('bounds one answer and one row, not its life', async () => {
    const asked = await withPostgresSession(targetOf(server), limits(), async (session) => {
      for (let times = 0; times < 5; times += 1)
        await session.query("SELECT pg_catalog.repeat('x', 1000) FROM pg_catalog.generate_series(1, 10000)")
      await session.ask("SELECT pg_catalog.repeat('x', 2000000)", [], { rowBytes: 3_000_000 })
      return session.ask("SELECT pg_catalog.repeat('x', 2000000)", [])
    })
    expect(asked).toMatchObject({ ok: false, failure: { kind: 'other', detail: 'its answer is too long: over 1048576 bytes' } })
  })
})
