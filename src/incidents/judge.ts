import { type Finding, finding, type HouseId, type JudgedFinding } from '../contract/finding.ts'
import type { History } from '../contract/history.ts'
import type { Report } from '../contract/report.ts'
import { byWorstStatus } from '../contract/status.ts'
import { identityParts } from './identify.ts'
import { digestKey, fingerprint, identityOf } from './marker.ts'
import type { IdentityParts, Incident, IncidentVerdict, Marker, ReconcileInput, UnspokenIncident } from './model.ts'
import { withFormerIds } from './renamed.ts'

/** The identity of "monitoring broken": one for each check, whatever of it could not be looked at. */
export const monitoringId: HouseId = 'monitoring.broken'

/**
 * Whether the check of a finding or of an incident was completed; that of the run as a whole was when any was. What an older release wrote
 * names none: then everything must have been looked at.
 */
const wasLookedAt = ({ action, scope, findings }: Report, check: string): boolean => {
  if (check === '') return scope.length > 0 && findings.every((one) => one.status !== 'unknown')
  return check === action ? scope.length > 0 : scope.includes(check)
}

const checkOf = ({ action }: Report, { check }: Pick<Finding, 'check'>): string => (check === '' ? action : check)

const historyOf = ({ history, renamed }: ReconcileInput, { action }: Report): History => withFormerIds(history(action), renamed)

const worstOf = (findings: readonly Finding[]): Finding | undefined => findings.toSorted((a, b) => byWorstStatus(a.status, b.status))[0]

const isBad = ({ status }: Finding): boolean => status === 'warning' || status === 'critical'

const serviceSays = (report: Report, findings: readonly Finding[]): IncidentVerdict['says'] => {
  if (findings.some(isBad)) return 'bad'
  const looked = findings.every((one) => one.status === 'ok' && one.notChecked === undefined && wasLookedAt(report, one.check))
  if (!looked) return 'unseen'
  return findings.every((one) => one.cleared) ? 'good' : 'uncleared'
}

const keyOf = ({ incidentKey, subject }: Finding): string => incidentKey ?? subject

const serviceVerdicts = (input: ReconcileInput, report: Report): readonly IncidentVerdict[] => {
  const groups = Map.groupBy(report.findings, (one) => fingerprint(identityParts(input, report, { id: one.id, key: keyOf(one) })))
  return [...groups.values()].flatMap((findings): readonly IncidentVerdict[] => {
    const shown = worstOf(findings.filter(isBad)) ?? worstOf(findings)
    if (shown === undefined) return []
    const parts = identityParts(input, report, { id: shown.id, key: keyOf(shown) })
    const history = historyOf(input, report)
    const says = serviceSays(report, findings)
    return [{ kind: 'service', parts, identity: identityOf(parts), report, history, findings, finding: shown, says }]
  })
}

/** Stands for all that a check could not look at. */
const brokenFinding = (action: string, check: string, unknown: readonly Finding[]): Finding => {
  const [first] = unknown
  const isDisturbed = unknown.length > 0 && unknown.every((one) => one.disturbedByWork)
  // health-check has many checks, each known by its name; `files` of another action would tell nobody what could not look.
  const name = action === 'health-check' || action === check ? check : `${action} (${check})`
  const broken = finding({
    id: monitoringId,
    subject: `check/${check}`,
    status: 'warning',
    title: `monitoring broken: ${name} could not look`,
    observed: first === undefined ? 'could look again' : `${first.subject}: ${first.observed}`,
    expected: 'a look at everything that is configured',
    advice: first?.advice ?? '',
    evidence: unknown.map((one) => `${one.id} ${one.subject}: ${one.observed}`),
    certainty: unknown.some((one) => one.certainty === 'hard') ? 'hard' : 'soft',
    audience: first?.audience ?? 'technical',
  })
  return { ...broken, check, ...(isDisturbed ? { disturbedByWork: true } : {}) }
}

