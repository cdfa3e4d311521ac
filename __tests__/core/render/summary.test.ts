import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../../src/contract/finding.ts'
import type { JsonValue } from '../../../src/contract/json.ts'
import { renderSummary } from '../../../src/core/render/summary.ts'
import { startCpuTime } from '../../support/cpu-time.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'
import { dangers, renderGitHub } from '../../support/markdown.ts'
import { followsFrom, sampleFinding, sampleReport, sampleRound, staleRows } from '../../support/sample-report.ts'

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
const itemsOf = (html: string): number => html.match(/<li>/g)?.length ?? 0
/** Every text of a finding says the same. */
const saying = (text: string): Finding =>
  sampleFinding({ status: 'critical', subject: text, title: text, observed: text, expected: text, advice: text, evidence: [text, text] })

describe('the job summary', () => {
  test('is the verdict, each cause with what follows from it, what is well, evidence, what was not checked, and everything folded', () => {
    const round = sampleRound([
      sampleReport([sampleFinding(), disk, notChecked, followsFrom(staleRows)], {
        facts: { lines: { compose: '5 of 5 services healthy' } },
      }),
      sampleReport([{ ...staleRows, evidence: ['web | a'] }], { action: 'purge-verify' }),
    ])
    const incident = { number: 42, deed: 'opened' as const, title: 'game', url: 'https://github.example/i/42', about: [staleRows] }
    const closed = { ...incident, number: 7, deed: 'closed' as const, title: 'old', about: [] }
    const options = { runbooks, timeZone: '+04:00', configuration: '.github/ronde.yml', incidents: [incident, closed] }
    expect(renderSummary(round, { ...options, trend: (one) => (one === disk ? [10, 20] : []) })).toBe(`## critical: quiz-prod, daily, 1.4 s

2 causes, 1 thing follows from them; 1 of 4 checks are ok. 2026-11-22 06:17 (UTC+4). Configuration: .github/ronde.yml.

### critical: game: 412 rows are older than 2026-12-05 · [#42](https://github.example/i/42)

Seen: oldest day\\_date 2026-12-04; no "Purge OK" line in the log of web since 00:00. Expected: 0 rows older than the business date 2026-12-05 (+04:00), since 00:15.

**Do:** \`docker compose exec web python manage.py purge\`, then run this round again. [Runbook](${runbooks}purge.stale-rows.md)

Follows from it: api health: answers 503.

### warning: /var: 17 % free

Seen: 17 %. Expected: 20 %.

[Runbook](${runbooks}disk.free.md)


- compose: 5 of 5 services healthy

<details><summary>Evidence</summary>

\`table/game\`

\`\`\`text
web | a
\`\`\`

api health: \`https://quiz.example/api/health\`

</details>

**Not checked, and how to enable it**

- \`/var/log/nginx/error.log\`: not readable by runner; run: \`sudo setfacl -m u:runner:r /var/log/nginx/error.log\`

**Incidents**

- opened: game [Issue 42](https://github.example/i/42)
- closed: old [Issue 7](https://github.example/i/42)

<details><summary>Everything that was checked (4)</summary>

- ok, compose: \`service/db\`: running, healthy
- warning, disk: \`disk:/\`: 17 % ▄▇
- critical, endpoints: \`api health\`: status 503 after 3 ms
- critical, purge-verify: \`table/game\`: oldest day\\_date 2026-12-04; no "Purge OK" line in the log of web since 00:00

</details>

`)
  })

  test('shows the advice of what is ok', () => {
    const advice = 'set max-size for the log of this service'
    expect(renderSummary(sampleReport([sampleFinding({ subject: 'service/db', advice })]))).toContain(`\`service/db\`: ${advice}`)
  })

  test('of a healthy run says what was looked at, no less than the log', () => {
    const text = renderSummary(sampleReport([sampleFinding()], { facts: { lines: { compose: '7 of 7 services healthy' } } }))
    expect(text).toContain(
      '## ok: quiz-prod, health-check, 1.4 s\n\n1 check in 1.4 s. 2026-11-22 02:17 (UTC).\n\n- compose: 7 of 7 services healthy\n',
    )
  })

  test('has no table: a phone shows two short columns', () => {
    const wide = {
      tables: [
        {
          title: 'Certificates',
          columns: ['name', 'days', 'issuer'],
          rows: [
            ['quiz.example', '34', 'R3'],
            ['', '', ''],
          ],
        },
      ],
    }
    const text = renderSummary(sampleReport([sampleFinding(), disk, staleRows], { facts: wide }))
    expect(text).toContain('**Certificates**\n\n- **quiz.example**: days 34, issuer R3\n')
    expect(renderGitHub(text)).not.toContain('<table')
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
    const wide = [text, text, text]
    expect(dangers(withTables([{ title: text, columns: wide, rows: [wide] }]))).toEqual([])
  })

  test.each([['no tables'], [[null, 1, 'x', { title: 1 }]], [[{ title: 'a', columns: [], rows: [] }]]])(
    'that is none is left out: %j',
    (tables) => {
      expect(withTables(tables)).toBe(renderSummary(sampleReport([sampleFinding()])))
    },
  )
})

describe('untrusted text in the job summary', () => {
  const items = itemsOf(renderGitHub(renderSummary(sampleReport([saying('x')]), { runbooks })))

  test.each(hostileTexts.map((text) => ({ text })))('only shows itself: $text', ({ text }) => {
    const report = sampleReport([saying(text), sampleFinding({ subject: text, notChecked: text, advice: `run: ${text}` })], {
      server: text,
    })
    const titled = { number: 7, deed: 'open' as const, title: text, url: `${runbooks}7`, about: [] }
    const summary = renderSummary(report, { runbooks, configuration: text, incidents: [titled] })
    expect(dangers(summary, { links: [runbooks] })).toEqual([])
    // Not checked, and the incident.
    expect(itemsOf(renderGitHub(summary))).toBe(items + 2)
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

  test('is cut at a finding and says how many are left out and where all are', () => {
    const [first = '', second = ''] = text.split('<details><summary>Everything')
    for (const [part, one] of [
      [first, /^### critical: /gm],
      [second, /^- critical, purge-verify: .*table\/é\d+/gm],
    ] as const) {
      const written = part.match(one)?.length ?? 0
      const left = (20_000 - written).toLocaleString('en-US')
      expect(written).toBeGreaterThan(0)
      expect(part).toContain(`${left} findings left out here; the JSON report holds all.`)
    }
    expect(text.endsWith('</details>\n\n')).toBe(true)
    expect(dangers(renderSummary(report, { runbooks, maxBytes: 200 * 1024 }), { links: [runbooks] })).toEqual([])
  })

  test('still holds the evidence of the worst', () => {
    expect(text).toContain('```text\nline\n```')
  })
})
