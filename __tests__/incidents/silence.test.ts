import { describe, expect, test } from '@jest/globals'
import { parts } from '../../src/actions/health-check/parts.generated.ts'
import type { Finding } from '../../src/contract/finding.ts'
import type { Issue, Write } from '../../src/contract/issues.ts'
import { readMarker, writeMarker } from '../../src/incidents/marker.ts'
import type { QuietPeriod } from '../../src/incidents/model.ts'
import { type Silence, silenceBody, silencesIn, silenceTitle, writeSilence } from '../../src/incidents/texts/silence-issue.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { bot, createWorld, dayMs, hard, hourMs, minuteMs, type RunOptions, soft, type World } from '../support/incident-world.ts'
import { dangers } from '../support/markdown.ts'

const silenceAt = (now: number, given: Partial<Silence> = {}): Silence => ({
  repository: 'o/r',
  servers: ['quiz-prod'],
  ids: ['*'],
  subjects: ['*'],
  upTo: 'critical',
  since: now,
  until: now + hourMs,
  by: 'ana',
  reason: 'moving the database',
  run: 'https://github.example/o/r/actions/runs/1',
  ...given,
})
const viewOf = (silence: Silence) => ({ silence, timeZone: '+04:00', now: silence.since })
const add = (world: World, given: Partial<Silence> = {}, issue: Partial<Issue> = {}): number => {
  const silence = silenceAt(world.now(), given)
  return world.add({ title: silenceTitle(viewOf(silence)), body: silenceBody(viewOf(silence)), ...issue })
}
const opened = (writes: readonly Write[]): number => writes.filter((one) => one.kind === 'create').length

describe('what a silence explains opens nothing', () => {
  const rows: readonly { what: string; given: Partial<Silence>; finding?: object; opens: number }[] = [
    { what: 'all of its server', given: {}, opens: 0 },
    { what: 'a pattern of servers', given: { servers: ['quiz-*'] }, opens: 0 },
    { what: 'all servers', given: { servers: ['*'] }, opens: 0 },
    { what: 'another server', given: { servers: ['quiz-staging'] }, opens: 1 },
    { what: 'its id', given: { ids: ['compose.service'] }, opens: 0 },
    { what: 'a pattern of ids', given: { ids: ['postgres.*', 'compose.*'] }, opens: 0 },
    { what: 'another id', given: { ids: ['endpoint.*'] }, opens: 1 },
    { what: 'its subject', given: { subjects: ['service/*'] }, opens: 0 },
    { what: 'another subject', given: { subjects: ['service/web'] }, opens: 1 },
    { what: 'its id and another subject', given: { ids: ['compose.*'], subjects: ['service/web'] }, opens: 1 },
    { what: 'what is critical, by one up to warning', given: { upTo: 'warning' }, opens: 1 },
  ]
  test.each(rows)('$what: $opens opened', ({ given, opens }) => {
    const world = createWorld()
    add(world, given)
    expect(opened(world.run([hard('critical')]).writes)).toBe(opens)
  })

  test('a warning, by one up to warning; and when it gets critical it opens', () => {
    const world = createWorld()
    add(world, { upTo: 'warning' })
    expect(opened(world.run([hard('warning')]).writes)).toBe(0)
    expect(opened(world.rounds(1, [hard('critical')]))).toBe(1)
  })

  test('that monitoring is broken is explained by one of all', () => {
    const world = createWorld()
    add(world)
    const unknown = soft('unknown', { certainty: 'hard' })
    expect(opened(world.run([unknown]).writes)).toBe(0)
    world.change(1, { state: 'closed' })
    expect(opened(world.rounds(1, [unknown]))).toBe(1)
  })

  test('why is among the facts, with the number and the time', () => {
    const world = createWorld()
    add(world)
    expect(world.run([hard('critical')]).facts.held).toMatchObject([{ known: true, why: 'silenced until 05:16 (UTC+4) by #1' }])
  })

  test('an incident that is open already goes on, closes by itself, and wakes nobody', () => {
    const world = createWorld()
    world.run([hard('critical')])
    add(world, { until: world.now() + 5 * hourMs })
    world.rounds(12 * 4, [hard('critical')])
    expect(world.issue(1).labels).not.toContain('sev1')
    world.rounds(3, [hard('ok')])
    expect(world.issue(1).state).toBe('closed')
    expect(world.issue(2).state).toBe('open')
  })

  test('a healthy run beside a silence writes nothing and wants nothing', () => {
    const world = createWorld()
    add(world)
    const { writes, wants } = world.run([hard('ok'), soft('ok')])
    expect({ writes, wants }).toEqual({ writes: [], wants: { closed: false, comments: [] } })
  })
})

