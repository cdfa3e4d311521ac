import { describe, expect, jest, test } from '@jest/globals'
import { database, fillDatabase, lookAtAll, settings } from '../../support/every-look.ts'
import { startPostgres } from '../../support/postgres.ts'
import { binariesOf, postgresMajors } from '../../support/postgres-majors.ts'
import { targetOf } from '../../support/postgres-sessions.ts'
import { startRecorder } from '../../support/recording-proxy.ts'
import { unqualifiedIn } from '../../support/sql-names.ts'

jest.setTimeout(120_000)

const majors = postgresMajors.filter(({ major }) => major >= 14)

/** What the server itself wrote under our path, part of a question about the rows that break it: a CHECK, and the key of a unique index. */
const ofConstraints = [/\((?:points >= 0|a < 9|b < 9|b > 0)\)/g, /\(a % 1000\)/g]

const own = (sql: string): string => ofConstraints.reduce((text, one) => text.replace(one, '(true)'), sql)

describe.each(majors)('every statement of every action on PostgreSQL $major', (one) => {
  test('names all that it uses with its schema, in a session that was safe from its login on', async () => {
    await using server = await startPostgres({ settings, ...binariesOf(one) })
    await fillDatabase(server)
    await using recorder = await startRecorder(server.port)
    const target = targetOf(server, { database, port: recorder.port, ssl: { mode: 'disable' }, service: undefined })
    const { run, said, verified, seen } = await lookAtAll(server, target)
    // What was to be recorded did happen.
    expect(run.outputs).toMatchObject({ cancelled: 1 })
    expect(run.findings.filter((found) => found.id === 'db.unfinished')).toEqual([])
    expect(said.map((line) => line.split(' ')[0])).toEqual(expect.arrayContaining(['vacuum', 'reindex']))
    expect(verified.badIds).toEqual(expect.arrayContaining(['critical purge.future-rows', 'critical purge.null-rows']))
    expect(seen).toMatchObject({ answered: true, observation: { sessions: { seen: true }, replication: { seen: true } } })

    const sessions = recorder.sessions()
    const statements = [...new Set(sessions.flatMap((session) => session.statements))]
    expect(statements.length).toBeGreaterThan(60)
    expect(statements.some((sql) => sql.startsWith('DROP INDEX CONCURRENTLY'))).toBe(true)
    expect(statements.flatMap((sql) => unqualifiedIn(own(sql)).map((name) => `${name} in ${sql.slice(0, 200)}`))).toEqual([])
    for (const { startup, statements: asked } of sessions) {
      expect(startup['options']).toContain('-c search_path=pg_catalog,pg_temp -c default_transaction_read_only=on')
      expect(startup['client_encoding']).toBe('UTF8')
      expect(asked[0]).toMatch(/^BEGIN READ ONLY;\nSET LOCAL search_path = pg_catalog,pg_temp;/)
    }
  })
})
