import { type Finding, finding } from '../contract/finding.ts'
import type { Report } from '../contract/report.ts'
import { byWorstStatus } from '../contract/status.ts'
import { groupOf, isNotChecked } from '../core/render/view.ts'
import { partsFor } from './identify.ts'
import { digestKey, fingerprint, identityOf } from './marker.ts'
import type { Case, Marker, Parts, ReconcileInput } from './model.ts'

/** The identity of "monitoring broken": one for each check, whatever of it could not be looked at. */
export const monitoringId = 'monitoring.broken'

const checks = new Set(
  'compose containers host endpoints flow postgres rabbitmq redis prometheus access-log error-log volumes migrations environment backups commands'.split(
    ' ',
  ),
)

type Named = { readonly id: string; readonly check?: string | undefined }

/** Whether the check that a finding belongs to was completed. One of no known check belongs to the run as a whole. */
export const wasLookedAt = ({ action, scope }: Report, { id, check }: Named): boolean => {
  const name = check ?? groupOf(action, id)
  const isCheck = check !== undefined || (action === 'health-check' && checks.has(name))
  return isCheck ? scope.includes(name) : scope.length > 0
}

/** `check/endpoints` says its own check; `action/health-check` is the run as a whole. */
const checkOf = (report: Report, { id, subject, check }: Finding): string =>
  /^(?:check|action)\/([\w-]+)$/.exec(subject)?.[1] ?? check ?? groupOf(report.action, id)

const worstOf = (findings: readonly Finding[]): Finding | undefined => findings.toSorted((a, b) => byWorstStatus(a.status, b.status))[0]

const isBad = ({ status }: Finding): boolean => status === 'warning' || status === 'critical'

const serviceWord = (report: Report, findings: readonly Finding[]): Case['word'] => {
  if (findings.some(isBad)) return 'bad'
  const looked = findings.every((one) => one.status === 'ok' && !isNotChecked(one) && wasLookedAt(report, one))
  if (!looked) return 'unseen'
  return findings.every((one) => one.cleared) ? 'good' : 'uncleared'
}

const keyOf = ({ incidentKey, subject }: Finding): string => incidentKey ?? subject

const serviceCases = (input: ReconcileInput, report: Report): readonly Case[] => {
  const groups = Map.groupBy(report.findings, (one) => fingerprint(partsFor(input, report, { id: one.id, key: keyOf(one) })))
  return [...groups.values()].flatMap((findings): readonly Case[] => {
    const shown = worstOf(findings.filter(isBad)) ?? worstOf(findings)
    if (shown === undefined) return []
    const parts = partsFor(input, report, { id: shown.id, key: keyOf(shown) })
    const history = input.history(report.action)
    const word = serviceWord(report, findings)
    return [{ kind: 'service', parts, identity: identityOf(parts), report, history, findings, finding: shown, word }]
  })
}

/** Stands for all that a check could not look at. */
const brokenFinding = (action: string, check: string, unknown: readonly Finding[]): Finding => {
  const [first] = unknown
  // health-check has many checks, each known by its name; `files` of another action would tell nobody what could not look.
  const name = action === 'health-check' || action === check ? check : `${action} (${check})`
  return finding({
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
}

const monitoringCases = (input: ReconcileInput, report: Report): readonly Case[] => {
  const groups = Map.groupBy(report.findings, (one) => checkOf(report, one))
  const names = new Set([...groups.keys(), ...report.scope, report.action])
  return [...names].flatMap((check): readonly Case[] => {
    const findings = groups.get(check) ?? []
    const unknown = findings.filter((one) => one.status === 'unknown')
    const looked = check === report.action ? report.scope.length > 0 : report.scope.includes(check)
    const word = unknown.length > 0 ? 'bad' : looked ? 'good' : 'unseen'
    if (word === 'unseen' && findings.length === 0) return []
    const shown = brokenFinding(report.action, check, unknown)
    const parts = partsFor(input, report, { id: monitoringId, key: shown.subject })
    const all = check === report.action || findings.length === 0 ? report.findings : findings
    return [
      {
        kind: 'monitoring',
        parts,
        identity: identityOf(parts),
        report,
        history: input.history(report.action),
        findings: unknown.length > 0 ? unknown : all,
        finding: shown,
        word,
      },
    ]
  })
}

/** What every report of this run says, the bad and the good. */
export const casesOf = (input: ReconcileInput): readonly Case[] =>
  input.reports.flatMap((report) => [...serviceCases(input, report), ...monitoringCases(input, report)])

/** Findings that exist only while they are bad: a completed run without one is a good run. */
const onlyWhenBad = (id: string, action: string): boolean =>
  ['recovery.pending', 'recovery.unreadable', 'state.unwritable', `${action}.failed`].includes(id)

/** The good word of a finding that would be there if it were bad. */
export const absentGood = (marker: Marker, report: Report, input: ReconcileInput): Case | undefined => {
  const seen = report.scope.length > 0 && (input.stateUsable || marker.id !== 'state.unwritable')
  if (!seen || !onlyWhenBad(marker.id, marker.action)) return undefined
  const parts: Parts = marker
  const shown = finding({
    id: marker.id,
    subject: marker.key,
    status: 'ok',
    title: 'it is over',
    observed: 'a run without it',
    expected: '',
    audience: 'technical',
  })
  const history = input.history(report.action)
  return { kind: 'service', parts, identity: identityOf(marker), report, history, findings: [shown], finding: shown, word: 'good' }
}

/** The subject is in no finding any more although its check was completed, by the round that used to see it. */
export const isGone = (marker: Marker, report: Report, input: ReconcileInput): boolean => {
  if (marker.round !== (input.round ?? '')) return false
  if (marker.id === monitoringId) return report.scope.length > 0
  if (!wasLookedAt(report, { id: marker.id, check: marker.check === '' ? undefined : marker.check })) return false
  const key = digestKey(marker.key)
  return !report.findings.some((one) => digestKey(one.subject) === key || digestKey(keyOf(one)) === key)
}

const weight: Record<Case['word'], number> = { bad: 0, uncleared: 1, good: 2, unseen: 3 }

/** One word for each identity: an action may run twice in a round, and what is bad in one of the runs is bad. */
export const wordsOf = (input: ReconcileInput): ReadonlyMap<string, Case> => {
  const words = new Map<string, Case>()
  for (const one of casesOf(input)) {
    const before = words.get(one.identity)
    if (before === undefined || weight[one.word] < weight[before.word]) words.set(one.identity, one)
  }
  return words
}