describe('when it is over', () => {
  test('one write closes it, what is still bad opens, and what a person wrote into it stays', () => {
    const world = createWorld()
    add(world, {}, {})
    world.change(1, { body: `${world.issue(1).body}\n\nBen: the new disk is in.` })
    world.rounds(3, [hard('critical')])
    expect(world.issues()).toHaveLength(1)
    world.wait(hourMs)
    const { writes } = world.run([hard('critical')])
    expect(writes.filter((one) => one.kind !== 'create')).toMatchObject([{ kind: 'update', number: 1, state: 'closed' }])
    expect(opened(writes)).toBe(1)
    expect(world.issue(1).body).toContain('**Over** since 2026-11-22 05:16 (UTC+4).')
    expect(world.issue(1).body).toContain('Ben: the new disk is in.')
    expect(world.run([hard('critical')]).writes).toEqual([])
  })

  test('a soft value that was bad all the time opens at once: it was confirmed meanwhile', () => {
    const world = createWorld()
    add(world)
    world.rounds(11, [soft('critical')])
    expect(world.open()).toHaveLength(1)
    world.rounds(1, [soft('critical')])
    expect(world.issues()).toHaveLength(2)
  })

  test('what is good again by then opens nothing', () => {
    const world = createWorld()
    add(world)
    world.rounds(6, [hard('critical')])
    world.rounds(7, [hard('ok')])
    expect(world.issues().map((one) => one.state)).toEqual(['closed'])
  })

  test('a person who closes it ends it', () => {
    const world = createWorld()
    add(world)
    world.closeByHand(1)
    expect(opened(world.run([hard('critical')]).writes)).toBe(1)
  })
})

describe('what only looks like a silence silences nothing and is left alone', () => {
  const edited = (change: (silence: Silence) => Partial<Silence>) => (now: number) => {
    const silence = silenceAt(now)
    const digest = /"digest":"\w+"/.exec(writeSilence(silence))?.[0] ?? ''
    return writeSilence({ ...silence, ...change(silence) }).replace(/"digest":"\w+"/, digest)
  }
  const rows: readonly { what: string; body: (now: number) => string; issue?: (now: number) => Partial<Issue> }[] = [
    { what: 'of another author', body: (now) => writeSilence(silenceAt(now)), issue: () => ({ author: 'octocat' }) },
    { what: 'of another repository', body: (now) => writeSilence(silenceAt(now, { repository: 'o/other' })) },
    { what: 'with a later end', body: edited(({ until }) => ({ until: until + dayMs })) },
    { what: 'with other servers', body: edited(() => ({ servers: ['*'] })) },
    { what: 'with no end in seven days', body: (now) => writeSilence(silenceAt(now, { until: now + 8 * dayMs })) },
    {
      what: 'with a new marker in an old issue',
      body: (now) => writeSilence(silenceAt(now)),
      issue: (now) => ({ createdAt: now - hourMs }),
    },
    {
      what: 'with an old marker in a new issue',
      body: (now) => writeSilence(silenceAt(now - 30 * minuteMs)),
    },
    { what: 'that does not begin with its marker', body: (now) => `words\n${writeSilence(silenceAt(now))}` },
    { what: 'whose marker is cut', body: (now) => writeSilence(silenceAt(now)).slice(0, -20) },
    { what: 'whose marker is no JSON', body: () => '<!-- ronde-silence:{"servers": -->' },
    {
      what: 'with too many patterns',
      body: (now) => writeSilence(silenceAt(now, { ids: Array.from({ length: 21 }, (_, at) => `a${at}`) })),
    },
    { what: 'with a key more', body: (now) => writeSilence(silenceAt(now)).replace('{"repository"', '{"more":1,"repository"') },
  ]
  test.each(rows)('$what', ({ body, issue = () => ({}) }) => {
    const world = createWorld()
    world.add({ body: body(world.now()), ...issue(world.now()) })
    const before = world.issue(1)
    expect(opened(world.run([hard('critical')]).writes)).toBe(1)
    world.wait(10 * dayMs)
    world.run([hard('critical')])
    expect(world.issue(1)).toEqual(before)
  })

  test('an edited one is told by its number', () => {
    const world = createWorld()
    add(world, {}, { body: '<!-- ronde-silence:{} -->' })
    expect(world.run([hard('ok')]).facts).toMatchObject({ brokenSilences: [1], unreadable: [], foreign: [] })
  })

  test('an incident whose texts hold a silence stays an incident', () => {
    const world = createWorld()
    const copied = writeSilence(silenceAt(world.now(), { servers: ['*'] }))
    world.run([hard('critical', { evidence: [copied], observed: copied, title: copied })])
    expect(opened(world.rounds(1, [hard('critical', { evidence: [copied] }), soft('critical', { certainty: 'hard' })]))).toBe(1)
  })
})

