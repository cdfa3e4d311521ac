import { describe, expect, test } from '@jest/globals'
import { type ConstraintSubject, judgeConstraints } from '../../../../../src/actions/db-maintain/parts/schema/constraints.ts'
import {
  differing,
  judgeDrift,
  judgeWritten,
  noSnapshot,
  type Standing,
  standingOf,
  tooLarge,
  type Written,
} from '../../../../../src/actions/db-maintain/parts/schema/drift.ts'
import { writeSnapshot } from '../../../../../src/actions/db-maintain/parts/schema/snapshot.ts'
import type { ConstraintOutcome, Outcomes } from '../../../../../src/actions/db-maintain/parts/schema/test-constraints.ts'
import type { Constraint } from '../../../../../src/domain/postgres/constraint.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/db-maintain/parts/schema/told.txt')

const about: ConstraintSubject = { subject: 'database/quiz', role: 'ronde', named: (name) => `constraint/quiz.${name}` }
const check = (given: Partial<Constraint> = {}): Constraint => ({
  oid: 1,
  kind: 'check',
  table: 'public.game',
  name: 'points_positive',
  definition: 'CHECK ((points >= 0))',
  validated: true,
  withHeirs: true,
  relations: [10],
  mayLock: [true],
  callsOwnCode: false,
  ownerCode: undefined,
  condition: 'points >= 0',
  keys: [],
  nullsEqual: false,
  reference: undefined,
  ...given,
})
const unique = check({ kind: 'unique', name: 'game_code', definition: 'UNIQUE (code)', condition: '', keys: ['code'] })
const outcome = (tested: ConstraintOutcome['tested'], given: Partial<Constraint> = {}): ConstraintOutcome => ({
  constraint: check(given),
  tested,
})
const tested = (outcomes: readonly ConstraintOutcome[], more: Partial<Outcomes> = {}): Outcomes => ({
  outcomes,
  all: outcomes.length,
  doubtful: 0,
  rights: [],
  ...more,
})
const constraints = (...outcomes: readonly ConstraintOutcome[]) => toldOf(judgeConstraints(tested(outcomes), about))
/** All but the line on all of them. */
const first = (one: ConstraintOutcome) => toldOf(judgeConstraints(tested([one]), about).slice(0, -1))
const unvalidated = { validated: false }

