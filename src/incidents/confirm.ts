import type { Finding } from '../contract/finding.ts'
import type { PastStatus } from '../contract/history.ts'
import type { Instant } from '../contract/seen.ts'
import type { Status } from '../contract/status.ts'
import type { IncidentVerdict, Marker, ReconcileInput, Severity } from './model.ts'

const deepest = 200
/** A past that may go on further back than it was read. */
export const isDeep = (past: readonly PastStatus[]): boolean => past.length >= deepest - 1

/** Earlier statuses of a finding, newest first, without this run's own. */
export const pastOf = ({ report, history }: IncidentVerdict, { id, subject }: Pick<Finding, 'id' | 'subject'>): readonly PastStatus[] => {
  const startedAt = Date.parse(report.startedAt)
  return history.statuses(id, subject, deepest).filter((one) => one.at < startedAt)
}

/** A check that runs at least every 15 minutes is frequent; a minute more, since no schedule is exact. */
const frequentMs = 16 * 60_000
const maxTracks = 20

/** Its cadence is the time since its previous run; a first run counts as frequent. */
export const isSlow = (one: IncidentVerdict): boolean => {
  const tracks = one.kind === 'monitoring' ? one.findings.slice(0, maxTracks) : [one.finding]
  const previous = Math.max(...tracks.map((each) => pastOf(one, each)[0]?.at ?? Number.NEGATIVE_INFINITY))
  return Number.isFinite(previous) && Date.parse(one.report.startedAt) - previous > frequentMs
}

const badNow: readonly Status[] = ['warning', 'critical']

const inARow = (past: readonly PastStatus[], counts: readonly Status[]): number => {
  const broken = past.findIndex((one) => !counts.includes(one.status))
  return 1 + (broken === -1 ? past.length : broken)
}

/** This run's among the last five. */
const ofFive = (past: readonly PastStatus[]): number => 1 + past.slice(0, 4).filter((one) => badNow.includes(one.status)).length

const isConfirmed = (one: IncidentVerdict, status: Severity, { confirm }: ReconcileInput['options']): boolean => {
  const known = pastOf(one, one.finding).filter((past) => past.status !== 'unknown')
  const often = ofFive(known) >= 3
  return status === 'warning' ? often : inARow(known, badNow) >= confirm || (confirm <= 3 && often)
}

const severityOf = ({ finding }: IncidentVerdict): Severity => (finding.status === 'critical' ? 'critical' : 'warning')

const monitoringConfirmed = (one: IncidentVerdict, input: ReconcileInput): boolean =>
  !input.stateUsable ||
  one.finding.certainty === 'hard' ||
  isSlow(one) ||
  one.findings.some((unknown) => inARow(pastOf(one, unknown), ['unknown']) >= input.options.confirm)

/** The severity that a bad finding opens an incident with; undefined while it is not confirmed. */
export const openingSeverity = (one: IncidentVerdict, input: ReconcileInput): Severity | undefined => {
  const status = severityOf(one)
  if (one.kind === 'monitoring') return monitoringConfirmed(one, input) ? status : undefined
  if (one.finding.certainty === 'hard' || isSlow(one)) return status
  if (!input.stateUsable) return status === 'critical' ? status : undefined
  return isConfirmed(one, status, input.options) ? status : undefined
}

/** The severity of an open one: a sampled value must keep its new word for `confirm` runs, so that one sample changes nothing. */
export const currentSeverity = (one: IncidentVerdict, was: Severity, input: ReconcileInput): Severity => {
  const status = severityOf(one)
  if (status === was || one.finding.certainty === 'hard' || !input.stateUsable || isSlow(one)) return status
  const known = pastOf(one, one.finding).filter((past) => past.status !== 'unknown')
  return inARow(known, [status]) >= input.options.confirm ? status : was
}

const shownValues = 8

