import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../../src/contract/finding.ts'
import type { JsonValue } from '../../../src/contract/json.ts'
import { renderSummary } from '../../../src/core/render/summary.ts'
import { startCpuTime } from '../../support/cpu-time.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'
import { dangers, renderGitHub } from '../../support/markdown.ts'
import { sampleFinding, sampleReport, sampleRound, staleRows } from '../../support/sample-report.ts'

const runbooks = 'https://runbooks.example/docs/runbooks/'
const disk = sampleFinding({
  id: 'disk.free',
  subject: 'disk:/',
  status: 'warning',
  title: '/var: 17 % free',
  observed: '17 %',
  expected: '20 %',
})
const notChecked = sampleFinding({
  id: 'error-log.errors',
  subject: '/var/log/nginx/error.log',
  notChecked: 'not readable by runner',
  advice: 'run: sudo setfacl -m u:runner:r /var/log/nginx/error.log',
})
const rowsOf = (html: string): number => html.match(/<tr>/g)?.length ?? 0
/** Every text of a finding says the same. */
const saying = (text: string): Finding =>
  sampleFinding({ status: 'critical', subject: text, title: text, observed: text, expected: text, advice: text, evidence: [text, text] })

describe('the job summary', () => {
  test('is the verdict, what is not ok with the worst first, evidence, what was not checked, and everything folded', () => {
    const round = sampleRound([
      sampleReport([sampleFinding(), disk, notChecked]),
      sampleReport([{ ...staleRows, evidence: ['web | a'] }], { action: 'purge-verify' }),
    ])
    expect(renderSummary(round, { runbooks, trend: (one) => (one === disk ? [10, 20] : []) })).toBe(`## critical: quiz-prod, daily, 1.4 s

2 of 3 checks failed (1 critical, 1 warning). Started 2026-11-22 02:17 UTC.

**First:** game: 412 rows are older than 2026-12-05<br>
**Do:** \`docker compose exec web python manage.py purge\`, then run this round again

| Status | Subject | Seen | Limit | Do |
| --- | --- | --- | --- | --- |
| critical | \`table/game\`<br>game: 412 rows are older than 2026-12-05 | oldest day\\_date 2026-12-04; no "Purge OK" line in the log of web since 00:00 | 0 rows older than the business date 2026-12-05 (+04:00), since 00:15 | \`docker compose exec web python manage.py purge\`, then run this round again<br>[Runbook](${runbooks}purge.stale-rows.md) |
| warning | \`disk:/\`<br>/var: 17 % free | 17 % | 20 % | [Runbook](${runbooks}disk.free.md) |

<details><summary>Evidence</summary>

\`table/game\`

\`\`\`text
web | a
\`\`\`

</details>

**Not checked, and how to enable it**

- \`/var/log/nginx/error.log\`: not readable by runner; run: \`sudo setfacl -m u:runner:r /var/log/nginx/error.log\`

<details><summary>Everything that was checked (4)</summary>

| Check | Status | Subject | Seen | Limit | Trend |
| --- | --- | --- | --- | --- | --- |
| compose | ok | \`service/db\` | running, healthy | running, healthy |  |
| disk | warning | \`disk:/\` | 17 % | 20 % | ▄▇ |
| error-log | ok | \`/var/log/nginx/error.log\` | running, healthy | running, healthy |  |
| purge-verify | critical | \`table/game\` | oldest day\\_date 2026-12-04; no "Purge OK" line in the log of web since 00:00 | 0 rows older than the business date 2026-12-05 (+04:00), since 00:15 |  |

</details>

`)
  })

  test('shows the advice of what is ok', () => {
    const advice = 'set max-size for the log of this service'
    expect(renderSummary(sampleReport([sampleFinding({ subject: 'service/db', advice })]))).toContain(`\`service/db\`: ${advice}`)
  })

  test('of a healthy run has only the folded table', () => {
    const text = renderSummary(sampleReport([sampleFinding()]))
    expect(text).toContain('## ok: quiz-prod, health-check, 1.4 s\n\n1 check in 1.4 s. Started')
    expect(rowsOf(renderGitHub(text))).toBe(2)
  })

  test.each([undefined, 'docs/runbooks/', 'https://evil.example/) [x](', 'javascript:alert(1)//'])(
    'links to no runbook for the base %s',
    (base) => {
      expect(renderSummary(sampleReport([staleRows]), { runbooks: base })).not.toContain('Runbook')
    },
  )
})