const schema = { major: 17, lines: ['table public.game', 'table public.player'] }
const drift = { subject: 'database/quiz', path: 'ops/schema.txt' }
const compared = (...lines: readonly string[]): Standing => ({
  kind: 'compared',
  difference: {
    lines,
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  },
})
const same = compared()
const other = compared('- table public.game', '+ table public.team', '+ table public.vote')
const drifted = (standing: Standing) => toldOf(judgeDrift(standing, schema, drift))
const written = (one: Written, standing: Standing) => toldOf(judgeWritten(one, { standing, schema }, drift))

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['constraints that every row keeps', () => constraints(outcome('holds'), outcome('holds'))],
  ['no constraint', () => constraints()],
  ['more constraints than were tested', () => toldOf(judgeConstraints(tested([outcome('holds')], { all: 1_235 }), about))],
  ['as many as were tested', () => toldOf(judgeConstraints(tested([outcome('holds')], { all: 1 }), about))],
  ['a check that a row breaks', () => constraints(outcome('violated'))],
  ['a check that a row breaks and that was never validated', () => first(outcome('violated', unvalidated))],
  ['a unique index with duplicates', () => first({ constraint: unique, tested: 'violated' })],
  ['a check without a condition', () => first(outcome('violated', { condition: '' }))],
  ['a check whose query fits a line', () => first(outcome('violated', { condition: `code <> '${'x'.repeat(342)}'` }))],
  ['a check whose query is too long', () => first(outcome('violated', { condition: `code <> '${'x'.repeat(343)}'` }))],
  ['names in quotes', () => first(outcome('violated', { table: 'public."Game"', name: '"Points"' }))],
  ['a name that no command may hold', () => first(outcome('violated', { table: 'public."a.b"' }))],
  ['never validated, and every row keeps it', () => first(outcome('holds', unvalidated))],
  ['never validated and not tested: not allowed', () => first(outcome('not allowed', unvalidated))],
  ['never validated and not tested: takes too long', () => first(outcome('takes too long', unvalidated))],
  ['never validated and not tested: own code', () => first(outcome('own code', unvalidated))],
  ['never validated and not tested: cannot be asked', () => first(outcome('cannot be asked', unvalidated))],
  ['never validated and not tested: not looked', () => first(outcome('not looked', unvalidated))],
  ['a unique index that a failed build left', () => first({ constraint: { ...unique, validated: false }, tested: 'holds' })],
  ['code of others, found while looking', () => first(outcome('code of others', unvalidated))],
  [
    'what was not tested, in one line',
    () =>
      constraints(...(['own code', 'cannot be asked', 'takes too long', 'not looked', 'not looked'] as const).map((one) => outcome(one))),
  ],
  ['tables that the role may not read', () => constraints(outcome('holds'), outcome('not allowed'))],
  [
    'tables that the role may not read, and the rights that would do',
    () =>
      toldOf(
        judgeConstraints(
          tested([outcome('not allowed')], { rights: [{ schema: 'public', name: 'game', usage: true, select: false, hidden: false }] }),
          about,
        ),
      ),
  ],
  [
    'twenty-one of them that rows break',
    () =>
      toldOf(
        judgeConstraints(tested(Array.from({ length: 21 }, (_, index) => outcome('violated', { name: `c${index}` }))), about).slice(-1),
      ),
  ],
  ['no snapshot yet', () => drifted({ kind: 'absent' })],
  ['a snapshot that cannot be read', () => drifted({ kind: 'refused', cause: 'line 3 is none of ours' })],
  ['a snapshot of another major', () => drifted({ kind: 'other-major', snapshot: 16 })],
  ['a schema as its snapshot', () => drifted(same)],
  ['one line that differs', () => drifted(compared('- table public.game'))],
  ['three lines that differ', () => drifted(other)],
  ['a snapshot that is up to date', () => written({ kind: 'unchanged' }, same)],
  ['a snapshot that was written', () => written({ kind: 'written' }, other)],
  ['a snapshot that was written over one of another major', () => written({ kind: 'written' }, { kind: 'other-major', snapshot: 16 })],
  ['the first snapshot', () => written({ kind: 'written' }, { kind: 'absent' })],
  ['a snapshot that would be written', () => written({ kind: 'would-write' }, other)],
  ['a snapshot that could not be written', () => written({ kind: 'failed', cause: 'ops is not a folder' }, same)],
  ['a comparison that nobody asked for', () => toldOf(noSnapshot('database/quiz', false))],
  ['a snapshot without a place', () => toldOf(noSnapshot('database/quiz', true))],
  ['a schema that is too large', () => toldOf(tooLarge(drift, 200_000))],
]
describe('what people are told of constraints and the schema', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

describe('of many findings', () => {
  const many = (count: number) =>
    judgeConstraints(tested(Array.from({ length: count }, (_, index) => outcome('violated', { name: `c${index}` }))), about)

  test('twenty are told one by one, and the line on all stays good', () => {
    expect(many(20)).toHaveLength(21)
    expect(many(20).at(-1)).toMatchObject({ status: 'ok', cleared: true })
  })

  test('of more the rest is named', () => {
    expect(many(45)).toHaveLength(21)
    expect(many(45).at(-1)).toMatchObject({ status: 'warning', cleared: false })
    expect(many(45).at(-1)?.evidence).toHaveLength(20)
  })

  test('broken ones come before those that were left, and these before doubtful ones', () => {
    const found = judgeConstraints(
      tested([
        outcome('holds', { ...unvalidated, name: 'c' }),
        outcome('code of others', { name: 'b' }),
        outcome('violated', { name: 'a' }),
      ]),
      about,
    )
    expect(found.map(({ subject }) => subject)).toEqual([
      'constraint/quiz.public.game.a',
      'constraint/quiz.public.game.b',
      'constraint/quiz.public.game.c',
      'database/quiz',
    ])
  })

  test('what the role may not read keeps the line on all from being cleared', () => {
    expect(judgeConstraints(tested([outcome('holds')]), about)[0]?.cleared).toBe(true)
    expect(judgeConstraints(tested([outcome('not allowed')]), about)[0]?.cleared).toBe(false)
  })
})

describe('how a database stands to its snapshot', () => {
  const text = (major: number) => writeSnapshot({ ...schema, major })

  test('is by the file, its words and its major', () => {
    expect(standingOf({ kind: 'absent' }, schema)).toEqual({ kind: 'absent' })
    expect(standingOf({ kind: 'text', text: 'hello' }, schema)).toMatchObject({ kind: 'refused' })
    expect(standingOf({ kind: 'text', text: text(16) }, schema)).toEqual({ kind: 'other-major', snapshot: 16 })
    expect(standingOf({ kind: 'text', text: text(17) }, schema)).toMatchObject({ kind: 'compared', difference: { added: 0, removed: 0 } })
  })

  test('is counted in lines only where it was compared', () => {
    expect([same, other, { kind: 'absent' } as const].map(differing)).toEqual([0, 3, 0])
  })

  test('sixty lines are shown, and how many more there are', () => {
    const evidence = (count: number) =>
      judgeDrift(compared(...Array.from({ length: count }, (_, nth) => `+ ${nth}`)), schema, drift)[1]?.evidence ?? []
    expect(evidence(60)).toHaveLength(60)
    expect(evidence(61).slice(59)).toEqual(['+ 59', 'and 1 more'])
  })

  test('what is only written in a dry run is not cleared', () => {
    expect(judgeWritten({ kind: 'would-write' }, { standing: other, schema }, drift).cleared).toBe(false)
    expect(judgeWritten({ kind: 'written' }, { standing: other, schema }, drift).cleared).toBe(true)
    expect(noSnapshot('database/quiz', false).cleared).toBe(false)
  })
})
