import type { Finding } from '../../contract/finding.ts'
import type { Origin, Report, RoundReport } from '../../contract/report.ts'
import type { Redactor } from './redact.ts'

/** Words of ours (ids, statuses, the audience) and the server's name stay as they are, or nobody could tell two reports apart. */
const redactFinding = (finding: Finding, { redact, redactDeep }: Redactor): Finding => ({
  ...finding,
  subject: redact(finding.subject),
  ...(finding.label === undefined ? {} : { label: redact(finding.label) }),
  title: redact(finding.title),
  observed: redact(finding.observed),
  expected: redact(finding.expected),
  advice: redact(finding.advice),
  evidence: redactDeep(finding.evidence),
  measurements: finding.measurements.map((one) => ({ ...one, name: redact(one.name), unit: redact(one.unit) })),
  ...(finding.notChecked === undefined ? {} : { notChecked: redact(finding.notChecked) }),
  ...(finding.parent === undefined ? {} : { parent: { ...finding.parent, subject: redact(finding.parent.subject) } }),
  ...(finding.incidentKey === undefined ? {} : { incidentKey: redact(finding.incidentKey) }),
  ...(finding.location === undefined ? {} : { location: { ...finding.location, path: redact(finding.location.path) } }),
})

/** As the findings are, or nobody could tell whose past it is. */
const redactOrigin = (origin: Origin, redact: Redactor['redact']): Origin =>
  origin.past === undefined
    ? origin
    : { ...origin, past: { ...origin.past, findings: origin.past.findings.map((one) => ({ ...one, subject: redact(one.subject) })) } }

const redactOne = (report: Report, redactor: Redactor): Report => ({
  ...report,
  findings: report.findings.map((finding) => redactFinding(finding, redactor)),
  facts: redactor.redactDeep(report.facts),
  ...(report.origin === undefined ? {} : { origin: redactOrigin(report.origin, redactor.redact) }),
})

/** A report as it may leave the server. */
export const redactReport = <Any extends Report | RoundReport>(report: Any, redactor: Redactor): Any => {
  return 'reports' in report
    ? { ...report, reports: report.reports.map((one) => redactOne(one, redactor)) }
    : { ...report, ...redactOne(report, redactor) }
}
