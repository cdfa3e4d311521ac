import { describe, expect, test } from '@jest/globals'
import { reportOf } from '../../../src/actions/db-maintain/report.ts'
import type { Maintained } from '../../../src/actions/db-maintain/run-tasks.ts'
import type { PostgresTarget } from '../../../src/contract/database.ts'
import { finding } from '../../../src/contract/finding.ts'
import { toldOf } from '../../support/told.ts'

const target = { host: 'db', port: 5432, database: 'quiz', user: 'ronde', subject: 'service/db', service: 'db' } as PostgresTarget
const options = { tasks: ['vacuum', 'size'], databases: [], thresholds: {} }
const said = (id: string) => finding({ id, subject: 's', status: 'ok', title: id, observed: '', expected: '', audience: 'technical' })
type Ran = Maintained['ran'][number]
const ran = (name: string, outcome: object = {}, completed = true): Ran =>
  ({
    name,
    completed,
    findings: [{ ...said(`db.${name}`), check: name }],
    outcome: { completed, findings: [], ...outcome },
  }) as unknown as Ran
const done = (database: string, all: readonly Ran[], more: Partial<Maintained> = {}): Maintained => ({
  database,
  version: '17.2',
  missing: [],
  ended: true,
  ran: all,
  ...more,
})
const report = (...all: readonly Maintained[]) => reportOf(all, { options, target, extra: [] })
const missing = (shown: string, hint = '') => ({ name: { shown } as Maintained['missing'][number]['name'], hint })

describe('a report of db-maintain', () => {
  test('has completed a task only where it is done in every database', () => {
    const whole = done('quiz', [ran('vacuum'), ran('size')])
    expect(report(whole).scope).toEqual(['vacuum', 'size'])
    expect(report(whole, done('other', [ran('vacuum'), ran('size', {}, false)])).scope).toEqual(['vacuum'])
    expect(report(whole, done('other', [])).scope).toEqual([])
    expect(report().scope).toEqual([])
  })

  test('begins with what stands above all tasks, then says that each database answers', () => {
    const found = reportOf([done('quiz', [ran('size')]), done('other', [])], {
      options,
      target,
      extra: [said('db.table') as never],
    }).findings
    expect(found.map(({ id, subject }) => `${id} ${subject}`)).toEqual([
      'db.table s',
      'postgres.reachable service/db',
      'postgres.reachable service/db/other',
      'db.size s',
    ])
    expect(reportOf([done('quiz', [])], { options, target: undefined, extra: [] }).findings).toEqual([])
    expect(report({ ...done('quiz', []), version: undefined } as unknown as Maintained).findings).toEqual([])
  })

  test('tells why a database does not answer, and that no connection was left', () => {
    const away = (kind: 'refused' | 'too-many-connections') => report(done('quiz', [], { unreachable: { kind, detail: 'sorry' } })).findings
    expect(away('refused').map(({ id, cleared }) => [id, cleared])).toEqual([['postgres.reachable', false]])
    expect(away('too-many-connections').map(({ id }) => id)).toEqual(['postgres.reachable', 'postgres.connections'])
  })

  test('tells a table that no database has, once, with the nearest name', () => {
    const both = [
      done('quiz', [], { missing: [missing('gmae', ', did you mean game?'), missing('vote')] }),
      done('other', [], { missing: [missing('gmae')] }),
    ]
    const found = report(...both).findings.filter(({ id }) => id === 'db.table')
    expect(toldOf(found)).toEqual([
      'unknown db.table: gmae: no such table',
      'observed: no table of that name in quiz, other, did you mean game?',
      'expected: a table that is there',
      'advice: correct `tables`; names with capitals stand in double quotes',
    ])
    expect(found[0]?.subject).toBe('table/gmae')
    // A database that does not answer knows of no table.
    const away = done('away', [], { unreachable: { kind: 'refused', detail: '' } as never })
    expect(report(done('quiz', [], { missing: [missing('gmae')] }), away).findings.some(({ id }) => id === 'db.table')).toBe(true)
  })

  test('adds up what was done, in whole numbers', () => {
    const counts = { vacuumed: 2, 'reclaimed-bytes': 10.4, drift: 3, cancelled: 4 }
    expect(report(done('quiz', [ran('vacuum', { counts }), ran('size')]), done('other', [ran('vacuum', { counts })])).outputs).toEqual({
      vacuumed: 4,
      'reclaimed-bytes': 21,
      drift: 6,
      cancelled: 8,
    })
    expect(report().outputs).toEqual({ vacuumed: 0, 'reclaimed-bytes': 0, drift: 0, cancelled: 0 })
  })

  test('has a line, tables and facts of each database, by its name where there are several', () => {
    const gains = { title: 'vacuum', columns: ['table'], rows: [['game']] }
    const one = done('quiz', [ran('vacuum', { line: '2 tables vacuumed', gains, facts: { a: 1 } }), ran('size', { line: '3 MB' })])
    expect(report(one).facts).toEqual({
      lines: { 'db-maintain': '2 tables vacuumed, 3 MB' },
      tables: [gains],
      databases: { quiz: { a: 1 } },
    })
    const two = report(one, done('other', [ran('size')]), done('third', [ran('size', { line: '9 MB' })])).facts
    expect(two).toEqual({
      lines: { 'db-maintain': 'quiz: 2 tables vacuumed, 3 MB; third: 9 MB' },
      tables: [{ ...gains, title: 'vacuum (quiz)' }],
      databases: { quiz: { a: 1 }, other: {}, third: {} },
    })
  })
})