const monitoringVerdicts = (input: ReconcileInput, report: Report): readonly IncidentVerdict[] => {
  const groups = Map.groupBy(report.findings, (one) => checkOf(report, one))
  const names = new Set([...groups.keys(), ...report.scope, report.action])
  return [...names].flatMap((check): readonly IncidentVerdict[] => {
    const findings = groups.get(check) ?? []
    const unknown = findings.filter((one) => one.status === 'unknown')
    const looked = check === report.action ? report.scope.length > 0 : report.scope.includes(check)
    const says = unknown.length > 0 ? 'bad' : looked ? 'good' : 'unseen'
    if (says === 'unseen' && findings.length === 0) return []
    const shown = brokenFinding(report.action, check, unknown)
    const parts = identityParts(input, report, { id: monitoringId, key: shown.subject })
    const all = check === report.action || findings.length === 0 ? report.findings : findings
    return [
      {
        kind: 'monitoring',
        parts,
        identity: identityOf(parts),
        report,
        history: historyOf(input, report),
        findings: unknown.length > 0 ? unknown : all,
        finding: shown,
        says,
      },
    ]
  })
}

/** What every report of this run says, the bad and the good. */
const verdictsOf = (input: ReconcileInput): readonly IncidentVerdict[] =>
  input.reports.flatMap((report) => [...serviceVerdicts(input, report), ...monitoringVerdicts(input, report)])

/** Findings that exist only while they are bad: a completed run without one is a good run. */
const onlyWhenBad = (id: string, action: string): boolean =>
  ['recovery.pending', 'recovery.unreadable', 'state.unwritable', 'configuration.missing', `${action}.failed`].includes(id)

/** The good verdict on a finding that would be there if it were bad. */
export const goodByAbsence = (marker: Marker, report: Report, input: ReconcileInput): IncidentVerdict | undefined => {
  const seen = report.scope.length > 0 && (input.stateUsable || marker.id !== 'state.unwritable')
  if (!seen || !onlyWhenBad(marker.id, marker.action)) return undefined
  const parts: IdentityParts = marker
  const judged: JudgedFinding = finding({
    id: marker.id,
    subject: marker.key,
    status: 'ok',
    title: 'it is over',
    observed: 'a run without it',
    expected: '',
    audience: 'technical',
  })
  const shown: Finding = { ...judged, check: checkOf(report, marker) }
  const history = historyOf(input, report)
  return { kind: 'service', parts, identity: identityOf(marker), report, history, findings: [shown], finding: shown, says: 'good' }
}

/**
 * Nothing looks at it any more although its check was completed, by the round that used to see it: its subject is in no finding, or all that is
 * said of the subject is good and this is not among it. While something else of the subject is bad, it may only have come first.
 */
export const isGone = (marker: Marker, report: Report, input: ReconcileInput): boolean => {
  if (marker.round !== (input.round ?? '')) return false
  if (marker.id === monitoringId) return report.scope.length > 0
  if (!wasLookedAt(report, marker.check)) return false
  const key = digestKey(marker.key)
  const spoken = report.findings.filter((one) => digestKey(one.subject) === key || digestKey(keyOf(one)) === key)
  return spoken.every((one) => one.status === 'ok' && one.notChecked === undefined)
}

const weight: Record<IncidentVerdict['says'], number> = { bad: 0, uncleared: 1, good: 2, unseen: 3 }

/** One verdict for each identity: an action may run twice in a round, and what is bad in one of the runs is bad. */
export const verdictsByIdentity = (input: ReconcileInput): ReadonlyMap<string, IncidentVerdict> => {
  const verdicts = new Map<string, IncidentVerdict>()
  for (const one of verdictsOf(input)) {
    const before = verdicts.get(one.identity)
    if (before === undefined || weight[one.says] < weight[before.says]) verdicts.set(one.identity, one)
  }
  return verdicts
}

/** Those of this run's own incidents whose check was neither completed nor said why not: it is not configured any more, or not in this run. */
export const unspokenIncidents = (
  known: ReadonlyMap<string, Incident>,
  verdicts: ReadonlyMap<string, IncidentVerdict>,
  { reports, round = '' }: ReconcileInput,
): readonly UnspokenIncident[] => {
  const isRunNow = ({ action, check }: Marker): boolean =>
    reports.some((one) => one.action === action && (one.scope.includes(check) || one.findings.some((each) => each.check === check)))
  return [...known].flatMap(([identity, { issue, marker }]) => {
    const isOurs = marker.id !== monitoringId && marker.check !== '' && marker.check !== marker.action && marker.round === round
    if (!isOurs || verdicts.has(identity) || isRunNow(marker)) return []
    const why = `the check ${marker.check} is not part of this run; if nothing looks at it any more, close it`
    return [{ number: issue.number, title: issue.title, url: issue.url, why }]
  })
}
