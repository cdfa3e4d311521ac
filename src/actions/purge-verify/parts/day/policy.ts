import { finding } from '../../../../contract/finding.ts'
import type { Seen } from '../../../../contract/seen.ts'
import type { DaysLook } from '../../../../probes/purge/rows.ts'
import { clockTime, countRows, type PurgeSubject } from '../../about.ts'
import type { PurgeVerdict } from '../../part.ts'

/** The table of days: its own subject, and the same day. */
type DayAbout = Pick<PurgeSubject, 'subject' | 'shown' | 'column' | 'day'>

const where = ({ subject }: DayAbout) => ({ subject, audience: 'technical', certainty: 'hard' }) as const

/** With texts that are no dates among them nobody knows which day is missing. */
const unreadable = (strange: string, about: DayAbout) =>
  finding({
    ...where(about),
    id: 'purge.day',
    status: 'unknown',
    title: `${about.shown}: ${about.column} holds texts that are no ISO date`,
    observed: `such as ${JSON.stringify(strange)}, which cannot be compared`,
    expected: `1 row for the business date ${about.day.label}`,
    advice: `write ${about.column} as YYYY-MM-DD in every row, or name a column of the type date`,
  })

const judgeToday = ({ today }: Extract<DaysLook, { kind: 'seen' }>, about: DayAbout) => {
  const { shown, column, day } = about
  const pending = day.pending && today === 0
  const waiting = `pending: no row for ${day.today.date} yet, expected by ${clockTime(day.due, about)}`
  const counts = ['no row', '1 row', 'several rows'] as const
  return finding({
    ...where(about),
    id: 'purge.day',
    status: today === 1 || pending ? 'ok' : today === 0 ? 'critical' : 'warning',
    cleared: today === 1,
    title: pending ? `${shown}: ${waiting}` : `${shown}: ${counts[today] ?? counts[2]} for ${day.today.date}`,
    observed: pending ? waiting : `${counts[today] ?? counts[2]} whose ${column} is ${day.today.date}`,
    expected: `1 row for the business date ${day.label}, since ${clockTime(day.due, about)}`,
    advice:
      today === 1 || pending
        ? ''
        : today === 0
          ? 'run the purge, which opens the new day; then find out what should have started it'
          : `keep one of them, then add a unique constraint on ${column}`,
  })
}

/** A day is only missing where there are days before it: a purge that deletes old days leaves none. */
const judgeGap = ({ yesterday, before }: Extract<DaysLook, { kind: 'seen' }>, about: DayAbout) => {
  const gap = before && !yesterday
  return finding({
    ...where(about),
    id: 'purge.gap',
    status: gap ? 'warning' : 'ok',
    title: gap ? `${about.shown}: no row for yesterday, but for days before` : `${about.shown}: no gap before today`,
    observed: gap ? `no row for ${about.day.yesterday.date}, and rows of days before it` : 'no day missing before today',
    expected: `a row for ${about.day.yesterday.date} where older days are kept`,
    advice: gap ? 'the purge did not run that day: look at what starts it, and at its log of that day' : '',
  })
}

/** Whether the new day was opened, exactly once, and yesterday was not left out. */
export const judgeDays = (look: Seen<DaysLook>, about: DayAbout): PurgeVerdict<'purge.day' | 'purge.gap'> => {
  if (look.seen && look.value.kind === 'seen') {
    if (look.value.strange !== undefined) return { completed: false, findings: [unreadable(look.value.strange, about)] }
    return { completed: true, findings: [judgeToday(look.value, about), judgeGap(look.value, about)] }
  }
  const cause = look.seen
    ? `without an index that begins with ${about.column}, ${countRows(look.value.kind === 'unindexed' ? look.value.rows : 0)} would be read`
    : look.cause
  const advice = look.seen ? `create an index that begins with ${about.column}` : look.advice
  const title = `${about.shown}: could not look`
  const expected = `1 row for the business date ${about.day.label}`
  return {
    completed: false,
    findings: [finding({ ...where(about), id: 'purge.day', status: 'unknown', title, observed: cause, expected, advice })],
  }
}