/** The last values of its first measurement, oldest first. */
export const valuesOf = (one: IncidentVerdict, marker: Pick<Marker, 'values'>, input: ReconcileInput): number[] => {
  const [first] = one.finding.measurements
  if (first === undefined || !Number.isFinite(first.value)) return [...marker.values]
  const startedAt = Date.parse(one.report.startedAt)
  const past = one.history.measurements(one.finding.subject, first.name, shownValues).filter((entry) => entry.at < startedAt)
  const before = input.stateUsable ? past.map((entry) => entry.value).toReversed() : marker.values
  return [...before.slice(1 - shownValues), first.value]
}

const badWords: Record<IncidentVerdict['kind'], readonly Status[]> = { service: ['warning', 'critical'], monitoring: ['unknown'] }

/** The past of what an incident is about: of monitoring, of each thing that could not be looked at. */
const tracksOf = (one: IncidentVerdict): readonly (readonly PastStatus[])[] =>
  (one.kind === 'monitoring' ? one.findings.slice(0, maxTracks) : [one.finding]).map((finding) => pastOf(one, finding))

const mostOf = (tracks: readonly (readonly PastStatus[])[]): readonly PastStatus[] =>
  tracks.reduce((most, track) => (track.length > most.length ? track : most), [])

/** How often it was seen bad since it opened, this run included. */
export const seenCount = (one: IncidentVerdict, marker: Pick<Marker, 'since' | 'seen' | 'updated'>, input: ReconcileInput): number => {
  if (!input.stateUsable) return marker.seen + 1
  const past = mostOf(
    tracksOf(one).map((track) => track.filter((entry) => entry.at >= marker.since && badWords[one.kind].includes(entry.status))),
  )
  // Whatever the past leaves out, what came since the marker was written is added to what it tells.
  return Math.max(past.length + 1, marker.seen + past.filter((entry) => entry.at > marker.updated).length + 1)
}

/** The shortest time between two writes of a body that only goes on. Also how long a value between clear and warning is remembered: its sighting is written no more often than the body. */
export const bodyEveryMs = 30 * 60_000

/** Good runs in a row, and how many it takes. */
type RecoveryProgress = { readonly runs: number; readonly needed: number; readonly settled: boolean; readonly lastBad: Instant }

const goodWords: Record<IncidentVerdict['kind'], readonly Status[]> = { service: ['ok'], monitoring: ['ok', 'warning', 'critical'] }

/** How many good runs it takes: one for a hard fact and for a slow check. */
export const neededRuns = ({ hard, slow }: Pick<Marker, 'hard' | 'slow'>, { recover }: ReconcileInput['options']): number =>
  hard || slow ? 1 : recover

/** Good runs in a row up to this one, as the state tells them, or the marker where there is no state. */
export const recoveryOf = (one: IncidentVerdict, marker: Marker, input: ReconcileInput): RecoveryProgress => {
  const { kind, findings } = one
  const needed = neededRuns({ hard: marker.hard, slow: marker.slow || isSlow(one) }, input.options)
  const settledSince = (at: Instant): boolean => input.now - at >= input.options.settle
  if (!input.stateUsable) {
    // `lastBad` is written no more often than the body: without a past only the good stretch itself tells how long it is good.
    const since = marker.good.runs === 0 ? input.now : marker.good.since
    const settled = settledSince(since) || settledSince(marker.lastBad + bodyEveryMs)
    // A marker that was not written for longer than any frequent check leaves it: the check is a slow one.
    const isRare = input.now - marker.updated > frequentMs + bodyEveryMs
    return { runs: marker.good.runs + 1, needed: isRare ? 1 : needed, settled, lastBad: marker.lastBad }
  }
  const tracks = findings.slice(0, maxTracks).map((finding) => pastOf(one, finding))
  const bad = tracks.flat().filter((past) => badWords[kind].includes(past.status))
  const lastBad = Math.max(marker.lastBad, ...bad.map((past) => past.at))
  const floor = Math.max(lastBad, marker.uncleared === undefined ? 0 : marker.uncleared + bodyEveryMs)
  const goodAfter = (track: (typeof tracks)[number]): number =>
    track.filter((past) => past.at > floor && goodWords[kind].includes(past.status)).length
  return { runs: 1 + Math.max(0, ...tracks.map(goodAfter)), needed, settled: settledSince(floor), lastBad }
}
