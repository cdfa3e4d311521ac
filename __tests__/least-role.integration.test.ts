import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Finding } from '../src/contract/finding.ts'
import { runMaintain } from './support/db-maintain.ts'
import { type LeastRole, runLeastRole } from './support/least-role.ts'
import { type PostgresServer, startPostgres } from './support/postgres.ts'
import { binariesOf, edgeMajors, postgresMajors } from './support/postgres-majors.ts'
import { openSession } from './support/postgres-sessions.ts'
import { dayAt, runPurge } from './support/purge.ts'
import { runRonde } from './support/ronde.ts'

jest.setTimeout(180_000)

const usual: LeastRole = { role: 'ronde', database: 'quiz', schema: 'quiz' }
const all: LeastRole = { ...usual, maintain: 'yes', signal: 'yes' }
/** Not the role's name, which would be hidden in the advice. */
const password = 'horse-battery-staple'
const tasks = 'vacuum, analyze, indexes, slow-queries, sequential-scans, sessions, bloat, size, schema, reindex'

/** An application whose index calls a function of its own, in a database that lets nobody in by default. */
const application = `CREATE SCHEMA quiz; CREATE TABLE quiz.game (id bigserial PRIMARY KEY, day_date date, points int CHECK (points > 0), filling text);
  CREATE FUNCTION quiz.twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2'; CREATE INDEX ON quiz.game (quiz.twice(points));
  CREATE INDEX game_day ON quiz.game (day_date); CREATE TABLE quiz.day (id int PRIMARY KEY, day_date date NOT NULL); CREATE INDEX ON quiz.day (day_date);
  INSERT INTO quiz.day VALUES (0, '${dayAt(-1)}'), (1, '${dayAt(0)}');
  CREATE TABLE quiz.answer (day int CONSTRAINT of_day REFERENCES quiz.day);
  INSERT INTO quiz.game (day_date, points, filling) SELECT '${dayAt(0)}', 1, repeat('x', 500) FROM generate_series(1, 25000); ANALYZE`

type Look = 'look' | 'verify' | 'maintain'

/** What is left out of the script, and what each action then says. */
const less: readonly (readonly [string, RegExp, readonly (readonly [Look, string, string])[]])[] = [
  [
    'CONNECT',
    /^GRANT CONNECT.*$/m,
    (['look', 'verify', 'maintain'] as const).map(
      (action) =>
        [action, action === 'verify' ? 'purge.stale-rows' : 'postgres.reachable', 'GRANT CONNECT ON DATABASE "quiz" TO "ronde";'] as const,
    ),
  ],
  [
    'pg_monitor',
    /^GRANT pg_monitor.*$/m,
    [
      ['look', 'postgres.blocked', 'GRANT pg_monitor TO "ronde";'],
      ['maintain', 'postgres.blocked', 'GRANT pg_monitor TO "ronde";'],
      ['maintain', 'db.slow-queries', 'GRANT pg_monitor TO "ronde";'],
    ],
  ],
  [
    'USAGE',
    /^GRANT USAGE.*$/m,
    [
      ['verify', 'purge.stale-rows', 'let the role read all rows of the table: GRANT USAGE ON SCHEMA "quiz" TO "ronde";'],
      ['maintain', 'schema.constraint', 'GRANT USAGE ON SCHEMA "quiz" TO "ronde";'],
    ],
  ],
  [
    'SELECT',
    /^GRANT SELECT ON ALL TABLES.*$/m,
    [
      ['verify', 'purge.stale-rows', 'let the role read all rows of the table: GRANT SELECT ON "quiz"."game" TO "ronde";'],
      [
        'maintain',
        'schema.constraint',
        'GRANT SELECT ON "quiz"."answer" TO "ronde"; GRANT SELECT ON "quiz"."day" TO "ronde"; GRANT SELECT ON "quiz"."game" TO "ronde";',
      ],
      ['maintain', 'db.bloat', 'GRANT SELECT ON ALL TABLES IN SCHEMA "quiz" TO "ronde";'],
    ],
  ],
  [
    'SELECT on sequences',
    /^GRANT SELECT ON ALL SEQUENCES.*$/m,
    [['maintain', 'db.sequence', 'GRANT SELECT ON ALL SEQUENCES IN SCHEMA "quiz" TO "ronde";']],
  ],
]

/** What could not be looked at is told beside the advice. */
const toDo = ({ advice, notChecked = '' }: Finding): string => `${notChecked} ${advice}`

