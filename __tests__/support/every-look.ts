import { setTimeout as after } from 'node:timers/promises'
import { z } from 'zod'
import { action } from '../../src/actions/db-maintain/action.ts'
import { recover } from '../../src/actions/db-maintain/recover.ts'
import type { Context } from '../../src/contract/context.ts'
import type { PostgresTarget } from '../../src/contract/database.ts'
import type { ActionFinding } from '../../src/contract/finding.ts'
import { saw } from '../../src/contract/seen.ts'
import { seePostgres } from '../../src/probes/postgres.ts'
import type { PostgresServer } from './postgres.ts'
import { openSession } from './postgres-sessions.ts'
import { dayAt, verifyHere } from './purge.ts'
import { temporaryFolder } from './ronde.ts'

/** For a server that `fillDatabase` fills: every extension is there, and a VACUUM of a small table takes seconds. */
export const settings = {
  autovacuum: 'off',
  shared_preload_libraries: 'pg_stat_statements',
  vacuum_cost_delay: '100ms',
  max_connections: 40,
}

/** Something of each kind that a task looks at or works on: all of it belongs to `app`, who owns the database. */
const contents = (stale: string, today: string) => [
  `CREATE EXTENSION pgstattuple; CREATE EXTENSION pg_stat_statements; SET vacuum_cost_delay = 0; GRANT ALL ON SCHEMA public TO app; SET ROLE app`,
  `CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE DOMAIN few AS int CHECK (VALUE > 0); CREATE TYPE span AS RANGE (subtype = float8);
   CREATE TYPE pair AS (a int, b text); CREATE SEQUENCE counter; CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT n * 2'`,
  `CREATE TABLE game (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day_date date, points int CHECK (points >= 0), word text DEFAULT 'x');
   INSERT INTO game (day_date, points, word) SELECT '${today}', n, md5(n::text) FROM generate_series(1, 300000) AS n;
   UPDATE game SET day_date = '${stale}' WHERE id = 1; UPDATE game SET day_date = '2999-01-01' WHERE id = 2; UPDATE game SET day_date = NULL WHERE id = 3;
   CREATE INDEX game_day ON game (day_date); CREATE INDEX game_word ON game (word); DELETE FROM game WHERE id > 30000`,
  `CREATE TABLE day (day_date date PRIMARY KEY); INSERT INTO day VALUES ('${today}')`,
  `CREATE TABLE two (a int, b int, UNIQUE (a, b)); CREATE TABLE full_two (a int, b int, CHECK (a < 9) NO INHERIT, FOREIGN KEY (a, b) REFERENCES two (a, b) MATCH FULL);
   ALTER TABLE full_two ADD CONSTRAINT late CHECK (b < 9) NOT VALID; CREATE UNIQUE INDEX one_each ON full_two ((a % 1000)) WHERE b > 0`,
  `CREATE TABLE part (id int, at date) PARTITION BY RANGE (at); CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2020-01-01') TO ('2040-01-01')`,
  `CREATE VIEW seen AS SELECT id FROM game; CREATE MATERIALIZED VIEW kept AS SELECT a FROM two; ALTER TABLE two ENABLE ROW LEVEL SECURITY;
   CREATE POLICY mine ON two USING (a > 0); CREATE RULE none AS ON DELETE TO day DO INSTEAD NOTHING;
   CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER touched BEFORE INSERT ON day FOR EACH ROW EXECUTE FUNCTION touch()`,
  'VACUUM (ANALYZE, FREEZE)',
  `CREATE TABLE slow (id int, word text); INSERT INTO slow SELECT n, repeat('x', 100) FROM generate_series(1, 15000) n`,
  'CREATE INDEX slow_ccnew ON slow (id)',
  "RESET ROLE; UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'slow_ccnew'::regclass",
]

export const database = 'appdb'

export const fillDatabase = async (server: PostgresServer): Promise<void> => {
  await using admin = await openSession(server)
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'")
  await admin.query(`CREATE DATABASE ${database} OWNER app`)
  await using inside = await openSession(server, { database })
  for (const sql of contents(dayAt(-1), dayAt(0))) await inside.query(sql)
}

