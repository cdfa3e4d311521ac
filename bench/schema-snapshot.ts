/** The snapshot of a schema of 500 tables, compared with the one before, beside Debian's `pg_dump --schema-only` on the same server. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { debian } from '../__tests__/support/backup.ts'
import { type PostgresServer, startPostgres } from '../__tests__/support/postgres.ts'
import { openSession, targetOf } from '../__tests__/support/postgres-sessions.ts'
import { temporaryFolder } from '../__tests__/support/ronde.ts'
import { canonical, compareSchemas, type Schema } from '../src/actions/db-maintain/parts/schema/snapshot.ts'
import { seeSchema } from '../src/probes/postgres/schema.ts'
import { withPostgresSession } from '../src/tools/connect/session.ts'
import { claim, median, wallMs } from './measure.ts'

const tables = 500
const runs = 10

/** pg_dump refuses a server that is newer than itself, so both are of one Debian package. */
const binaries = existsSync(`${debian}/pg_dump`) ? debian : undefined

const table = (
  index: number,
): string => `CREATE TABLE part_${index} (id bigserial PRIMARY KEY, name text NOT NULL, amount int DEFAULT 0 CHECK (amount >= 0),
    at timestamptz DEFAULT now(), price numeric(10, 2), code varchar(40) UNIQUE, game bigint REFERENCES game, data jsonb, done boolean DEFAULT true, day date);
  CREATE INDEX ON part_${index} (name, at)`

/** A session of its own, as each run has it. */
const snapshotOf = async (server: PostgresServer): Promise<Schema> => {
  const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 60_000 }
  const seen = await withPostgresSession(targetOf(server), limits, (session) => seeSchema(session, 15))
  if (!seen.ok) throw new Error(seen.failure.detail)
  return canonical(15, seen.value.lines)
}

const wholeAction = (url: string, folder: string) => ({
  program: process.execPath,
  args: ['dist/db-maintain.js'],
  environment: {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    XDG_STATE_HOME: folder,
    RUNNER_TEMP: folder,
    GITHUB_WORKSPACE: folder,
    'INPUT_DATABASE-URL': url,
    INPUT_TASKS: 'schema',
    'INPUT_SCHEMA-SNAPSHOT': 'schema.txt',
    'INPUT_FAIL-ON': 'never',
  },
})

const measure = async (folder: string): Promise<void> => {
  await using server = await startPostgres({ binaries: folder })
  await using admin = await openSession(server)
  await admin.query('CREATE TABLE game (id bigint PRIMARY KEY)')
  for (let index = 1; index < tables; index += 1) await admin.query(table(index))
  await admin.query('ANALYZE')
  await using workspace = await temporaryFolder()
  const action = wholeAction(server.url, workspace.path)
  const peer = { program: join(folder, 'pg_dump'), args: ['--schema-only', '--file', '/dev/null', server.url] }
  const snapshot = await snapshotOf(server)
  await wallMs({ ...action, environment: { ...action.environment, 'INPUT_UPDATE-SNAPSHOT': 'true' } })
  const times = { snapshot: [] as number[], peer: [] as number[], action: [] as number[] }
  for (let run = 0; run <= runs; run += 1) {
    const startedAt = performance.now()
    if (compareSchemas(snapshot.lines, (await snapshotOf(server)).lines).lines.length > 0) throw new Error('the schema did not change')
    const ours = performance.now() - startedAt
    const [theirs, whole] = [await wallMs(peer), await wallMs(action)]
    if (run === 0) continue
    times.snapshot.push(ours)
    times.peer.push(theirs)
    times.action.push(whole)
  }
  const [ours, theirs, whole] = [times.snapshot, times.peer, times.action].map(median) as [number, number, number]
  console.log(
    `schema of ${tables} tables, ${snapshot.lines.length} lines: a session that reads and compares it ${ours.toFixed(0)} ms; pg_dump -s ${theirs.toFixed(0)} ms`,
  )
  console.log(
    `the whole process of db-maintain with the task schema, constraints and report included: ${whole.toFixed(0)} ms; medians of ${runs} runs`,
  )
  claim('schema snapshot beside pg_dump -s', ours / theirs, 0.6, 'x')
  claim('schema snapshot of 500 tables', ours, 250, 'ms')
}

if (binaries === undefined) console.log("not measured: Debian's postgresql package is not installed")
else await measure(binaries)
