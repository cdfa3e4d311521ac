import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { TaskOutcome } from '../../../../../src/actions/db-maintain/part.ts'
import { part } from '../../../../../src/actions/db-maintain/parts/schema/part.ts'
import { type Given, onDatabase } from '../../../../support/maintained-database.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { binariesOf, edgeMajors, type Major } from '../../../../support/postgres-majors.ts'
import { openSession } from '../../../../support/postgres-sessions.ts'
import { temporaryFolder } from '../../../../support/ronde.ts'

jest.setTimeout(60_000)

type Options = { readonly update?: boolean; readonly path?: string; readonly databases?: readonly string[]; readonly dryRun?: boolean }

/** What the quiz guide calls the only durable thing. */
const quiz = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
  CREATE TABLE day (day_date date PRIMARY KEY);
  CREATE TABLE game (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, day_date date NOT NULL REFERENCES day, points int NOT NULL DEFAULT 0,
    mood mood, player text, CONSTRAINT points_bounds CHECK (points BETWEEN 0 AND 100), UNIQUE (day_date, player));
  CREATE INDEX idx_game_ranking_points ON game (points DESC);
  CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at);
  CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE VIEW best AS SELECT player, points FROM game ORDER BY points DESC LIMIT 10;
  CREATE FUNCTION score(points int) RETURNS int LANGUAGE sql AS 'SELECT points * 2';
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER stamped BEFORE INSERT ON game FOR EACH ROW EXECUTE FUNCTION stamp();
  INSERT INTO day VALUES ('2026-12-01')`

const drifts: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a label of an enum',
    "ALTER TYPE mood ADD VALUE 'angry' BEFORE 'ok'",
    ["-enum public.mood ('sad', 'ok', 'happy')", "+enum public.mood ('sad', 'angry', 'ok', 'happy')"],
  ],
  [
    'a column',
    'ALTER TABLE game ALTER points DROP DEFAULT, ADD word text COLLATE "C"',
    [
      '-table public.game column points integer not null default 0',
      '+table public.game column points integer not null',
      '+table public.game column word text collate "C"',
    ],
  ],
  [
    'an index',
    'DROP INDEX idx_game_ranking_points',
    ['-table public.game index CREATE INDEX idx_game_ranking_points ON public.game USING btree (points DESC)'],
  ],
  [
    'the validity of a constraint',
    'ALTER TABLE game DROP CONSTRAINT points_bounds, ADD CONSTRAINT points_bounds CHECK (points BETWEEN 0 AND 100) NOT VALID',
    [
      '-table public.game constraint points_bounds CHECK (((points >= 0) AND (points <= 100)))',
      '+table public.game constraint points_bounds CHECK (((points >= 0) AND (points <= 100))) NOT VALID',
    ],
  ],
  [
    'a trigger that is switched off',
    'ALTER TABLE game DISABLE TRIGGER stamped',
    [expect.stringMatching(/^-.* trigger /), expect.stringMatching(/^\+.* trigger .* \(disabled\)$/)] as never,
  ],
  [
    'the body of a function, of which only a digest is shown',
    "CREATE OR REPLACE FUNCTION score(points int) RETURNS int LANGUAGE sql AS 'SELECT 4711'",
    [
      expect.stringMatching(/^-function public\.score\(points integer\).* body [0-9a-f]{12}$/),
      expect.stringMatching(/^\+function/),
    ] as never,
  ],
  [
    'a partition',
    "CREATE TABLE log_2027 PARTITION OF log FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')",
    ["+table public.log_2027 partition of public.log FOR VALUES FROM ('2027-01-01') TO ('2028-01-01')"],
  ],
  [
    'a view',
    'CREATE OR REPLACE VIEW best AS SELECT player, points FROM game ORDER BY points DESC LIMIT 3',
    [expect.stringMatching(/^-view public\.best as SELECT .* LIMIT 10$/), expect.stringMatching(/^\+view .* LIMIT 3$/)] as never,
  ],
  ['a sequence', 'CREATE SEQUENCE extra AS smallint', ['+sequence public.extra smallint start 1 increment 1 from 1 to 32767 cache 1']],
  [
    'names with SQL, quotes and line breaks',
    `CREATE TABLE "x""; DROP TABLE game; --" ("a\n##[error]b" int)`,
    ['+table public."x""; DROP TABLE game; --"', '+table public."x""; DROP TABLE game; --" column "a\\u{a}##[error]b" integer'],
  ],
]
const harmless: readonly (readonly [string, string])[] = [
  ['rows', "INSERT INTO game (day_date, points) VALUES ('2026-12-01', 5)"],
  ['an owner and a grant', 'ALTER TABLE game OWNER TO other; GRANT SELECT ON day TO other'],
  [
    'a table made anew as it was',
    "DROP TABLE log; CREATE TABLE log (at date NOT NULL, line text) PARTITION BY RANGE (at); CREATE TABLE log_2026 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
  ],
  ['statistics and comments', "ANALYZE; COMMENT ON TABLE game IS 'x'"],
  [
    'settings of the database',
    "ALTER DATABASE quiz SET DateStyle = 'German'; ALTER DATABASE quiz SET search_path = pg_catalog, public; ALTER DATABASE quiz SET quote_all_identifiers = on",
  ],
]

const obstacles: readonly (readonly [string, (workspace: string) => Promise<unknown>, RegExp])[] = [
  ['a folder', (workspace) => mkdir(join(workspace, 'ops/schema.txt'), { recursive: true }), /ops\/schema\.txt is a folder/],
  [
    'a link',
    async (workspace) => {
      await mkdir(join(workspace, 'ops'))
      await symlink('/etc/hostname', join(workspace, 'ops/schema.txt'))
    },
    /ops\/schema\.txt is a symbolic link/,
  ],
  ['below a link', (workspace) => symlink('/tmp', join(workspace, 'ops')), /ops is a symbolic link/],
  ['below a file', (workspace) => writeFile(join(workspace, 'ops'), ''), /ops is not a folder/],
]

const only = (done: TaskOutcome, id: string) => {
  const found = done.findings.filter((finding) => finding.id === id)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} findings ${id}: ${JSON.stringify(done.findings)}`)
  return found[0]
}