describe('a table of facts in the job summary', () => {
  const withTables = (tables: JsonValue) => renderSummary(sampleReport([sampleFinding()], { facts: { tables } }))

  test('has its title, its columns and a cell for each column', () => {
    const shown = withTables([
      { title: 'Certificates', columns: ['name', 'days'], rows: [['quiz.example', '34'], ['short'], ['a', 'b', 'too many']] },
    ])
    expect(shown).toContain('**Certificates**\n\n| name | days |\n| --- | --- |\n| quiz.example | 34 |\n| short |  |\n| a | b |\n')
  })

  test('is cut at a hundred rows and says so', () => {
    const rows = Array.from({ length: 150 }, (_, index) => [`row${index}`])
    const shown = withTables([{ title: 'Tables', columns: ['name'], rows }])
    expect(shown).toContain('| row99 |')
    expect(shown).not.toContain('| row100 |')
    expect(shown).toContain('50 rows left out here; the JSON report holds all.')
  })

  test.each(hostileTexts.map((text) => ({ text })))('shows only itself: $text', ({ text }) => {
    expect(dangers(withTables([{ title: text, columns: [text], rows: [[text]] }]))).toEqual([])
  })

  test.each([['no tables'], [[null, 1, 'x', { title: 1 }]], [[{ title: 'a', columns: [], rows: [] }]]])(
    'that is none is left out: %j',
    (tables) => {
      expect(withTables(tables)).toBe(renderSummary(sampleReport([sampleFinding()])))
    },
  )
})

describe('untrusted text in the job summary', () => {
  const cells = rowsOf(renderGitHub(renderSummary(sampleReport([saying('x')]), { runbooks })))

  test.each(hostileTexts.map((text) => ({ text })))('only shows itself: $text', ({ text }) => {
    const report = sampleReport([saying(text), sampleFinding({ subject: text, notChecked: text, advice: `run: ${text}` })], {
      server: text,
    })
    const summary = renderSummary(report, { runbooks })
    expect(dangers(summary, { links: [runbooks] })).toEqual([])
    expect(rowsOf(renderGitHub(summary))).toBe(cells + 1)
  })

  test('only shows itself, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(dangers(renderSummary(sampleReport([saying(text)]), { runbooks }), { links: [runbooks] })).toEqual([])
      }),
    )
  })
})

describe('the summary of 20,000 findings', () => {
  const report = sampleReport(
    Array.from({ length: 20_000 }, (_, index) => ({ ...staleRows, subject: `table/é${index}`, evidence: ['line'] })),
  )
  const cpuTime = startCpuTime()
  const text = renderSummary(report, { runbooks })
  const tookMs = cpuTime()

  test('stays below 900 KiB and is quick', () => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(900 * 1024)
    expect(Buffer.byteLength(text)).toBeGreaterThan(800 * 1024)
    expect(tookMs).toBeLessThan(2_000)
  })

  test('is cut at a row and says how many are left out and where all are', () => {
    const [first = '', second = ''] = text.split('<details><summary>Everything')
    for (const part of [first, second]) {
      const written = part.match(/^\|.*table\/é\d+.*\|$/gm)?.length ?? 0
      const left = (20_000 - written).toLocaleString('en-US')
      expect(written).toBeGreaterThan(0)
      expect(part).toContain(`${left} rows left out here; the JSON report holds all.`)
    }
    expect(text.endsWith('</details>\n\n')).toBe(true)
    expect(dangers(renderSummary(report, { runbooks, maxBytes: 200 * 1024 }), { links: [runbooks] })).toEqual([])
  })

  test('still holds the evidence of the worst', () => {
    expect(text).toContain('```text\nline\n```')
  })
})
