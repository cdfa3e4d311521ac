import { expect, test } from '@jest/globals'
import { startPostgres } from './postgres.ts'
import { eventually, openSession } from './postgres-sessions.ts'

test('a session that waits for a lock ends at once, and before the one that holds it', async () => {
  await using server = await startPostgres()
  await using admin = await openSession(server)
  await admin.query('CREATE TABLE game (id int)')
  const holder = await openSession(server)
  const waiter = await openSession(server)
  await holder.query('BEGIN; LOCK TABLE game')
  const waiting = waiter.query('SELECT * FROM game')
  const waits = () => admin.query('SELECT 1 FROM pg_locks WHERE NOT granted')
  await eventually(waits, (rows) => rows.length === 1)
  await waiter[Symbol.asyncDispose]()
  await expect(waiting).rejects.toThrow('Connection terminated')
  expect(await waits()).toHaveLength(1)
  await holder[Symbol.asyncDispose]()
  await eventually(waits, (rows) => rows.length === 0)
})