/** A server of this major with the database of the quiz, fresh for each test, and a workspace. */
const useQuiz = (major: Major = { major: 18 }) => {
  let server: PostgresServer
  let workspace: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    server = await startPostgres(binariesOf(major))
    await using admin = await openSession(server)
    await admin.query("CREATE ROLE other; CREATE ROLE watcher LOGIN PASSWORD 'watcher'")
    await admin.query('CREATE DATABASE quiz_new')
    await using fresh = await openSession(server, { database: 'quiz_new' })
    await fresh.query(quiz)
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(async () => {
    workspace = await temporaryFolder()
    await using admin = await openSession(server)
    await admin.query('DROP DATABASE IF EXISTS quiz WITH (FORCE)')
    await admin.query('CREATE DATABASE quiz TEMPLATE quiz_new')
  })

  afterEach(async () => workspace[Symbol.asyncDispose]())

  const run = async (sql: string) => {
    await using admin = await openSession(server, { database: 'quiz' })
    return await admin.query(sql)
  }
  const look = async (
    { update = false, path = 'ops/schema.txt', databases = [], dryRun = false }: Options = {},
    given: Given = {},
    checkout = workspace.path,
  ): Promise<TaskOutcome> =>
    onDatabase(
      server,
      { ...given, target: { database: 'quiz', ...given.target }, context: { workspace: checkout, dryRun } },
      (maintained) =>
        part.run({ 'schema-snapshot': path, 'update-snapshot': update, databases, tasks: ['schema'], thresholds: {} }, maintained, true),
    )
  const snapshotText = () => readFile(join(workspace.path, 'ops/schema.txt'), 'utf8')
  return { run, look, snapshotText, folder: () => workspace.path }
}

