import { expect, test } from '@jest/globals'
import { planOf } from '../../../src/contract/plan.ts'
import { digestOfPlan, refusedByGate, shownPlans, withPlan } from '../../../src/domain/restore/gate.ts'
import { markText, type RestoreMark, readMark } from '../../../src/domain/restore/mark.ts'
import { beforeNameOf, copyNameOf } from '../../../src/domain/restore/names.ts'
import { scramVerifier } from '../../../src/domain/restore/scram.ts'

const plan = planOf([{ does: 'replace', subject: 'database quiz', bytes: 1 }], { oid: '7' })
const digest = digestOfPlan(plan)
const hour = 3_600_000
const setting = { plan, word: 'quiz@prod', shown: [{ digest, at: 0, run: 'one' }], now: hour, run: 'two' }

test.each<[string, Parameters<typeof refusedByGate>, RegExp]>([
  ['right', [{ digest, confirm: 'quiz@prod' }, setting], /^applied$/],
  ['no digest', [{ digest: undefined, confirm: 'quiz@prod' }, setting], /without `digest`/],
  ['no word', [{ digest, confirm: undefined }, setting], /exactly quiz@prod/],
  ['another word', [{ digest, confirm: 'quiz@Prod' }, setting], /exactly quiz@prod/],
  ['another plan', [{ digest: '0'.repeat(12), confirm: 'quiz@prod' }, setting], /another plan/],
  [
    'never shown',
    [
      { digest, confirm: 'quiz@prod' },
      { ...setting, shown: [] },
    ],
    /no run on this server/,
  ],
  [
    'too old',
    [
      { digest, confirm: 'quiz@prod' },
      { ...setting, now: 12 * hour + 1 },
    ],
    /older than 12 hours/,
  ],
  [
    'as old as it may be',
    [
      { digest, confirm: 'quiz@prod' },
      { ...setting, now: 12 * hour },
    ],
    /^applied$/,
  ],
  [
    'a clock that went back',
    [
      { digest, confirm: 'quiz@prod' },
      { ...setting, now: -1 },
    ],
    /clock/,
  ],
  [
    'its own run',
    [
      { digest, confirm: 'quiz@prod' },
      { ...setting, run: 'one' },
    ],
    /very run/,
  ],
])('%s', (_, [typed, given], expected) => {
  expect(refusedByGate(typed, given) ?? 'applied').toMatch(expected)
})

test('plans that were shown are kept for half a day, and nothing else is read', () => {
  const first = withPlan([], { digest: 'a', at: 0, run: 'x' })
  expect(shownPlans(withPlan(shownPlans(first), { digest: 'b', at: 13 * hour, run: 'y' }))).toEqual([
    { digest: 'b', at: 13 * hour, run: 'y' },
  ])
  expect([shownPlans('nonsense'), shownPlans('{}'), shownPlans('[{"digest":1}]'), shownPlans(undefined)]).toEqual([[], [], [], []])
})

test('names fit into PostgreSQL’s 63 bytes, and no character is cut in two', () => {
  expect(copyNameOf('quiz', '0123456789ab')).toBe('quiz__restore_0123456789ab')
  for (const name of [copyNameOf('é'.repeat(31), '0123456789ab'), beforeNameOf('x'.repeat(63), '0123456789ab')]) {
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
    expect(name).not.toContain('�')
  }
})

test('a mark is read as it was written, and no other comment is one', () => {
  const mark: RestoreMark = {
    ronde: 'restore',
    id: '0123456789ab',
    is: 'before',
    database: 'q',
    manifest: 'm',
    until: '2026-12-07T00:00:00Z',
    comment: 'it’s "ours"',
  }
  expect(readMark(markText(mark))).toEqual(mark)
  expect([readMark('{"ronde":"restore","id":"x"}'), readMark('ours'), readMark(undefined)]).toEqual([undefined, undefined, undefined])
})

test('a password is given to the server as what it keeps of it', () => {
  // Of PostgreSQL 15: CREATE ROLE … PASSWORD 'pencil' with this salt.
  expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
})
