import type { Finding } from './finding.ts'
import type { History, PastMeasurement, PastStatus } from './history.ts'
import type { Instant } from './seen.ts'
import type { Status } from './status.ts'

/** What earlier runs said of one finding, newest first: a letter for each status, and the times where they are not those of `Past.at`. */
export type PastOfFinding = {
  readonly id: string
  readonly subject: string
  readonly was: string
  readonly at?: readonly Instant[]
  /** Its first measurement: times and values. */
  readonly trend?: { readonly name: string; readonly values: readonly (readonly [Instant, number])[] }
}

/**
 * The recent past as a report carries it to a merge job, which has no state: it confirms, counts good runs and sees flapping by it, as the
 * server itself would. A finding that is not listed was ok at every time of `at`, newest first: a healthy server's past is short.
 */
export type Past = { readonly at: readonly Instant[]; readonly findings: readonly PastOfFinding[] }

/** As many runs as flapping looks at. */
export const pastRuns = 20
/** As many values as a sparkline shows. */
const pastValues = 8
const mostPastFindings = 500

const letters: Record<Status, string> = { ok: 'o', warning: 'w', unknown: 'u', critical: 'c' }
const statusOf: Readonly<Record<string, Status>> = Object.fromEntries(
  Object.entries(letters).map(([status, letter]) => [letter, status as Status]),
)

const same = (one: readonly Instant[], other: readonly Instant[]): boolean =>
  one.length === other.length && one.every((at, index) => at === other[index])

type Track = { readonly finding: Finding; readonly past: readonly PastStatus[] }
const timesOf = ({ past }: Track): readonly Instant[] => past.map(({ at }) => at)

/** The times that most findings share. */
const usualTimes = (tracks: readonly Track[]): readonly Instant[] => {
  const groups = Map.groupBy(tracks, (one) => timesOf(one).join())
  return [...groups.values()].toSorted((a, b) => b.length - a.length)[0]?.[0]?.past.map(({ at }) => at) ?? []
}

const listed = ({ finding, past }: Track, usual: readonly Instant[], history: History): PastOfFinding => {
  const { id, subject, measurements } = finding
  const [first] = measurements
  const values = first === undefined ? [] : history.measurements(subject, first.name, pastValues)
  const at = past.map((one) => one.at)
  return {
    id,
    subject,
    was: past.map((one) => letters[one.status]).join(''),
    ...(same(at, usual) ? {} : { at }),
    ...(first === undefined || values.length === 0
      ? {}
      : { trend: { name: first.name, values: values.map((one) => [one.at, one.value] as const) } }),
  }
}

/** The past of a run's findings, from its state, before the run itself is kept there. Undefined when it would be too long: half a past would lie. */
export const gatherPast = (findings: readonly Finding[], history: History): Past | undefined => {
  const unique = new Map(findings.map((one) => [`${one.id}\0${one.subject}`, one]))
  const tracks = [...unique.values()].map((finding): Track => ({ finding, past: history.statuses(finding.id, finding.subject, pastRuns) }))
  const usual = usualTimes(tracks)
  const isPlain = (track: Track): boolean =>
    track.finding.status === 'ok' && track.past.every(({ status }) => status === 'ok') && same(timesOf(track), usual)
  const told = tracks.filter((one) => !isPlain(one))
  return told.length > mostPastFindings ? undefined : { at: usual, findings: told.map((one) => listed(one, usual, history)) }
}

const keyOf = (id: string, subject: string): string => `${id}\0${subject}`

/** The past of a report as the reconciler reads it. It is input: a letter that means nothing, or has no time, is left out. */
export const historyOfPast = ({ at, findings }: Past): History => {
  const known = new Map(findings.map((one) => [keyOf(one.id, one.subject), one]))
  const statusesOf = (id: string, subject: string): readonly PastStatus[] => {
    const one = known.get(keyOf(id, subject))
    if (one === undefined) return at.map((time) => ({ at: time, status: 'ok' }))
    const times = one.at ?? at
    return one.was.split('').flatMap((letter, index) => {
      const [status, time] = [statusOf[letter], times[index]]
      return status === undefined || time === undefined ? [] : [{ at: time, status }]
    })
  }
  const valuesOf = (subject: string, name: string): readonly PastMeasurement[] =>
    findings
      .find((one) => one.subject === subject && one.trend?.name === name)
      ?.trend?.values.map(([time, value]) => ({ at: time, value })) ?? []
  return {
    statuses: (id, subject, limit) => statusesOf(id, subject).slice(0, limit),
    measurements: (subject, name, limit) => valuesOf(subject, name).slice(0, limit),
    note: () => undefined,
  }
}
