/**
 * A backup beside `pg_dump | gzip`, as guides have it, on one server in turn. `RONDE_BENCH_MB` (default 2,000) is about the size of the data. Ours without the
 * proof hashes every row besides dumping it; with the proof it restores and compares.
 */
import { join } from 'node:path'
import { debian, psql, tryBackup } from '../__tests__/support/backup.ts'
import { type PostgresServer, startPostgres } from '../__tests__/support/postgres.ts'
import { temporaryFolder } from '../__tests__/support/ronde.ts'
import { claim, median, wallMs } from './measure.ts'

const megabytes = Number(process.env['RONDE_BENCH_MB'] ?? 2_000)
const runs = Number(process.env['RONDE_BENCH_RUNS'] ?? 5)
/** With its index; the columns of a table that people fill. */
const bytesOfRow = 200

const fill = (server: PostgresServer): void => {
  const rows = Math.round((megabytes * 1e6) / bytesOfRow)
  psql(server, 'CREATE DATABASE bench')
  const sql = `CREATE TABLE game (id bigint PRIMARY KEY, name text, word text, points int, at timestamptz);
    INSERT INTO game SELECT n, 'player ' || n % 5000, md5(n::text) || ' ' || md5((n / 7)::text), n % 1000, '2026-01-01'::timestamptz + n * interval '1 s' FROM generate_series(1, ${rows}) AS n;
    CREATE INDEX ON game (name); VACUUM ANALYZE game;`
  psql(server, sql, { database: 'bench' })
}

await using server = await startPostgres({ binaries: debian, settings: { shared_buffers: '128MB', max_wal_size: '4GB' } })
fill(server)
await using folder = await temporaryFolder()
const connection = server.url.replace(/\/postgres$/, '/bench')
const out = join(folder.path, 'peer.gz')
const peer = {
  program: '/bin/bash',
  args: ['-c', `${debian}/pg_dump '${connection}' | gzip > '${out}'`],
  environment: { PATH: '/usr/bin:/bin' },
}

const times = { peer: [] as number[], taken: [] as number[], proven: [] as number[] }
for (let run = 0; run < runs; run += 1) {
  times.peer.push(await wallMs(peer))
  const { outcome, takenMs, provenMs } = await tryBackup(server, { database: 'bench' })
  if (outcome.kind !== 'proven') throw new Error(JSON.stringify(outcome))
  times.taken.push(takenMs)
  times.proven.push(provenMs)
}
const [peerMs, takenMs, provenMs] = [times.peer, times.taken, times.proven].map(median)
console.log(
  `about ${megabytes} MB, ${runs} runs: pg_dump | gzip ${Math.round(peerMs ?? 0)} ms, dump and hashes ${Math.round(takenMs ?? 0)} ms, proven ${Math.round(provenMs ?? 0)} ms`,
)
claim('dump and hashes, against pg_dump | gzip', (takenMs ?? 0) / (peerMs ?? 1), 0.55, 'times')
claim('proven, against pg_dump | gzip', (provenMs ?? 0) / (peerMs ?? 1), 1.3, 'times')
claim('memory of Node', process.resourceUsage().maxRSS / 1_024, 150, 'MB')
