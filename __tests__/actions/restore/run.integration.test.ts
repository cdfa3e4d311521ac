import { globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(180_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const inQuiz = (sql: string, database = 'quiz') => psql(server, sql, { database })

const fresh = () => {
  const old = psql(server, "SELECT datname FROM pg_database WHERE datname !~ '^(postgres|template)'")
    .split('\n')
    .filter((one) => one !== '')
  for (const one of old) {
    psql(server, `ALTER DATABASE "${one}" ALLOW_CONNECTIONS false`)
    psql(server, `DROP DATABASE "${one}" WITH (FORCE)`)
  }
  psql(server, "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app LOGIN; END IF; END $$")
  psql(server, 'CREATE DATABASE quiz OWNER app CONNECTION LIMIT 50')
  psql(
    server,
    `ALTER DATABASE quiz SET search_path TO "$user", public, "odd, name"; ALTER ROLE app IN DATABASE quiz SET work_mem TO '7MB';
    REVOKE CONNECT ON DATABASE quiz FROM PUBLIC; GRANT CONNECT ON DATABASE quiz TO app; COMMENT ON DATABASE quiz IS 'the quiz'`,
  )
  inQuiz(
    "CREATE TABLE game (id serial, name text); ALTER TABLE game OWNER TO app; INSERT INTO game (name) SELECT 'player ' || n FROM generate_series(1, 100) AS n",
  )
}

const databases = (): readonly string[] =>
  psql(server, "SELECT datname FROM pg_database WHERE datname !~ '^template' ORDER BY 1").split('\n')
const dressOf = (database: string) =>
  psql(
    server,
    `SELECT pg_get_userbyid(datdba), (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(datacl) AS a), datconnlimit, shobj_description(oid, 'pg_database'), datallowconn,
       (SELECT array_agg(setrole::regrole::text || ':' || setconfig::text ORDER BY 1) FROM pg_db_role_setting WHERE setdatabase = d.oid) FROM pg_database AS d WHERE datname = '${database}'`,
  )
const leftOf = () => [
  psql(server, "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ronde%'"),
  psql(server, "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'ronde/%'"),
]

describe('a restore of a database', () => {
  test('is planned in one run and applied in another; what was replaced is kept, and comes back by undo', async () => {
    fresh()
    await using place = await restorePlace(server)
    const made = await place.backup()
    expect(made.outputs['verified']).toBe('true')
    const before = dressOf('quiz')
    inQuiz("DELETE FROM game WHERE id > 40; INSERT INTO game (name) VALUES ('late')")
    const planned = await place.restore()
    expect([planned.exitCode, planned.outputs['restored'], planned.log]).toEqual([
      0,
      'false',
      expect.stringContaining('-f confirm=quiz@quiz-prod'),
    ])
    const { digest = '' } = planned.outputs
    expect(digest).toMatch(/^[0-9a-f]{12}$/)
    expect(inQuiz('SELECT count(*) FROM game')).toBe('41')
    expect(databases()).toEqual(['postgres', 'quiz'])
    expect(planned.reports[0]?.facts['plan']).toMatchObject({
      lines: expect.arrayContaining([{ does: 'replace', subject: expect.any(String), bytes: expect.any(Number) }]),
    })

    const applied = await place.restore({ digest, confirm: 'quiz@quiz-prod' })
    expect(applied.findings.map(({ id, status, observed }) => `${status} ${id} ${observed}`)).toEqual([
      'ok restore.verified equal',
      expect.stringContaining('ok restore.way-back until'),
    ])
    expect([applied.exitCode, applied.outputs['restored']]).toEqual([0, 'true'])
    expect(inQuiz("SELECT count(*) || ' ' || max(name) FROM game")).toBe('100 player 99')
    expect(inQuiz("SELECT tableowner FROM pg_tables WHERE tablename = 'game'")).toBe('app')
    expect(dressOf('quiz')).toBe(before)
    const id = applied.outputs['restore-id'] ?? ''
    expect(databases()).toEqual(['postgres', 'quiz', `quiz__before_${id}`])
    expect(leftOf()).toEqual(['', '0'])
    expect(globSync(join(place.root, '.partial*'))).toEqual([])
    const safety = applied.outputs['safety-backup'] ?? ''
    expect(globSync(join(place.root, `*/${safety}/pre-restore`))).toHaveLength(1)

    const back = await place.restore({ undo: id })
    expect(back.outputs['digest']).toMatch(/^[0-9a-f]{12}$/)
    expect(inQuiz('SELECT count(*) FROM game')).toBe('100')
    const undone = await place.restore({ undo: id, digest: back.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
    expect([undone.exitCode, undone.outputs['restored']]).toEqual([0, 'true'])
    expect(inQuiz('SELECT count(*) FROM game')).toBe('41')
    expect(dressOf('quiz')).toBe(before)
    expect(readdirSync(join(place.stateHome, 'ronde/journal'))).toEqual([])
  })

  test('beside leaves the live database alone', async () => {
    fresh()
    await using place = await restorePlace(server)
    await place.backup()
    inQuiz('DELETE FROM game')
    const ran = await place.restore({ into: 'beside' })
    expect(ran.findings.map(({ id, status }) => `${status} ${id}`)).toEqual(['ok restore.beside'])
    const copy = `quiz__restore_${ran.outputs['restore-id'] ?? ''}`
    expect(inQuiz('SELECT count(*) FROM game', copy)).toBe('100')
    expect(inQuiz('SELECT count(*) FROM game')).toBe('0')
    expect(leftOf()).toEqual(['', '0'])
  })

  test('that is not there any more is made again', async () => {
    fresh()
    await using place = await restorePlace(server)
    await place.backup()
    psql(server, 'DROP DATABASE quiz')
    const planned = await place.restore()
    expect(planned.findings.map(({ id, status }) => `${status} ${id}`)).toEqual(['ok restore.plan'])
    const applied = await place.restore({ digest: planned.outputs['digest'] ?? '', confirm: 'quiz@quiz-prod' })
    expect([applied.exitCode, applied.outputs['restored'], applied.outputs['safety-backup']]).toEqual([0, 'true', ''])
    expect(inQuiz('SELECT count(*) FROM game')).toBe('100')
    expect(databases()).toEqual(['postgres', 'quiz'])
  })
})
