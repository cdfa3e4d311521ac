import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { counted, formatCount } from '../../../../core/render/headline.ts'
import type { FactTable } from '../../../../core/render/view.ts'
import { judge, type Threshold } from '../../../../core/threshold.ts'
import { grantMonitor } from '../../../../domain/postgres/grants.ts'
import type { StatementCounter, StatementCounters } from '../../../../domain/postgres/statements.ts'
import { type Counter, type CounterNote, gained } from '../../counter-note.ts'

/** A query with what it took since the last run. */
export type Taken = { readonly counter: StatementCounter; readonly calls: number; readonly totalMs: number; readonly meanMs: number }

export type SlowQuerySubject = { readonly subject: string; readonly role: string; readonly threshold: Threshold }

const fewCalls = 100
const mostShown = 10

export const counterOf = ({ calls, totalMs, since }: StatementCounter): Counter => ({ numbers: [calls, totalMs], since })

const takenSince = (counter: StatementCounter, before: CounterNote, reset: string): Taken => {
  const [calls = 0, totalMs = 0] = gained(counterOf(counter), before.reset === reset ? before.entries.get(counter.key) : undefined)
  return { counter, calls, totalMs, meanMs: totalMs / Math.max(calls, 1) }
}

/** Queries that were called often enough since the last run and took long, those that took most time in all first; at most ten. */
export const slowQueries = ({ list, reset }: StatementCounters, before: CounterNote, { threshold }: SlowQuerySubject) => {
  const slow = list
    .map((counter) => takenSince(counter, before, reset))
    .filter(({ calls, meanMs }) => calls >= fewCalls && judge(meanMs, threshold).status !== 'ok')
    .toSorted((a, b) => b.totalMs - a.totalMs)
  return { shown: slow.slice(0, mostShown), count: slow.length }
}

type Told = Pick<JudgedFinding, 'status' | 'title' | 'observed'> & Partial<Omit<JudgedFinding, 'id'>>

const slow = ({ subject, threshold }: SlowQuerySubject, told: Told): JudgedFinding<'db.slow-queries'> =>
  finding({
    id: 'db.slow-queries',
    subject,
    expected: `a mean of less than ${formatDuration(threshold.warning)} for every query that is called ${fewCalls} times or more between two runs`,
    audience: 'technical',
    ...told,
    title: `${subject}: ${told.title}`,
  })

/** Without counters nothing is known, and nothing is wrong: one advice. */
export const notCounted = (why: 'no extension' | 'not loaded', about: SlowQuerySubject): JudgedFinding<'db.slow-queries'> => {
  const cause = why === 'no extension' ? 'pg_stat_statements is not in this database' : 'pg_stat_statements is not loaded by the server'
  const create = why === 'no extension' ? '; then in this database: CREATE EXTENSION pg_stat_statements;' : ''
  return slow(about, {
    status: 'ok',
    cleared: false,
    title: 'slow queries are not counted',
    observed: cause,
    notChecked: cause,
    advice: `add it to shared_preload_libraries (for a container: command: postgres -c shared_preload_libraries=pg_stat_statements) and restart the server${create}`,
  })
}

const unseen = (hidden: number, { role }: SlowQuerySubject): Partial<Pick<JudgedFinding, 'notChecked' | 'advice'>> =>
  hidden === 0 ? {} : { notChecked: `${formatCount(hidden)} of other roles`, advice: grantMonitor(role) }

export const baseLine = (counters: StatementCounters, about: SlowQuerySubject): JudgedFinding<'db.slow-queries'> =>
  slow(about, {
    status: 'ok',
    cleared: false,
    title: 'slow queries are compared from the next run on',
    observed: `${counted(counters.list.length, 'kind')} of query counted so far`,
    ...unseen(counters.hidden, about),
  })

const queries = (count: number): string => (count === 1 ? '1 slow query' : `${formatCount(count)} slow queries`)

const describe = ({ counter, calls, totalMs, meanMs }: Taken, text: string): string =>
  `mean ${formatDuration(meanMs)}, ${counted(calls, 'call')}, ${formatDuration(totalMs)} in all, ${counter.user || 'a dropped role'}: ${text}`

type Slow = ReturnType<typeof slowQueries> & {
  readonly texts: ReadonlyMap<string, string>
  readonly sinceMs: number
  readonly hidden: number
}

const textOf = ({ counter }: Taken, texts: Slow['texts']): string => texts.get(counter.queryId) || '(its text is not kept)'

/** What was slow since the last run. */
export const judgeSlowQueries = (
  { shown, count, texts, sinceMs, hidden }: Slow,
  about: SlowQuerySubject,
): JudgedFinding<'db.slow-queries'> => {
  const worstMs = Math.max(0, ...shown.map((one) => one.meanMs))
  const since = `in the last ${formatDuration(sinceMs)}`
  if (count === 0) {
    return slow(about, {
      status: 'ok',
      cleared: hidden === 0,
      title: 'no slow query',
      observed: `none ${since}`,
      ...unseen(hidden, about),
    })
  }
  const [first] = shown
  return slow(about, {
    ...judge(worstMs, about.threshold),
    title: `${queries(count)} ${since}`,
    observed: first === undefined ? '' : describe(first, textOf(first, texts)),
    advice:
      'look at its plan with real values: EXPLAIN (ANALYZE, BUFFERS); what reads many rows to give few wants an index on the columns of its WHERE or ORDER BY',
    evidence: shown.map((one) => describe(one, textOf(one, texts))),
    measurements: [{ name: 'slow-query', value: worstMs, unit: 'ms' }],
  })
}

export const tableOf = ({ shown, texts }: Pick<Slow, 'shown' | 'texts'>): FactTable => ({
  title: 'Slow queries since the last run',
  columns: ['mean', 'calls', 'in all', 'role', 'query'],
  rows: shown.map((one) => [
    formatDuration(one.meanMs),
    formatCount(one.calls),
    formatDuration(one.totalMs),
    one.counter.user,
    textOf(one, texts),
  ]),
})