const contextOf = (target: PostgresTarget, workspace: string, given: Partial<Context>): Context =>
  ({
    signal: new AbortController().signal,
    now: Date.now,
    clock: async () => undefined,
    dryRun: false,
    workspace,
    progress: { say: () => {} },
    ledger: { write: () => {}, pending: () => [] },
    state: { note: () => undefined, setNote: () => {}, measurements: () => [], statuses: () => [] },
    connect: { postgres: async () => saw({ kind: 'target', target }, 0) },
    ...given,
  }) as Partial<Context> as Context

type Run = { readonly findings: readonly ActionFinding[]; readonly outputs: Readonly<Record<string, unknown>> }

const maintain = async (context: Context, options: Readonly<Record<string, unknown>>): Promise<Run> =>
  action.run({ ...z.object(action.options).parse(options), database: {} }, context)

const everyTask = 'vacuum,analyze,indexes,slow-queries,sequential-scans,sessions,bloat,size,schema,reindex'.split(',')

/** All tasks, with a session to end, a VACUUM and a REINDEX that last until their progress was told. */
const maintainAll = async (
  server: PostgresServer,
  target: PostgresTarget,
): Promise<{ readonly run: Run; readonly said: readonly string[] }> => {
  await using folder = await temporaryFolder()
  await using holder = await openSession(server, { database, application: 'holder' })
  await using idle = await openSession(server, { database, application: 'gunicorn' })
  // Dead rows for a VACUUM of seconds, and an index that must be built anew.
  await idle.query(
    "UPDATE public.slow SET word = word; UPDATE pg_catalog.pg_index SET indisvalid = false WHERE indexrelid OPERATOR(pg_catalog.=) 'public.game_word'::pg_catalog.regclass",
  )
  // Only a page that was clean costs VACUUM its delay.
  await idle.query('CHECKPOINT')
  await holder.query('BEGIN; LOCK TABLE public.game IN ACCESS SHARE MODE')
  await idle.query('BEGIN')
  await after(100)
  const said: string[] = []
  const say = (line: string) => {
    if (line.startsWith('reindex') && !said.some((one) => one.startsWith('reindex'))) void holder.query('ROLLBACK')
    said.push(line)
  }
  const run = await maintain(contextOf(target, folder.path, { progress: { say } }), {
    tasks: everyTask,
    'schema-snapshot': 'schema.txt',
    'update-snapshot': true,
    thresholds: { 'idle-in-transaction': ['10ms', '20ms'] },
    sessions: { policy: 'terminate', applications: ['gunicorn'] },
  })
  return { run, said }
}

const recoverAll = async (server: PostgresServer, target: PostgresTarget): Promise<void> => {
  const application = 'ronde db-maintain of the dead'
  await using left = await openSession(server, { database, application })
  const [slow] = await left.query("SELECT oid::int AS table FROM pg_catalog.pg_class WHERE relname OPERATOR(pg_catalog.=) 'slow'")
  const pending = () => [{ application }, { reindex: { database, table: Number(slow?.['table']), before: [] } }]
  await recover(contextOf(target, '/nonexistent', { ledger: { write: () => {}, pending } }))
}

/** A purge that was missed: the command is run between two looks. */
const verifyAll = async (server: PostgresServer, url: string) => {
  await using purge = await openSession(server, { database })
  const command = { service: 'web', command: ['purge'] }
  const run = async () => {
    await purge.query('DELETE FROM public.game WHERE id OPERATOR(pg_catalog.=) 1')
    return { ended: 'exit', exitCode: 0, stdout: '', stderr: '', durationMs: 1 }
  }
  return await verifyHere({
    url,
    options: { 'run-command': command, 'day-table': 'day', 'time-zone': 'Indian/Mauritius' },
    context: {
      compose: { run } as never,
      exclusively: async (work) => ({ kind: 'done', value: await work() }),
      progress: { say: () => {} },
    },
  })
}

/** Every statement of every action, in the database that `fillDatabase` filled, along the way that `target` names. */
export const lookAtAll = async (server: PostgresServer, target: PostgresTarget) => {
  const maintained = await maintainAll(server, target)
  await recoverAll(server, target)
  const url = `postgres://${target.user}:${target.password}@${target.host}:${target.port}/${database}?sslmode=disable`
  const verified = await verifyAll(server, url)
  const seen = await seePostgres(target, { signal: new AbortController().signal, now: Date.now, own: [`ronde x ${crypto.randomUUID()}`] })
  return { ...maintained, verified, seen }
}