describe('a silence is never an incident', () => {
  test('not even with the marker of one inside', () => {
    const world = createWorld()
    world.run([hard('critical')])
    const marker = writeMarker(world.marker(1))
    const body = `${silenceBody(viewOf(silenceAt(world.now())))}\n${marker}`
    expect(readMarker({ author: bot, body }, [bot])).toEqual({ kind: 'silence' })
  })

  test('and has no fact among incidents', () => {
    const world = createWorld()
    add(world)
    expect(world.run([hard('ok')]).facts).toMatchObject({ open: 0, unreadable: [], foreign: [], brokenSilences: [] })
  })
})

describe('the issue of a silence', () => {
  const at = Date.parse('2026-11-22T00:16:00Z')
  const visible = (given: Partial<Silence>) =>
    silenceBody(viewOf(silenceAt(at, given)))
      .split('\n')
      .slice(2)
      .join('\n')

  test('says what is silent, until when, by whom and why, and how it ends', () => {
    expect(
      visible({ upTo: 'warning', ids: ['compose.*', 'host.*'] }),
    ).toBe(`**Silenced** until 2026-11-22 05:16 (UTC+4), for 1h, by \`ana\`.

| | |
|---|---|
| Servers | \`quiz-prod\` |
| Findings | \`compose.*\`, \`host.*\` |
| Subjects | all |
| Severity | warning; what is critical opens all the same |
| Reason | moving the database |

Nothing that this explains opens an incident; what is still bad afterwards does. Incidents that are open already go on, without escalation. It ends by itself; close this issue to end it now. [Run](https://github.example/o/r/actions/runs/1)`)
  })

  test('says as well what nobody stated', () => {
    const said = visible({ servers: ['*'], reason: '', run: '' })
    expect(said).toContain('| Servers | all |')
    expect(said).toContain('| Severity | all |')
    expect(said).toContain('| Reason | not stated |')
    expect(said).toMatch(/close this issue to end it now\.$/)
  })
})

describe('what people typed is inert', () => {
  test.each(hostileTexts.filter((text) => text !== '').map((text) => [text]))('%j', (text) => {
    const silence = silenceAt(Date.parse('2026-11-22T00:16:00Z'), { reason: text, ids: [text], subjects: [text], by: text.slice(0, 100) })
    const body = silenceBody(viewOf(silence))
    const visible = body.slice(body.indexOf('\n'))
    expect(body.split('\n')[0]).toMatch(/^<!-- ronde-silence:\{[ -~]*\} -->$/)
    expect(dangers(visible, { links: ['https://github.example/'] })).toEqual([])
    const issue = { number: 1, body, author: bot, createdAt: silence.since } as Issue
    const { active } = silencesIn([issue], { authors: [bot], repository: 'o/r' }, silence.since)
    expect(active.map((one) => one.silence)).toEqual([silence])
  })
})

/** As the runner stamps it, by what the part declares. */
const stampOf = (id: string): Partial<Finding> =>
  parts.some(({ disturbedByWork = [] }: { readonly disturbedByWork?: readonly string[] }) => disturbedByWork.includes(id))
    ? { disturbedByWork: true }
    : {}
