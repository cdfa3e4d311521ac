/** The proof of a purge on 1 and on 20 million rows, beside `count(*) … WHERE day_date <> today` on the same server in the same run; and the whole action. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type PostgresServer, startPostgres } from '../__tests__/support/postgres.ts'
import { addDays, zoneClock } from '../src/core/time/zone-clock.ts'
import { readTableName } from '../src/domain/postgres/table-name.ts'
import { seePurge } from '../src/probes/purge.ts'
import { claim, median, wallMs } from './measure.ts'

const zone = '+04:00'
const clock = zoneClock(zone)
const today = clock.date(Date.now())
const day = (days: number) => ({ date: addDays(today, days), start: clock.dayStart(addDays(today, days)) })

/** Without WAL and in order of the date, as it comes about: setting up is not what is measured. */
const createTable = async (client: pg.Client, name: string, rows: number): Promise<void> => {
  await client.query(`CREATE UNLOGGED TABLE ${name} (day_date date, points int)`)
  await client.query(`INSERT INTO ${name} SELECT '${today}', n % 100000 FROM generate_series(1, ${rows}) AS n`)
  await client.query("SET maintenance_work_mem = '1GB'")
  await client.query(`CREATE INDEX ON ${name} (day_date, points DESC)`)
  await client.query(`VACUUM (ANALYZE) ${name}`)
}

type Cost = { readonly buffers: number; readonly elapsedMs: number }

const prove = async (server: PostgresServer, name: string): Promise<Cost> => {
  const target = { host: server.host, port: server.port, database: 'postgres', user: server.user, password: server.password }
  const table = readTableName(name)
  if (table === undefined) throw new Error(`${name} is no table`)
  const question = {
    table,
    column: 'day_date',
    days: undefined,
    oldest: day(0),
    yesterday: day(-1),
    today: day(0),
    tomorrow: day(1),
    timeZone: zone,
    at: Date.now(),
  }
  const look = await seePurge({ ...target, ssl: { mode: 'disable' }, subject: 'bench', service: undefined }, question, {
    signal: AbortSignal.timeout(60_000),
    now: Date.now,
  })
  if (!look.ok || look.value.rows?.seen !== true || look.value.rows.value.kind !== 'proven')
    throw new Error(`not proven: ${JSON.stringify(look)}`)
  const { older, newer, missing, ...cost } = look.value.rows.value
  if (older.rows + newer.rows + missing.rows > 0) throw new Error('there are rows of other days')
  return cost
}

const count = async (client: pg.Client, name: string): Promise<Cost> => {
  const { rows } = await client.query(
    `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) SELECT count(*) FROM ${name} WHERE day_date <> '${today}'`,
  )
  const [{ Plan: plan, 'Execution Time': elapsedMs }] = rows[0]['QUERY PLAN']
  return { buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], elapsedMs }
}

/** The cost of both in turn, in the same run; the first round warms the cache for both. */
const measure = async (server: PostgresServer, client: pg.Client, { name, rounds }: { name: string; rounds: number }) => {
  const [proofs, counts]: [Cost[], Cost[]] = [[], []]
  for (let round = 0; round <= rounds; round += 1) {
    const [proof, counted] = [await prove(server, name), await count(client, name)]
    if (round === 0) continue
    proofs.push(proof)
    counts.push(counted)
  }
  const middle = (costs: readonly Cost[]): Cost => ({
    buffers: median(costs.map((one) => one.buffers)),
    elapsedMs: median(costs.map((one) => one.elapsedMs)),
  })
  return { proof: middle(proofs), counted: middle(counts) }
}

const wholeAction = (server: PostgresServer, folder: string): Promise<number> =>
  wallMs({
    program: process.execPath,
    args: ['dist/purge-verify.js'],
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      XDG_STATE_HOME: folder,
      RUNNER_TEMP: folder,
      GITHUB_WORKSPACE: folder,
      'INPUT_DATABASE-URL': server.url,
      INPUT_TABLE: 'large',
      'INPUT_DATE-COLUMN': 'day_date',
      'INPUT_TIME-ZONE': zone,
    },
  })

const startedAt = performance.now()
const server = await startPostgres({ settings: { shared_buffers: '128MB', max_wal_size: '4GB', autovacuum: 'off' } })
const client = new pg.Client({ connectionString: server.url })
const folder = mkdtempSync(join(tmpdir(), 'ronde-bench-'))
try {
  await client.connect()
  await createTable(client, 'small', 1_000_000)
  await createTable(client, 'large', 20_000_000)
  console.log(`set up in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`)
  const small = await measure(server, client, { name: 'small', rounds: 5 })
  const large = await measure(server, client, { name: 'large', rounds: 5 })
  const line = (what: string, { buffers, elapsedMs }: Cost) =>
    `  ${what.padEnd(24)}${String(buffers).padStart(8)} buffers  ${elapsedMs.toFixed(1)} ms`
  console.log(line('proof, 1 million', small.proof))
  console.log(line('count <>, 1 million', small.counted))
  console.log(line('proof, 20 million', large.proof))
  console.log(line('count <>, 20 million', large.counted))
  console.log(
    `  count(*) with <> costs ${(large.counted.buffers / large.proof.buffers).toFixed(0)} times the buffers and ${(large.counted.elapsedMs / large.proof.elapsedMs).toFixed(0)} times the time`,
  )
  claim('proof of 20 million rows', large.proof.buffers, 20, 'buffers')
  claim('proof of 20 million rows', large.proof.elapsedMs, 10, 'ms')
  claim('proof of 20 million rows beside that of 1 million', large.proof.buffers / small.proof.buffers, 1.35, 'x buffers')
  const whole: number[] = []
  for (let run = 0; run < 10; run += 1) whole.push(await wholeAction(server, folder))
  claim('the whole of purge-verify on 20 million rows', median(whole), 400, 'ms')
} finally {
  await client.end()
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
}
