import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { judgeReplication } from '../../src/domain/postgres/replication.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'
import { observe, valueOf } from '../support/postgres-look.ts'
import { type ApplicationSession, eventually, openSession, targetOf } from '../support/postgres-sessions.ts'
import { dayAt, gameTable, verifyHere } from '../support/purge.ts'

jest.setTimeout(60_000)

const primarySettings = { wal_level: 'replica', max_wal_senders: 5, max_replication_slots: 5, autovacuum: 'off', max_connections: 40 }
const files = { 'standby.signal': '' }

let primary: PostgresServer
let standby: PostgresServer
let archived: PostgresServer
let admin: ApplicationSession
beforeAll(async () => {
  primary = await startPostgres({ settings: primarySettings })
  await primary.stop()
  const of = { copyOf: primary.directory, files }
  const { host, port, user, password } = primary
  const [streaming, fromArchive] = await Promise.all([
    startPostgres({
      ...of,
      settings: {
        ...primarySettings,
        hot_standby_feedback: 'on',
        primary_conninfo: `host=${host} port=${port} user=${user} password=${password}`,
        wal_receiver_status_interval: 1,
        wal_retrieve_retry_interval: 200,
      },
    }),
    startPostgres({ ...of, settings: { ...primarySettings, restore_command: '/bin/false' } }),
  ])
  standby = streaming
  archived = fromArchive
  await primary.start()
  admin = await openSession(primary)
})
afterAll(async () => {
  await admin[Symbol.asyncDispose]()
  for (const one of [standby, archived, primary]) await one[Symbol.asyncDispose]()
})

const linksOf = async (server: PostgresServer) => valueOf((await observe(targetOf(server))).replication).links
const judged = async (server: PostgresServer) => {
  const seen = valueOf((await observe(targetOf(server))).replication)
  return judgeReplication(seen, { subject: 'service/db', thresholds: {} }).map(({ status }) => status)
}

describe('a standby', () => {
  test('that streams is no further behind than what it has not replayed', async () => {
    await eventually(
      () => linksOf(standby),
      ([self]) => self?.state === 'streaming',
    )
    expect(await judged(standby)).toEqual(['ok'])
    expect(await linksOf(primary)).toMatchObject([{ kind: 'standby', state: 'streaming' }])
  })

  test('that reads an archive alone is judged by its replay, and is not called disconnected', async () => {
    expect(await linksOf(archived)).toMatchObject([{ kind: 'self', state: 'from the archive' }])
    expect(await judged(archived)).toEqual(['ok'])
    await using own = await openSession(archived)
    expect(await own.query('SELECT pg_last_wal_receive_lsn() AS received')).toEqual([{ received: null }])
  })

  test('whose primary is gone says so', async () => {
    await primary.stop()
    await eventually(
      () => linksOf(standby),
      ([self]) => self?.state === 'disconnected',
    )
    expect(await judged(standby)).toEqual(['warning'])
    await primary.start()
    await admin[Symbol.asyncDispose]()
    admin = await openSession(primary)
    await eventually(
      () => linksOf(standby),
      ([self]) => self?.state === 'streaming',
    )
  })
})

describe('dead rows that make a proof dear', () => {
  test('are not laid to a standby that is idle, nor to a session of another database', async () => {
    await gameTable(admin, { [dayAt(-1)]: 40_000, [dayAt(0)]: 10 })
    await admin.query(`DELETE FROM game WHERE day_date < '${dayAt(0)}'`)
    await admin.query('CREATE DATABASE elsewhere')
    await using other = await openSession(primary, { database: 'elsewhere' })
    await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
    await eventually(
      () => admin.query("SELECT 1 FROM pg_stat_activity WHERE backend_type = 'walsender' AND age(backend_xmin) = 0"),
      (rows) => rows.length === 1,
    )
    const { finding } = await verifyHere({ url: primary.url, context: { now: () => Date.now() } })
    expect(finding('purge.cost')).toMatchObject({
      status: 'warning',
      advice: expect.stringMatching(/^run VACUUM \(ANALYZE\)/),
      evidence: [],
    })
    await other.query('ROLLBACK')
  })
})

test('a slot that lost what it needs is told, for its reader can never go on', async () => {
  await admin.query("SELECT pg_create_physical_replication_slot('s', true)")
  await admin.query("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'")
  await admin.query('SELECT pg_reload_conf()')
  await admin.query('CREATE TABLE filler (id int, text text)')
  for (let round = 0; round < 5; round += 1) {
    await admin.query("INSERT INTO filler SELECT n, repeat('x', 200) FROM generate_series(1, 45000) AS n")
    await admin.query('SELECT pg_switch_wal()')
    await admin.query('CHECKPOINT')
  }
  const links = await eventually(
    () => linksOf(primary),
    (all) => all.some((one) => one.kind === 'lost-slot'),
  )
  expect(links.find((one) => one.name === 's')).toMatchObject({ kind: 'lost-slot', state: expect.stringMatching(/^(lost|wal_removed)$/) })
  const seen = valueOf((await observe(targetOf(primary))).replication)
  expect(judgeReplication(seen, { subject: 'service/db', thresholds: {} })[0]).toMatchObject({
    status: 'critical',
    title: expect.stringMatching(/slot s is lost/),
    advice: expect.stringContaining('pg_drop_replication_slot'),
  })
})
