import { describe, expect, test } from '@jest/globals'
import { createFirstSights } from '../../../src/actions/db-maintain/first-sights.ts'
import { targetIn } from '../../../src/actions/db-maintain/locate.ts'
import { lacksMaintain } from '../../../src/actions/db-maintain/maintain-rights.ts'
import { couldNotFinish, lacksRights, notOnStandby, unfinishedWork } from '../../../src/actions/db-maintain/not-done.ts'
import type { MaintainedDatabase } from '../../../src/actions/db-maintain/part.ts'
import { rightsRefused } from '../../../src/actions/db-maintain/refused-rights.ts'
import type { Context } from '../../../src/contract/context.ts'
import type { PostgresTarget } from '../../../src/contract/database.ts'
import { toldOf } from '../../support/told.ts'

const target = { database: 'quiz', subject: 'service/db', service: 'db' } as PostgresTarget
const maintained = (major = 17, signal: AbortSignal = AbortSignal.abort('deadline')) =>
  ({ target, server: { major, user: 'ronde' }, context: { signal } }) as unknown as MaintainedDatabase

describe('a task that is not done', () => {
  test('says why and what would let it', () => {
    expect(toldOf(couldNotFinish('quiz', 'vacuum', { cause: 'why', advice: 'what' }))).toEqual([
      'unknown db.unfinished: vacuum in quiz: not finished',
      'observed: why',
      'expected: a finished task',
      'advice: what',
    ])
    expect(couldNotFinish('quiz', 'vacuum', { cause: 'why', advice: '' }).subject).toBe('task/quiz.vacuum')
  })

  test('for want of time names the way to more of it', () => {
    expect(unfinishedWork(maintained(), 'vacuum')).toMatchObject({
      observed: 'the deadline came first',
      advice: 'raise `timeout`, or name fewer `tables`',
    })
  })

  test('on a standby names the primary', () => {
    expect(notOnStandby('quiz', 'vacuum')).toMatchObject({
      completed: false,
      findings: [{ observed: 'the server is a standby, which takes no changes', advice: 'name the primary in database.url' }],
    })
  })

  test.each([
    [[], 'name a role that has the right in database.url or database.user: the owner, or a superuser'],
    [['GRANT a;', 'GRANT b;'], 'as a superuser: GRANT a; GRANT b;'],
  ])('for want of a right, with the statements %j', (grants, advice) => {
    expect(toldOf(lacksRights('quiz', 'vacuum', { what: 'no right', grants, evidence: ['public.game'] }))).toEqual([
      'unknown db.rights: vacuum in quiz: the role lacks a right',
      'observed: no right',
      'expected: a role that may do this task',
      `advice: ${advice}`,
      'evidence: public.game',
    ])
  })
})

describe('what a role may not maintain', () => {
  const forbidden = (...owners: readonly (string | undefined)[]) => owners.map((owner, nth) => ({ name: `public.t${nth}`, owner }))
  const advice = (major: number, ...owners: readonly (string | undefined)[]) =>
    lacksMaintain(maintained(major), 'vacuum', forbidden(...owners))[0]?.advice

  test('nothing is no finding', () => {
    expect(lacksMaintain(maintained(), 'vacuum', [])).toEqual([])
  })

  test('is told with the owners, and asks for pg_maintain where there is one', () => {
    expect(toldOf(lacksMaintain(maintained(17), 'vacuum', forbidden('quiz', undefined)))).toEqual([
      'unknown db.rights: vacuum in quiz: the role lacks a right',
      'observed: role ronde may not maintain 2 relations',
      'expected: a role that may do this task',
      'advice: as a superuser: GRANT pg_maintain TO "ronde";',
      'evidence: public.t0, owner quiz',
      'evidence: public.t1',
    ])
  })

  test('asks for the owners before PostgreSQL 17, three at most, each once', () => {
    expect(lacksMaintain(maintained(16), 'vacuum', forbidden('quiz'))[0]?.observed).toBe(
      'role ronde may not maintain 1 relation; before PostgreSQL 17 only their owners may',
    )
    expect(advice(16, 'quiz', 'quiz')).toBe('as a superuser: GRANT "quiz" TO "ronde";')
    expect(advice(16, 'a', 'b', 'c', 'd')?.match(/GRANT/g)).toHaveLength(3)
    expect(advice(16, undefined)).toContain('name a role that has the right')
  })

  test('names twenty of many', () => {
    const many = forbidden(...Array.from({ length: 25 }, () => 'quiz'))
    expect(lacksMaintain(maintained(), 'vacuum', many)[0]?.evidence).toHaveLength(20)
  })
})

