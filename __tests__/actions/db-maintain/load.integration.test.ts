import { expect, jest, test } from '@jest/globals'
import { runMaintain } from '../../support/db-maintain.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { binariesOf, postgresMajors } from '../../support/postgres-majors.ts'
import { openSession } from '../../support/postgres-sessions.ts'

jest.setTimeout(90_000)

const tables = `CREATE TABLE accounts (id int PRIMARY KEY, balance int, filler char(84)) WITH (fillfactor = 100);
  INSERT INTO accounts SELECT n, 0, '' FROM generate_series(1, 50000) n`

/** Writes all the time, from four sessions, until it is stopped; gives the number of transactions, and how many failed. */
const load = (server: PostgresServer) => {
  const end = new AbortController()
  const done = { transactions: 0, failed: 0 }
  const worker = async () => {
    await using session = await openSession(server)
    while (!end.signal.aborted) {
      await session.query(`UPDATE accounts SET balance = balance + 1 WHERE id = ${1 + Math.floor(Math.random() * 50_000)}`).catch(() => {
        done.failed += 1
      })
      done.transactions += 1
    }
  }
  const workers = Promise.all([worker(), worker(), worker(), worker()])
  return async () => {
    end.abort()
    await workers
    return done
  }
}

test.each(postgresMajors)('all tasks under load on PostgreSQL $major: nobody who writes fails, and nothing is left', async (one) => {
  await using server = await startPostgres({ settings: { autovacuum: 'off', max_connections: 30 }, ...binariesOf(one) })
  await using admin = await openSession(server)
  await admin.query(tables)
  const stop = load(server)
  const ran = await runMaintain(server, { tasks: 'vacuum, analyze, reindex, indexes, bloat, size' })
  const { transactions, failed } = await stop()
  expect(failed).toBe(0)
  expect(transactions).toBeGreaterThan(100)
  expect(ran.report.scope).toEqual(['vacuum', 'analyze', 'reindex', 'indexes', 'bloat', 'size'])
  expect(ran.bad).toEqual([])
  expect(await admin.query("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'ronde%'")).toEqual([])
})
