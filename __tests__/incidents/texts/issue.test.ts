import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Marker } from '../../../src/incidents/model.ts'
import {
  childrenComment,
  closedComment,
  escalationComment,
  flappingComment,
  reminderComment,
  reopenedComment,
  worseComment,
} from '../../../src/incidents/texts/comments.ts'
import { bodyWithVerdict, issueBody, issueTitle, withoutOrders } from '../../../src/incidents/texts/issue.ts'
import { closedLine, verdictLine } from '../../../src/incidents/texts/phrases.ts'
import type { IssueView } from '../../../src/incidents/texts/view.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'
import { createWorld, hard, hourMs, minuteMs } from '../../support/incident-world.ts'
import { dangers, renderGitHub } from '../../support/markdown.ts'
import { sampleFinding, staleRows } from '../../support/sample-report.ts'

const now = Date.parse('2026-12-04T23:28:00Z')
const run = 'https://github.example/o/r/actions/runs/'
const runbooks = 'https://runbooks.example/'

const marker = (given: Partial<Marker> = {}): Marker => {
  const world = createWorld()
  world.run([hard('critical')])
  return {
    ...world.marker(1),
    action: 'purge-verify',
    id: 'purge.stale-rows',
    since: now - 3 * hourMs - 12 * minuteMs,
    worst: { status: 'critical', observed: '431 rows' },
    seen: 38,
    values: [0, 0, 0, 412, 420, 431, 425, 412],
    firstRun: `${run}1`,
    latestRun: `${run}38`,
    events: [{ at: now - hourMs, what: 'opened, critical' }],
    ...given,
  }
}
const view = (given: Partial<IssueView> = {}): IssueView => ({
  marker: marker(),
  finding: { ...staleRows, observed: '412 rows older than 2026-12-05', expected: '0 since 00:15', evidence: ['web | a'] },
  now,
  timeZone: '+04:00',
  contacts: ['@org/ops'],
  runbooks,
  publicRepository: false,
  closesAfter: { runs: 1, settleMs: 0 },
  ...given,
})
const withoutFirstLine = (text: string): string => text.slice(text.indexOf('\n\n') + 2)

