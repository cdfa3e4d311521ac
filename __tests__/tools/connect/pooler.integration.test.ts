import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../support/db-maintain.ts'
import { type PoolMode, startPgBouncer } from '../../support/pgbouncer.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { look, valueOf } from '../../support/postgres-look.ts'
import { openSession, targetOf } from '../../support/postgres-sessions.ts'
import { dayAt, gameTable, verifyHere } from '../../support/purge.ts'

jest.setTimeout(60_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: 40 } })
  await using admin = await openSession(server)
  await gameTable(admin, { [dayAt(0)]: 10 })
})
afterAll(() => server[Symbol.asyncDispose]())

const modes: readonly PoolMode[] = ['session', 'transaction', 'statement']
/** PgBouncer refuses startup options, unless it was told to drop them. */
const poolers = modes.flatMap((mode) => [
  { mode, ignored: [], how: 'that refuses our options' },
  { mode, ignored: ['options'], how: 'that drops our options' },
])

const settings = `SELECT name, setting FROM pg_settings WHERE name IN ('search_path', 'statement_timeout', 'lock_timeout', 'DateStyle', 'TimeZone',
  'idle_in_transaction_session_timeout', 'client_connection_check_interval', 'default_transaction_read_only', 'standard_conforming_strings') ORDER BY 1`

const url = (port: number) => `postgres://postgres:${server.password}@127.0.0.1:${port}/postgres`

describe.each(poolers)('a pooler in $mode mode $how', (given) => {
  test('is refused by db-maintain, and finds its sessions as they were', async () => {
    await using pooler = await startPgBouncer(server, given)
    const through = { ...server, port: pooler.port }
    await using direct = await openSession(server)
    const usual = await direct.query(settings)
    const ran = await runMaintain(server, { tasks: 'size,vacuum,schema' }, { url: url(pooler.port) })
    expect(ran.bad).toEqual(['unknown postgres.pooler'])
    expect(ran.only('postgres.pooler').advice).toContain('database.url')
    await using application = await openSession(through)
    expect(await application.query(settings)).toEqual(usual)
    expect(await application.query('SELECT count(*)::int AS rows FROM game')).toEqual([{ rows: 10 }])
  })

  test('leaves health-check and purge-verify their looks where it takes transactions, and nothing behind', async () => {
    await using pooler = await startPgBouncer(server, given)
    const through = { ...server, port: pooler.port }
    await using direct = await openSession(server)
    const usual = await direct.query(settings)
    const seen = await look(targetOf(through))
    const verified = await verifyHere({ url: url(pooler.port) })
    // A look of one round trip is a statement to it.
    expect(seen.answered && valueOf(seen.observation.sizeBytes)).toBeGreaterThan(0)
    expect(verified.badIds).toEqual(given.mode === 'statement' ? ['unknown purge.stale-rows'] : [])
    await using application = await openSession(through)
    expect(await application.query(settings)).toEqual(usual)
  })
})

describe('a server that does not take our options, with nobody between', () => {
  test('because a trigger on login writes: looks and db-maintain work, read-only and by the same path', async () => {
    await using admin = await openSession(server)
    await admin.query(`CREATE TABLE logins (who name, path text);
      CREATE FUNCTION note_login() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.logins VALUES (session_user, current_setting('search_path')); END $$;
      CREATE EVENT TRIGGER note_login ON login EXECUTE FUNCTION note_login(); ALTER EVENT TRIGGER note_login ENABLE ALWAYS`)
    try {
      expect(await look(targetOf(server))).toMatchObject({ answered: true })
      const ran = await runMaintain(server, { tasks: 'size,vacuum,schema,sessions' })
      expect(ran.bad).toEqual([])
    } finally {
      await admin.query('DROP EVENT TRIGGER note_login; DROP FUNCTION note_login; DROP TABLE logins')
    }
  })
})
