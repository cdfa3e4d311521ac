import { describe, expect, jest, test } from '@jest/globals'
import { seePostgres } from '../../src/probes/postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { binariesOf, postgresMajors } from '../support/postgres-majors.ts'
import { eventually, openSession, targetOf } from '../support/postgres-sessions.ts'

jest.setTimeout(30_000)

describe.each(postgresMajors)('PostgreSQL $major', (one) => {
  const { major } = one
  test('answers every question, with a lock tree and a slot that nobody reads', async () => {
    await using server = await startPostgres({ settings: { wal_level: 'replica' }, ...binariesOf(one) })
    await using holder = await openSession(server)
    await using waiter = await openSession(server)
    await holder.query("CREATE TABLE game (id int); SELECT pg_create_physical_replication_slot('left_over', true)")
    await holder.query('BEGIN; LOCK TABLE game')
    const waiting = waiter.query('SELECT * FROM game')
    const look = async () => seePostgres(targetOf(server), { signal: new AbortController().signal, now: Date.now })
    const seen = await eventually(
      look,
      (one) => one.answered && one.observation.sessions.seen && one.observation.sessions.value.list.length === 2,
    )
    expect(seen).toMatchObject({
      answered: true,
      observation: {
        server: { major, standby: false },
        connections: { seen: true, value: { used: 3 } },
        sessions: { seen: true },
        counters: { seen: true },
        freezeAge: { seen: true },
        replication: { seen: true, value: { links: [{ kind: 'idle-slot', name: 'left_over', state: 'inactive' }] } },
        sizeBytes: { seen: true },
      },
    })
    await holder.query('ROLLBACK')
    await waiting
  })
})
