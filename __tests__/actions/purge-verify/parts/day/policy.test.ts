import { describe, expect, test } from '@jest/globals'
import type { PurgeSubject } from '../../../../../src/actions/purge-verify/about.ts'
import { businessDay } from '../../../../../src/actions/purge-verify/business-day.ts'
import { judgeDays } from '../../../../../src/actions/purge-verify/parts/day/policy.ts'
import { type Attempt, commandText, judgeCommand } from '../../../../../src/actions/purge-verify/run-command.ts'
import type { Finished } from '../../../../../src/contract/process.ts'
import { couldNotLook, saw } from '../../../../../src/contract/seen.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/purge-verify/parts/day/told.txt')

const minute = 60_000
const aboutAt = (iso: string): PurgeSubject => ({
  subject: 'table/day',
  shown: 'day',
  column: 'day_date',
  day: businessDay(Date.parse(iso), '+04:00', 15 * minute),
  now: Date.parse(iso),
})
const about = aboutAt('2026-12-05T08:00:00Z')
/** Ten minutes after midnight: the purge is pending. */
const early = aboutAt('2026-12-04T20:10:00Z')
const days = (today: number, { yesterday = true, before = true } = {}, at = about) =>
  toldOf(judgeDays(saw({ kind: 'seen', today, yesterday, before, strange: undefined }, at.now), at).findings)

const wanted = { service: 'web', command: ['flask', 'purge'], timeout: 60_000 }
const told = (attempt: Attempt, command: Parameters<typeof judgeCommand>[1] = wanted) => toldOf(judgeCommand(attempt, command, about))
const finished = (given: object) =>
  ({ kind: 'ran', finished: { stdout: 'purged 3\n', stderr: '', durationMs: 1_500, ...given } as Finished }) as const

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['one row for today', () => days(1)],
  ['no row for today', () => days(0)],
  ['no row yet', () => days(0, {}, early)],
  ['one row while it is pending', () => days(1, {}, early)],
  ['two rows for today', () => days(2)],
  ['three rows while it is pending', () => days(3, {}, early)],
  ['a gap', () => days(1, { yesterday: false })],
  ['no day before', () => days(1, { yesterday: false, before: false })],
  ['yesterday alone', () => days(1, { before: false })],
  ['a missing index', () => toldOf(judgeDays(saw({ kind: 'unindexed', rows: 100_001 }, about.now), about).findings)],
  ['days that were not seen', () => toldOf(judgeDays(couldNotLook('no right', 'give it'), about).findings)],

  ['a purge that was not missed', () => told({ kind: 'not-needed' })],
  ['a purge that would be run', () => told({ kind: 'would-run' })],
  ['a purge that was run before', () => told({ kind: 'ran-before', at: Date.parse('2026-12-05T06:00:00Z') })],
  ['a purge that may not be run', () => told({ kind: 'refused', cause: 'backup works here', advice: 'wait' })],
  ['a purge that was run', () => told(finished({ ended: 'exit', exitCode: 0 }))],
  ['a purge that failed', () => told(finished({ ended: 'exit', exitCode: 3, stderr: 'no table\n' }))],
  ['a purge that was killed', () => told(finished({ ended: 'signal', signal: 'SIGKILL' }))],
  ['a purge that did not end', () => told(finished({ ended: 'timeout' }))],
  ['a purge that ended with the run', () => told(finished({ ended: 'cancelled' }))],
  ['a purge that did not start', () => told(finished({ ended: 'not-started', cause: 'no such program: docker' }))],
  ['a command that nobody can copy', () => told({ kind: 'would-run' }, { ...wanted, service: 'web_1\u0000' })],
]
describe('what people are told of the new day and the purge command', () => {
  test.each(rows)('%s', (what, say) => {
    expect(say()).toEqual(page.get(what))
  })
})

test('only a look that saw the days is completed', () => {
  expect(judgeDays(saw({ kind: 'seen', today: 1, yesterday: true, before: true, strange: undefined }, about.now), about).completed).toBe(
    true,
  )
  expect(judgeDays(saw({ kind: 'unindexed', rows: 1 }, about.now), about).completed).toBe(false)
  expect(judgeDays(couldNotLook('', ''), about).completed).toBe(false)
})

test('a pending day is not cleared', () => {
  const today = (count: number, at = about) =>
    judgeDays(saw({ kind: 'seen', today: count, yesterday: true, before: true, strange: undefined }, at.now), at).findings[0]?.cleared
  expect([today(1), today(0, early), today(2)]).toEqual([true, false, false])
})

test('the command to copy is quoted', () => {
  expect(commandText({ ...wanted, command: ['flask', 'purge all'] })).toBe("docker compose exec web flask 'purge all'")
})