describe('an issue', () => {
  test('is the verdict, what was seen, what to do, evidence, whom it concerns and how it closes', () => {
    expect(
      withoutFirstLine(issueBody(view())),
    ).toBe(`**Critical** since 2026-12-05 00:16 (UTC+4), 3 h 12 min, seen 38 times. Server quiz-prod, action purge-verify.

**What:** \`table/game\`

| | |
|---|---|
| Seen | 412 rows older than 2026-12-05; worst 431 rows |
| Expected | 0 since 00:15 |
| Trend | ▁▁▁▇▇▇▇▇ (last 8 runs) |

**Do:** \`docker compose exec web python manage.py purge\`, then run this round again. [Runbook](${runbooks}purge.stale-rows.md)

<details><summary>Evidence</summary>

\`\`\`text
web | a
\`\`\`

</details>

Contacts: @org/ops. Closes by itself after 1 good run. \`/ack\`, \`/silence 2h\`, \`/unsilence\`, \`/cause …\`, \`/fix …\` work as comments. [First run](${run}1) [Latest run](${run}38)`)
  })

  const titles: readonly { what: string; title: string; given: Partial<IssueView> }[] = [
    { what: 'names the server', title: '[quiz-prod] game: 412 rows are older than 2026-12-05', given: {} },
    {
      what: 'names the subject where the title does not',
      title: '[quiz-prod] disk / is full',
      given: { finding: sampleFinding({ subject: 'x', title: 'disk / is full' }) },
    },
    { what: 'is the id in a public repository', title: '[quiz-prod] purge.stale-rows', given: { publicRepository: true } },
  ]
  test.each(titles)('its title $what', ({ title, given }) => {
    expect(issueTitle(view(given))).toBe(title.replace('] disk', given.finding === undefined ? '] disk' : '] x: disk'))
  })

  test('its title fits, and tells nobody', () => {
    const title = issueTitle(view({ finding: sampleFinding({ title: `@org/ops: #1 ${'x'.repeat(500)}` }) }))
    expect(title.length).toBeLessThanOrEqual(256)
    expect(title).not.toMatch(/[@#]\w/)
  })

  test('above 60,000 characters it is cut, and says so', () => {
    const evidence = Array.from({ length: 500 }, (_, at) => `${at} ${'é|`'.repeat(300)}`)
    const children = Array.from({ length: 50 }, (_, at) => ({
      id: 'endpoint.status',
      key: `${at}${'é'.repeat(299)}`,
      status: 'critical' as const,
    }))
    const body = issueBody(view({ marker: marker({ children }), finding: { ...staleRows, evidence } }))
    expect(body.length).toBeLessThanOrEqual(60_000)
    expect(body).toMatch(/left out/)
    expect(body).toContain('Closes by itself')
  })

  test('a body that a person added to keeps what they wrote, with a new verdict', () => {
    const closed = { marker: marker(), verdict: '**Closed** now' }
    const verdict = '**Critical** since 2026-12-05 00:16 (UTC+4), seen once. Server quiz-prod, action health-check.'
    expect(withoutFirstLine(bodyWithVerdict(`${verdict}\n\nA note of ana.`, closed))).toBe('**Closed** now\n\nA note of ana.')
    // Also where the note stands before it, or begins in bold.
    const note = '**Note from Ana:** call Bob first'
    expect(withoutFirstLine(bodyWithVerdict(`${note}\n\n${verdict}\n\nrest`, closed))).toBe(`**Closed** now\n\n${note}\n\nrest`)
    expect(withoutFirstLine(bodyWithVerdict(note, closed))).toBe(`**Closed** now\n\n${note}`)
    const again = bodyWithVerdict(
      '**Closed** 2026-12-05 00:16 (UTC+4): 1 good run. It lasted 5 min. Server quiz-prod, action health-check.',
      closed,
    )
    expect(withoutFirstLine(again)).toBe('**Closed** now')
    expect(withoutFirstLine(bodyWithVerdict('Mine.', { marker: marker(), verdict: '**Closed** now' }))).toBe('**Closed** now\n\nMine.')
  })
})

/** Every untrusted text says the same. */
const saying = (text: string, publicRepository = false): IssueView =>
  view({
    publicRepository,
    finding: sampleFinding({
      status: 'critical',
      subject: text,
      title: text,
      observed: text,
      expected: text,
      advice: text,
      evidence: [text, text],
    }),
    contacts: ['@org/ops', `tel ${text}`],
    marker: marker({
      worst: { status: 'critical', observed: text },
      cause: text,
      fix: text,
      children: [{ id: 'endpoint.status', key: text, status: 'critical' }],
      acknowledged: { by: text, until: now + 1 },
      silenced: { by: text, until: now + 1, status: 'warning' },
      events: [{ at: now, what: text }],
    }),
  })
const texts: readonly { what: string; write: (one: IssueView) => string }[] = [
  { what: 'the body', write: issueBody },
  { what: 'the verdict', write: verdictLine },
  { what: 'the verdict of a closed one', write: (one) => closedLine(one, '1 good run') },
  { what: 'worse', write: (one) => worseComment(one, 'warning') },
  { what: 'escalation', write: escalationComment },
  { what: 'reminder', write: (one) => reminderComment(one, 6) },
  { what: 'flapping', write: (one) => flappingComment(one, false) },
  { what: 'what fails with it', write: (one) => childrenComment(one, one.marker.children) },
  { what: 'reopened', write: (one) => reopenedComment(one, 'again') },
  { what: 'closed', write: (one) => closedComment(one, { how: '3 good runs in a row', postMortem: true }) },
]
test('a closed one names the runs that saw it, and how to complete it', () => {
  expect(
    closedComment(view(), { how: '3 good runs in a row', postMortem: true }),
  ).toBe(`**Closed** after 3 h 12 min: 3 good runs in a row. Seen 38 times, critical at its worst: 431 rows.

Cause: not stated. Fix: not stated. \`/cause …\` and \`/fix …\` still reach the journal.

[First run](${run}1) [Latest run](${run}38) [Runbook](${runbooks}purge.stale-rows.md)

**Post-mortem**, to be completed: what was noticed, what was tried, what will keep it from coming back.

| When | What |
|---|---|
| 2026-12-05 02:28 (UTC+4) | opened, critical |
| 2026-12-05 03:28 (UTC+4) | closed |`)
})

test('its first line says who acknowledged and silenced it, as long as that holds', () => {
  const agreed = {
    acknowledged: { by: 'ana', until: now + hourMs },
    silenced: { by: 'bo', until: now + 2 * hourMs, status: 'critical' as const },
  }
  const line = (given: Partial<Marker>) => verdictLine(view({ marker: marker(given) })).split('action purge-verify.')[1]
  expect(line({})).toBe('')
  expect(line(agreed)).toBe(' Acknowledged by `ana` until 2026-12-05 04:28 (UTC+4). Silenced by `bo` until 2026-12-05 05:28 (UTC+4).')
  expect(line({ acknowledged: { by: 'ana', until: now - 1 } })).toBe('')
})

test.each([
  [20, undefined],
  [21, '- 1 more'],
  [22, '- 2 more'],
])('of %i that fail with it 20 are listed', (count, last) => {
  const children = Array.from({ length: count }, (_, at) => ({
    id: 'endpoint.status',
    key: `https://quiz.example/${at}`,
    status: 'critical' as const,
  }))
  const lines = childrenComment(view(), children).split('\n').slice(2)
  expect([lines.slice(0, 20).every((one) => one.startsWith('- critical `')), lines[20]]).toEqual([true, last])
})

test.each([
  ['again', 'bad again within 24 hours'],
  ['still-bad', 'closed by a person 24 hours ago or more, and still bad'],
  ['worse', 'closed by a person as a warning, and got worse'],
  ['unsure', 'closed by a person, bad now, and no state tells whether it was good in between'],
] as const)('one that is reopened says why: %s', (why, words) => {
  expect(reopenedComment(view(), why)).toMatch(new RegExp(`^\\*\\*Reopened\\*\\*: ${words}\\. Now critical\\.`))
})

const allowed = { links: [runbooks, run], mentions: ['@org/ops'], comment: /^<!-- ronde:\{[ -~]*\} -->$/ }

describe.each(texts)('untrusted text in $what', ({ write }) => {
  test.each(hostileTexts.map((text) => ({ text })))('only shows itself: $text', ({ text }) => {
    expect(dangers(write(saying(text)), allowed)).toEqual([])
  })

  test('only shows itself, whatever it is', () => {
    fc.assert(
      fc.property(anyText, (text) => expect(dangers(write(saying(text)), allowed)).toEqual([])),
      { numRuns: 60 },
    )
  })

  test('stays out of a public repository, but for what people wrote there and the advice', () => {
    const one = saying('needle7', true)
    const quiet = {
      ...one,
      finding: { ...one.finding, advice: '' },
      marker: {
        ...one.marker,
        cause: '',
        fix: '',
        acknowledged: undefined,
        silenced: undefined,
        events: [],
        worst: { status: 'critical' as const, observed: '' },
        children: [],
      },
    }
    expect(write(quiet)).not.toContain('needle7')
  })
})

describe('when it is over', () => {
  const closed = (body: string) => bodyWithVerdict(withoutOrders(withoutFirstLine(body)), { marker: marker(), verdict: '**Closed** now' })
  const children = [{ id: 'endpoint.status', key: 'https://quiz.example/api', status: 'critical' as const }]

  test('nothing tells what to do any more, and the rest stays', () => {
    const body = closed(
      issueBody(view({ marker: marker({ children, cause: 'a full disk' }), closesAfter: { runs: 3, settleMs: 600_000 } })),
    )
    expect(body).not.toMatch(/\*\*Do:|Fails with it|Closes by itself|work as comments/)
    expect(withoutFirstLine(body)).toMatch(/^\*\*Closed\*\* now\n\n\*\*What:\*\* `table\/game`\n\n\| \| \|\n/)
    expect(body).toContain('**Failed with it:**\n\n- critical `https://quiz.example/api` endpoint.status\n')
    expect(body).toContain('**Cause:** a full disk\n\nContacts: @org/ops. [First run]')
  })

  test('what a person made of the body stays as it is', () => {
    const own = 'My notes.\n\nDo: nothing yet.\n\n- [ ] call the hoster'
    expect(withoutOrders(own)).toBe(own)
  })
})

test('a first run is one link, and no time is told that is only the run itself', () => {
  const body = issueBody(view({ marker: marker({ since: now - 14_000, seen: 1, latestRun: `${run}1` }) }))
  expect(body).toContain('since 2026-12-05 03:27 (UTC+4), seen once.')
  expect(body).toMatch(/\[Run\]\(\S+\/1\)$/)
})

test('the evidence is folded and the table is one', () => {
  const html = renderGitHub(issueBody(saying('a | b')))
  expect(html.match(/<details>/g)).toHaveLength(1)
  expect(html.match(/<table>/g)).toHaveLength(1)
})
