/** Redaction: a report of 4,000 findings, and hostile texts of a quarter of a megabyte and of one, whose cost must grow as they do. CPU time, in this process. */
import { type Finding, finding } from '../src/contract/finding.ts'
import type { Report } from '../src/contract/report.ts'
import { createRedactor } from '../src/core/redact/redact.ts'
import { redactReport } from '../src/core/redact/report.ts'
import { claim, median } from './measure.ts'

const redactor = createRedactor()
for (let index = 0; index < 12; index += 1) redactor.add(`s3cr3t-${index}-Pw${(index * 7919).toString(36)}/x+y${index}`)
redactor.add('postgresql://quiz:hunter2hunter@db:5432/quiz')

const cpuMs = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

const digest = '0f1e2d3c4b5a69788796a5b4c3d2e1f0'
const one = (index: number): Finding => ({
  check: 'endpoints',
  ...finding({
    id: 'endpoint.status',
    subject: `https://quiz-${index}.example:8443/api/v1/health/${index}`,
    status: index % 3 === 0 ? 'critical' : 'ok',
    title: `api ${index}: answered 500 instead of 200`,
    observed: `status 500 in ${index} ms, "Internal Server Error" at 2026-11-22T02:17:00Z`,
    expected: '200 within 1 s',
    advice: 'look at the error log of the service, run: docker compose logs --tail 50 web',
    evidence: ['GET /api/v1/health HTTP/1.1 500', `container quiz-prod-web-${index} sha256:${digest}${digest}`],
    audience: 'technical',
    measurements: [{ name: 'latency', value: index, unit: 'ms' }],
  }),
})
const report: Report = {
  schemaVersion: 1,
  action: 'health-check',
  server: 'quiz-prod',
  status: 'critical',
  startedAt: '2026-11-22T02:17:00.000Z',
  durationMs: 1,
  scope: ['endpoints'],
  findings: Array.from({ length: 4_000 }, (_, index) => one(index)),
  facts: {},
}
claim('CPU of redacting 4,000 findings', median(Array.from({ length: 7 }, () => cpuMs(() => redactReport(report, redactor)))), 250, 'ms')
const alike = { ...report, findings: Array.from({ length: 20_000 }, (_, index) => ({ ...one(0), subject: `table/${index}` })) }
claim(
  'CPU of redacting 20,000 findings of one kind',
  median(Array.from({ length: 3 }, () => cpuMs(() => redactReport(alike, redactor)))),
  400,
  'ms',
)

const pieces =
  'a|eyJ|VVVV|c2Vj|41|65,|\\|\\u0041|%2541|&amp;|&#|=41|…|corr…|ä|://|://a:|password|password=|token":|?a=|cookie:|Bearer |<password|--password |-----BEGIN RSA PRIVATE KEY-----|-----END RSA PRIVATE KEY-----|Private-Lines: 1 |gh|xoxb-|SG.|$2|/hooks/|@tcp(|login a password b |name="password" |mysql -p|redis-cli |db_pass:|{a:1 |x: |\u001b]|\u009d|s3cr3t-0-|"|\'| |-|a.|k9_-.'.split(
    '|',
  )
const large = 1_000_000
const costs = pieces.map((piece) => {
  const text = (chars: number) => piece.repeat(Math.ceil(chars / piece.length)).slice(0, chars)
  return { piece, small: cpuMs(() => redactor.redact(text(large / 4))), large: cpuMs(() => redactor.redact(text(large))) }
})
const worst = costs.toSorted((a, b) => b.large - a.large)
for (const { piece, small, large } of worst.slice(0, 5))
  console.log(`  ${JSON.stringify(piece).padEnd(36)} 0.25 MB ${small.toFixed(0)} ms, 1 MB ${large.toFixed(0)} ms`)
claim('CPU of the worst hostile text of 1 MB', worst[0]?.large ?? 0, 2_000, 'ms')
claim(
  'four times the text, of those over 100 ms',
  Math.max(0, ...costs.filter((cost) => cost.small > 100).map(({ small, large }) => large / small)),
  8,
  'x',
)