describe.each(postgresMajors.filter(({ major }) => major >= 14))('docs/least-role.sql on PostgreSQL $major', (one) => {
  let server: PostgresServer
  const sql = async (text: string, database = 'postgres', user?: string) => {
    await using session = await openSession(server, { database, ...(user === undefined ? {} : { user, password: user }) })
    return await session.query(text)
  }
  beforeAll(async () => {
    server = await startPostgres({ ...binariesOf(one), settings: { shared_preload_libraries: 'pg_stat_statements', max_connections: 40 } })
    await sql("CREATE ROLE quiz LOGIN PASSWORD 'quiz'")
    await sql('CREATE DATABASE quiz OWNER quiz')
    await sql('REVOKE ALL ON DATABASE quiz FROM PUBLIC')
    await sql('CREATE EXTENSION pg_stat_statements', 'quiz')
    await sql(application, 'quiz', 'quiz')
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(async () => {
    const [row] = await sql("SELECT 1 AS there FROM pg_roles WHERE rolname = 'ronde'")
    if (row !== undefined) await sql('DROP OWNED BY ronde', 'quiz')
    await sql('DROP ROLE IF EXISTS ronde')
  })

  const url = () => `postgres://ronde:${password}@127.0.0.1:${server.port}/quiz`
  const given = async (variables: LeastRole, left?: RegExp) => {
    await runLeastRole(server, variables, (text) => (left === undefined ? text : text.replace(left, '')))
    await sql(`ALTER ROLE ronde PASSWORD '${password}'`)
  }
  const look = async (): Promise<readonly Finding[]> =>
    (await runRonde('health-check', { inputs: { 'database-url': url(), checks: 'postgres' } })).findings
  const verify = async (): Promise<readonly Finding[]> =>
    (await runPurge(url(), { table: 'quiz.game', 'day-table': 'quiz.day', 'time-zone': 'UTC' })).findings
  const maintain = async (inputs: Readonly<Record<string, string>> = {}): Promise<readonly Finding[]> =>
    (await runMaintain(server, { tasks, ...inputs }, { url: url() })).report.findings

  const lacking = (findings: readonly Finding[]) =>
    findings
      .filter((found) => found.status === 'unknown' || /GRANT|may not|other roles/.test(found.advice))
      .map((found) => `${found.status} ${found.id}: ${found.observed}; ${found.advice}`)

  test('every action does all of its work with it, though the application has code of its own', async () => {
    await given(all)
    expect(lacking(await look())).toEqual([])
    expect(lacking(await verify())).toEqual([])
    const maintained = await maintain()
    expect(lacking(maintained)).toEqual([])
    expect(maintained.find((found) => found.id === 'db.vacuum')).toMatchObject({
      status: 'ok',
      observed: expect.stringContaining('3 of 3 tables vacuumed'),
    })
  })

  test('it can be run again, takes a table that comes later, and refuses to be given more', async () => {
    await given(usual)
    await given(usual)
    await sql('CREATE TABLE quiz.later (id serial, day_date date); CREATE INDEX ON quiz.later (day_date)', 'quiz', 'quiz')
    const [row] = await sql(
      "SELECT has_table_privilege('ronde', 'quiz.later', 'SELECT') AS rows, has_sequence_privilege('ronde', 'quiz.later_id_seq', 'SELECT') AS numbers",
      'quiz',
    )
    await sql('DROP TABLE quiz.later', 'quiz', 'quiz')
    expect(row).toEqual({ rows: true, numbers: true })
    await expect(runLeastRole(server, { ...usual, role: 'postgres' })).rejects.toThrow('more rights than the least')
  })

  test('without the right to maintain the changing tasks say so', async () => {
    await given(usual)
    const found = (await maintain({ tasks: 'vacuum' })).filter((other) => other.id === 'db.rights')
    expect(found).toMatchObject([
      { status: 'unknown', advice: `as a superuser: ${one.major >= 17 ? 'GRANT pg_maintain TO "ronde";' : 'GRANT "quiz" TO "ronde";'}` },
    ])
  })

  test('without the right to signal, sessions are told and the right is named', async () => {
    await given(usual)
    await using idle = await openSession(server, { database: 'quiz', user: 'quiz', password: 'quiz' })
    await idle.query('BEGIN; SELECT 1')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const inputs = { tasks: 'sessions', sessions: '{ policy: terminate }', thresholds: '{ idle-in-transaction: [500ms, 1s] }' }
    const found = (await maintain(inputs)).filter((other) => other.id === 'db.rights')
    expect(found).toMatchObject([{ status: 'unknown', advice: 'as a superuser: GRANT pg_signal_backend TO "ronde";' }])
  })

  // The rights that a statement needs do not change with the major; what they are called does, and is asked of each.
  if (!edgeMajors.includes(one)) return
  test.each(less)('without %s no finding is wrong, and its statement is the advice', async (_, left, wanted) => {
    await given(usual, left)
    await using other = await openSession(server, { database: 'quiz', user: 'quiz', password: 'quiz' })
    await other.query('SELECT 1')
    const looks = {
      look,
      verify,
      maintain: () => maintain({ tasks: 'indexes, slow-queries, sequential-scans, sessions, bloat, size, schema' }),
    }
    for (const [action, id, statement] of wanted) {
      const found = (await looks[action]()).find((finding) => finding.id === id && toDo(finding).includes('GRANT'))
      expect(found).toMatchObject({ id, cleared: false })
      const told = found === undefined ? '' : toDo(found)
      expect(told).toContain(statement)
      expect(told.match(/GRANT|ALTER/g)).toHaveLength(statement.match(/GRANT|ALTER/g)?.length ?? 0)
    }
  })
})