describe.each(edgeMajors)('schema on PostgreSQL $major', (one) => {
  const { run, look, snapshotText, folder } = useQuiz(one)

  test('without a snapshot it says how to write one; written, nothing differs', async () => {
    const first = await look()
    expect(only(first, 'schema.snapshot')).toMatchObject({ status: 'warning', advice: expect.stringContaining('update-snapshot: true') })
    expect(first).toMatchObject({ completed: false, counts: { drift: 0 } })

    const written = await look({ update: true })
    expect(only(written, 'schema.snapshot')).toMatchObject({ status: 'ok', advice: 'commit it: git add ops/schema.txt' })
    expect(await snapshotText()).toContain("\nenum public.mood ('sad', 'ok', 'happy')\n")
    expect(await readdir(join(folder(), 'ops'))).toEqual(['schema.txt'])

    const same = await look()
    expect(only(same, 'schema.drift')).toMatchObject({ status: 'ok', subject: 'database/quiz', evidence: [] })
    expect(same).toMatchObject({ completed: true, counts: { drift: 0 }, line: 'no drift' })
  })

  test('an up-to-date snapshot is not written again', async () => {
    await look({ update: true })
    await chmod(join(folder(), 'ops/schema.txt'), 0o444)
    expect(only(await look({ update: true }), 'schema.snapshot').title).toContain('up to date')
  })

  test.each(drifts)('%s that changed is told', async (_, sql, lines) => {
    await look({ update: true })
    await run(sql)
    const done = await look()
    expect(only(done, 'schema.drift')).toMatchObject({
      status: 'warning',
      evidence: lines,
      measurements: [{ name: 'drift', value: lines.length }],
    })
    expect(done).toMatchObject({ completed: true, counts: { drift: lines.length } })
  })

  test.each(harmless)('%s are no drift', async (_, sql) => {
    await look({ update: true })
    await run(sql)
    expect((await look()).counts).toEqual({ drift: 0 })
  })

  test('a dry run writes nothing and shows what would be written', async () => {
    const done = await look({ update: true, dryRun: true })
    expect(only(done, 'schema.snapshot')).toMatchObject({ status: 'ok', title: expect.stringContaining('would be written') })
    expect(await readdir(folder())).toEqual([])

    await look({ update: true })
    const before = await snapshotText()
    await run('DROP VIEW best')
    const again = await look({ update: true, dryRun: true })
    expect(only(again, 'schema.drift')).toMatchObject({ status: 'warning', evidence: [expect.stringMatching(/^-view public\.best/)] })
    expect(await snapshotText()).toBe(before)
  })

  test('a snapshot of another major is said, and is no drift', async () => {
    await look({ update: true })
    const text = await snapshotText()
    await writeFile(join(folder(), 'ops/schema.txt'), text.replace(/^# postgresql \d+/m, '# postgresql 13').replace(/^view.*\n/m, ''))
    const done = await look()
    expect(only(done, 'schema.snapshot')).toMatchObject({
      status: 'warning',
      title: `database/quiz: the snapshot is of PostgreSQL 13, the server is ${one.major}`,
    })
    expect(done).toMatchObject({ completed: false, counts: { drift: 0 } })
    await look({ update: true })
    expect((await look()).counts).toEqual({ drift: 0 })
  })

  test('each of several databases has a file of its own', async () => {
    await look({ update: true, databases: ['quiz', 'postgres'] })
    expect(await readdir(join(folder(), 'ops'))).toEqual(['schema.quiz.txt'])
  })
})

describe('the file of the snapshot', () => {
  const { look, folder } = useQuiz()

  test.each(obstacles)('a snapshot that is %s is neither read nor written', async (_, make, cause) => {
    await make(folder())
    for (const update of [false, true]) {
      const done = await look({ update })
      expect(only(done, 'schema.snapshot')).toMatchObject({ status: 'unknown', observed: expect.stringMatching(cause) })
      expect(done.completed).toBe(false)
    }
  })

  test('where nothing can be written it says so, and leaves nothing', async () => {
    const done = await look({ update: true }, {}, '/proc')
    expect(only(done, 'schema.snapshot')).toMatchObject({
      status: 'unknown',
      observed: expect.stringMatching(/^ops\/schema\.txt: E[A-Z]+$/),
    })
    expect(done).toMatchObject({ completed: false })
  })

  test('a file that is no snapshot is not compared, and update-snapshot replaces it', async () => {
    await mkdir(join(folder(), 'ops'))
    await writeFile(join(folder(), 'ops/schema.txt'), '-- PostgreSQL database dump\n')
    expect(only(await look(), 'schema.snapshot')).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining('no snapshot of a schema'),
    })
    await look({ update: true })
    expect((await look()).counts).toEqual({ drift: 0 })
  })

  test('a role that may read no table sees the same schema', async () => {
    await look({ update: true })
    const done = await look({}, { target: { user: 'watcher', password: 'watcher' } })
    expect(done.counts).toEqual({ drift: 0 })
    expect(only(done, 'schema.constraint')).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: expect.stringMatching(/^\d of tables/),
      advice: expect.stringMatching(
        /^as a superuser: GRANT SELECT ON "public"\."day" TO "watcher"; GRANT SELECT ON "public"\."game" TO "watcher";$/,
      ),
    })
  })
})
