import { type Finding } from '../contract/finding.ts'
import type { PastStatus } from '../contract/history.ts'
import type { Status } from '../contract/status.ts'
import type { Case, ReconcileInput, Severity } from './model.ts'

/** A check that runs at least every 15 minutes is frequent; a minute more, since no schedule is exact. */
const frequentMs = 16 * 60_000
const maxTracks = 20

/** Its cadence is the time since its previous run; a first run counts as frequent. */
export const isSlow = (one: Case): boolean => {
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

const isConfirmed = (one: Case, status: Severity, { confirm }: ReconcileInput['options']): boolean => {
  const known = pastOf(one, one.finding).filter((past) => past.status !== 'unknown')
  const often = ofFive(known) >= 3
  return status === 'warning' ? often : inARow(known, badNow) >= confirm || (confirm <= 3 && often)
}

const severityOf = ({ finding }: Case): Severity => (finding.status === 'critical' ? 'critical' : 'warning')

const monitoringConfirmed = (one: Case, input: ReconcileInput): boolean =>
  !input.stateUsable ||
  one.finding.certainty === 'hard' ||
  isSlow(one) ||
  one.findings.some((unknown) => inARow(pastOf(one, unknown), ['unknown']) >= input.options.confirm)

/** The severity that a bad finding opens an incident with; undefined while it is not confirmed. */
export const opensWith = (one: Case, input: ReconcileInput): Severity | undefined => {
  const status = severityOf(one)
  if (one.kind === 'monitoring') return monitoringConfirmed(one, input) ? status : undefined
  if (one.finding.certainty === 'hard' || isSlow(one)) return status
  if (!input.stateUsable) return status === 'critical' ? status : undefined
  return isConfirmed(one, status, input.options) ? status : undefined
}

/** The severity of an open one: a sampled value must keep its new word for `confirm` runs, so that one sample changes nothing. */
export const severityNow = (one: Case, was: Severity, input: ReconcileInput): Severity => {
  const status = severityOf(one)
  if (status === was || one.finding.certainty === 'hard' || !input.stateUsable || isSlow(one)) return status
  const known = pastOf(one, one.finding).filter((past) => past.status !== 'unknown')
  return inARow(known, [status]) >= input.options.confirm ? status : was
}

const deepest = 200

/** Earlier words on a finding, newest first, without this run's own. */
export const pastOf = ({ report, history }: Case, { id, subject }: Pick<Finding, 'id' | 'subject'>): readonly PastStatus[] => {
  const startedAt = Date.parse(report.startedAt)
  return history.statuses(id, subject, deepest).filter((one) => one.at < startedAt)
}
