import type { Issue } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import type { Common } from '../core/options/common.ts'
import { matchesAny } from '../core/text/pattern.ts'
import { localParts, localTime, wholeTime } from '../core/time/local-time.ts'
import type { IncidentUpdate, IncidentVerdict, PlannedWrites, QuietPeriod, ReconcileInput, Severity } from './model.ts'
import { idsOf } from './renamed.ts'
import { type Silences, silenceOverBody, silencesIn } from './texts/silence-issue.ts'

/** What is to be explained. */
type FindingInQuestion = {
  readonly server: string
  /** Its id, then those that it had before. */
  readonly ids: readonly string[]
  readonly subject: string
  readonly status: 'warning' | 'critical'
  readonly disturbedByWork: boolean
}

type Windows = Common['maintenance']
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** A window that ends before it starts runs past midnight, and its day is the one it starts on. */
const isInMaintenance = (windows: Windows, at: Instant, timeZone: string): boolean => {
  if (windows.length === 0) return false
  const { weekday, minute } = localParts(at, timeZone)
  const isDay = (window: Windows[number], index: number): boolean =>
    window.days === undefined || window.days.includes(days[(index + 7) % 7] ?? 'sun')
  return windows.some((window) => {
    const from = minuteOf(window.from)
    const to = minuteOf(window.to)
    if (from < to) return isDay(window, weekday) && minute >= from && minute < to
    return (isDay(window, weekday) && minute >= from) || (isDay(window, weekday - 1) && minute < to)
  })
}

const covers: {
  readonly [Kind in QuietPeriod['kind']]: (quiet: Extract<QuietPeriod, { kind: Kind }>, what: FindingInQuestion) => boolean
} = {
  silence: ({ servers = ['*'], ids: wanted = ['*'], subjects = ['*'], upTo = 'critical' }, { server, ids, subject, status }) =>
    (upTo === 'critical' || status === 'warning') &&
    matchesAny(servers, server) &&
    ids.some((id) => matchesAny(wanted, id)) &&
    matchesAny(subjects, subject),
  work: (_, { disturbedByWork }) => disturbedByWork,
}

/** What is known and explains a finding now, if anything does. */
const explanationOf = (quiet: readonly QuietPeriod[], what: FindingInQuestion, now: Instant): QuietPeriod | undefined =>
  quiet.find((one) => one.until > now && covers[one.kind](one as never, what))

/** The silences among the open issues of a reconcile. */
export const silencesOf = (open: readonly Issue[], { options, silencers = options.authors, identity, now }: ReconcileInput): Silences =>
  silencesIn(open, { authors: silencers, repository: identity.repository }, now)

/** What the active ones explain. */
export const quietPeriods = ({ active }: Silences, { timeZone, now }: ReconcileInput): readonly QuietPeriod[] =>
  active.map(({ issue, silence: { servers, ids, subjects, upTo, until } }) => ({
    kind: 'silence',
    servers,
    ids,
    subjects,
    upTo,
    until,
    why: `silenced until ${localTime(until, timeZone, now)} by #${issue.number}`,
  }))

/** Rule 13: a silence that is over closes itself, by one write of whichever run sees it first. */
export const silenceClosings = (all: readonly { readonly input: ReconcileInput; readonly found: Silences }[]): readonly PlannedWrites[] => {
  const each = all.flatMap(({ input, found }) => found.over.map((one) => [one.issue.number, { ...one, ...input }] as const))
  return [...new Map(each).values()].map(({ issue, silence, timeZone }) => {
    const body = silenceOverBody(issue.body, `**Over** since ${wholeTime(silence.until, timeZone)}.`)
    return {
      rank: 'update',
      notifications: [],
      writes: [{ kind: 'update', number: issue.number, body, state: 'closed', stateReason: 'completed' }],
    }
  })
}

/** Something known explains it: it goes on, and nobody is woken. */
export const isExplained = (
  { marker, verdict }: IncidentUpdate,
  { quiet = [], now, maintenance, timeZone, renamed }: ReconcileInput,
): boolean => {
  const { server, status } = marker
  const { id = marker.id, subject = marker.key } = verdict?.finding ?? {}
  const disturbedByWork = verdict === undefined ? marker.disturbed : verdict.finding.disturbedByWork === true
  const what = { server, ids: idsOf(id, renamed), subject, status, disturbedByWork }
  return isInMaintenance(maintenance, now, timeZone) || explanationOf(quiet, what, now) !== undefined
}

/** Why a finding that would open an incident does not, if something known explains it. */
export const holdReason = (
  { finding, report: { server } }: IncidentVerdict,
  status: Severity,
  input: ReconcileInput,
): string | undefined => {
  if (isInMaintenance(input.maintenance, input.now, input.timeZone)) return 'maintenance window'
  const { id, subject, disturbedByWork } = finding
  const what = { server, ids: idsOf(id, input.renamed), subject, status, disturbedByWork: disturbedByWork === true }
  return explanationOf(input.quiet ?? [], what, input.now)?.why
}