const workUntil = (until: number): QuietPeriod => ({ kind: 'work', until, why: 'backup (process 7) works on this project' })

describe("Ronde's own work explains what it disturbs", () => {
  const rows: readonly { id: string; subject?: string; action?: string; opens: number }[] = [
    { id: 'compose.service', opens: 0 },
    { id: 'compose.restarts', opens: 0 },
    { id: 'endpoint.status', opens: 0 },
    { id: 'endpoint.reachable', opens: 0 },
    { id: 'postgres.reachable', opens: 0 },
    { id: 'postgres.connections', opens: 0 },
    { id: 'compose.oom', opens: 1 },
    { id: 'compose.config', opens: 1 },
    { id: 'endpoint.certificate', opens: 1 },
    { id: 'postgres.wraparound', opens: 1 },
    { id: 'host.disk', opens: 1 },
    { id: 'state.unwritable', opens: 1 },
    { id: 'recovery.pending', opens: 1 },
    { id: 'cert.expiry', action: 'cert-check', opens: 1 },
    { id: 'backup.failed', action: 'backup', opens: 1 },
  ]
  test.each(rows)('$id: $opens opened', ({ id, action = 'health-check', opens }) => {
    const world = createWorld()
    const quiet = [workUntil(world.now() + hourMs)]
    expect(opened(world.run([hard('critical', { id, ...stampOf(id) })], { quiet, action }).writes)).toBe(opens)
  })

  test.each([
    ['check/endpoints', { disturbedByWork: true }, 0],
    ['check/host', {}, 1],
  ] as const)('that %s could not look, stamped with %o: %i opened', (subject, stamp, opens) => {
    const world = createWorld()
    const quiet = [workUntil(world.now() + hourMs)]
    const unknown = soft('unknown', { id: 'check.failed', subject, certainty: 'hard', ...stamp })
    expect(opened(world.run([unknown], { quiet }).writes)).toBe(opens)
  })

  test('up to its deadline and not a moment longer', () => {
    const world = createWorld()
    const disturbed = hard('critical', { disturbedByWork: true })
    expect(opened(world.run([disturbed], { quiet: [workUntil(world.now() + 1)] }).writes)).toBe(0)
    expect(opened(world.run([disturbed], { quiet: [workUntil(world.now())] }).writes)).toBe(1)
  })
})

const kinds = (writes: readonly Write[]): readonly string[] => writes.map((one) => one.kind)

describe('rule 13: maintenance', () => {
  const window = { from: '04:00', to: '05:00' }
  const quiet = { kind: 'silence', until: Date.parse('2026-11-22T01:00:00Z'), why: 'silenced' } as const
  const rows: readonly { what: string; options: RunOptions }[] = [
    { what: 'a window', options: { maintenance: [window] } },
    { what: 'a window of this day', options: { maintenance: [{ ...window, days: ['sun'] }] } },
    { what: 'a window past midnight', options: { maintenance: [{ from: '23:00', to: '05:00', days: ['sat'] }] } },
    { what: 'a silence', options: { quiet: [quiet] } },
    { what: 'a silence of this subject', options: { quiet: [{ ...quiet, ids: ['compose.*'], subjects: ['service/db'] }] } },
  ]
  test.each(rows)('$what opens nothing, and what is still bad afterwards opens', ({ options }) => {
    const world = createWorld()
    expect(world.rounds(6, [hard('critical')], options)).toEqual([])
    world.wait(hourMs)
    expect(kinds(world.run([hard('critical')], options).writes)).toEqual(['create'])
  })

  const open: readonly { what: string; options: RunOptions }[] = [
    { what: 'a window of another day', options: { maintenance: [{ ...window, days: ['mon'] }] } },
    { what: 'a silence of another subject', options: { quiet: [{ ...quiet, subjects: ['service/web'] }] } },
    { what: 'a silence that is over', options: { quiet: [{ ...quiet, until: 1 }] } },
  ]
  test.each(open)('$what hides nothing', ({ options }) => {
    expect(kinds(createWorld().run([hard('critical')], options).writes)).toEqual(['create'])
  })
})