describe('what would have let a refused statement', () => {
  const tables = [
    { schema: 'public', name: 'game' },
    { schema: 'other', name: 'game' },
  ]
  const rights = (message: string, of = tables) => rightsRefused({ server: { user: 'ronde' }, tables: of } as never, message)

  test.each([
    ['a schema', 'permission denied for schema private', ['GRANT USAGE ON SCHEMA "private" TO "ronde";']],
    ['a schema that no command may hold', 'permission denied for schema a\u0000b', []],
    [
      'a table, in each of its schemas',
      'permission denied for table game',
      ['GRANT SELECT ON "public"."game" TO "ronde";', 'GRANT SELECT ON "other"."game" TO "ronde";'],
    ],
    ['a table that is not looked after', 'permission denied for table elsewhere', ['GRANT pg_monitor TO "ronde";']],
    ['anything else', 'permission denied for function f', ['GRANT pg_monitor TO "ronde";']],
  ])('%s', (_what, message, statements) => {
    expect(rights(message)).toEqual(statements)
  })

  test('three schemas are named', () => {
    const many = ['a', 'b', 'c', 'd'].map((schema) => ({ schema, name: 'game' }))
    expect(rights('permission denied for table game', many)).toHaveLength(3)
  })
})

describe('another database of the server', () => {
  test.each([
    ['the configured one', target, 'quiz', 'service/db'],
    ['one behind a service', target, 'other', 'service/db/other'],
    ['one behind an address', { ...target, service: undefined, subject: '192.0.2.1:5432/quiz' }, 'other', '192.0.2.1:5432/other'],
  ])('%s', (_what, from, database, subject) => {
    expect(targetIn(from, database)).toMatchObject({ database, subject })
  })
})

describe('when something was first seen', () => {
  const now = 10_000
  const sights = (note: string | undefined, atFirst: 'old' | 'new', names = ['a', 'b']) => {
    const kept: string[] = []
    const context = { now: () => now, state: { note: () => note, setNote: (_: string, text: string) => kept.push(text) } }
    const seen = createFirstSights(context as unknown as Context, { note: 'n', names, atFirst })
    return { seen, kept: JSON.parse(kept[0] ?? '') as unknown }
  }

  test.each([
    ['old', now, { a: 0, b: 0 }],
    ['new', 0, { a: now, b: now }],
  ] as const)('at the very first look it is %s', (atFirst, sinceMs, kept) => {
    for (const note of [undefined, 'no JSON', '1', 'null']) {
      const first = sights(note, atFirst)
      expect([first.seen.sinceMs('a'), first.kept]).toEqual([sinceMs, kept])
    }
  })

  test('later what was not there before is new, and what is gone is forgotten', () => {
    const later = sights('{"a":4000,"gone":1}', 'old')
    expect([later.seen.sinceMs('a'), later.seen.sinceMs('b'), later.kept]).toEqual([6_000, 0, { a: 4_000, b: now }])
    // Of what nobody asked for nothing is known: then it is old.
    expect(later.seen.sinceMs('gone')).toBe(now)
    expect(later.seen.sinceMs('toString')).toBe(now)
  })

  test('two thousand names are kept', () => {
    const names = Array.from({ length: 2_001 }, (_, index) => `n${index}`)
    expect(Object.keys(sights(undefined, 'old', names).kept as object)).toHaveLength(2_000)
  })
})
