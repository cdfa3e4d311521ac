import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { agreedNow, fingerprint, readMarker, withoutMarker, writeMarker } from '../../src/incidents/marker.ts'
import type { Marker } from '../../src/incidents/model.ts'
import { anyText, hostileTexts } from '../support/hostile-texts.ts'
import { bot, createWorld, hard } from '../support/incident-world.ts'
import { dangers } from '../support/markdown.ts'

const sample = (): Marker => {
  const world = createWorld()
  world.run([hard('critical')])
  return world.marker(1)
}
const saying = (text: string): Marker => {
  const marker = { ...sample(), key: text, cause: text, worst: { status: 'critical' as const, observed: text } }
  return { ...marker, fingerprint: fingerprint(marker) }
}
const read = (body: string, author = bot) => readMarker({ author, body }, [bot])
const shown = (marker: Marker) => ({ ...marker, cause: marker.cause.slice(0, 250), worst: '' })

describe('the marker', () => {
  test.each(hostileTexts.map((text) => ({ text })))('holds on one line and comes back: $text', ({ text }) => {
    const line = writeMarker(saying(text))
    expect(line.indexOf('-->')).toBe(line.length - 3)
    expect(line).toMatch(/^[ -~]+$/)
    expect(dangers(line, { comment: /^<!-- ronde:\{.*\} -->$/ })).toEqual([])
    expect(read(`${line}\n\n**Critical**`)).toMatchObject({ kind: 'ours', marker: { key: text } })
  })

  test('whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const given = saying(text)
        const got = read(writeMarker(given))
        expect(got.kind === 'ours' && shown(got.marker)).toEqual(shown(given))
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['health-check', 'endpoint.status', 'https://quiz.example/', true],
    ['health-check', 'compose.config', 'compose', false],
    ['health-check', 'monitoring.broken', 'check/compose', true],
    ['cert-check', 'monitoring.broken', 'check/endpoints', false],
  ])('of an older release, of %s %s %s: our own work may explain it: %s', (action, id, key, disturbed) => {
    const { disturbed: _, ...older } = { ...sample(), action, id, key }
    const body = writeMarker({ ...older, fingerprint: fingerprint(older) } as Marker)
    expect(body).not.toContain('disturbed')
    expect(read(body)).toMatchObject({ kind: 'ours', marker: { disturbed } })
  })

  const line = () => writeMarker(sample())
  const rows: readonly { what: string; body: () => string; author?: string; kind: string }[] = [
    { what: 'as it was written', body: line, kind: 'ours' },
    { what: 'with Windows line ends behind it', body: () => `${line()}\r\n\r\ntext`, kind: 'ours' },
    { what: 'with a sentence of a person above it', body: () => `looking at it\n\n${line()}`, kind: 'ours' },
    {
      what: 'with an optional part broken by hand',
      body: () => line().replace(/"reminders":\{[^}]*\}/, '"reminders":"none"'),
      kind: 'ours',
    },
    { what: 'of another author', body: line, author: 'mallory', kind: 'foreign' },
    { what: 'with another server', body: () => line().replace('quiz-prod', 'quiz-test'), kind: 'unreadable' },
    { what: 'with a severity that there is not', body: () => line().replace('"status":"critical"', '"status":"ok"'), kind: 'unreadable' },
    { what: 'cut off', body: () => line().slice(0, 200), kind: 'unreadable' },
    { what: 'only in a code block', body: () => `text\n\`\`\`\n${line()}\n\`\`\``, kind: 'unreadable' },
    { what: 'in an emptied body', body: () => '', kind: 'unreadable' },
    { what: 'that is no JSON', body: () => '<!-- ronde:{"a} -->', kind: 'unreadable' },
  ]
  test.each(rows)('$what: $kind', ({ body, author = bot, kind }) => {
    expect(read(body(), author).kind).toBe(kind)
  })

  test('keeps its size, and the first and latest of its events', () => {
    const events = Array.from({ length: 500 }, (_, at) => ({ at, what: `event ${at}` }))
    const children = Array.from({ length: 500 }, (_, at) => ({
      id: 'endpoint.status',
      key: `${at}`.repeat(200),
      status: 'critical' as const,
    }))
    const text = writeMarker({ ...sample(), events, children })
    expect(text.length).toBeLessThan(30_000)
    const got = read(text)
    expect(got.kind === 'ours' && got.marker.events.map((one) => one.at)).toEqual([0, ...Array.from({ length: 29 }, (_, at) => 471 + at)])
  })

  test('goes from a body without a trace', () => {
    expect(withoutMarker(`${line()}\n\n**Critical** since`)).toBe('**Critical** since')
    expect(withoutMarker('no marker')).toBe('no marker')
  })
})

describe('the fingerprint', () => {
  test('is v1 and twelve digits of its parts', () => {
    const parts = { repository: 'o/r', server: 's', project: 'p', action: 'a', id: 'i', key: 'k' }
    // The beginning of the SHA-256 of `o/r|s|p|a|i|k`.
    expect(fingerprint(parts)).toBe('v11c20afc35443')
    for (const part of Object.keys(parts)) expect(fingerprint({ ...parts, [part]: 'x' })).not.toBe(fingerprint(parts))
  })
})

const now = 1_000_000_000_000
const hourMs = 3_600_000

describe('what was agreed on lasts as long as a command can make it last', () => {
  test.each([
    ['silenced', -1, false],
    ['silenced', 0, false],
    ['silenced', 1, true],
    ['silenced', 7 * 24 * hourMs, true],
    ['silenced', 7 * 24 * hourMs + 1, false],
    ['acknowledged', 24 * hourMs, true],
    ['acknowledged', 24 * hourMs + 1, false],
  ] as const)('%s up to %i ms from now: %s', (what, ms, isAgreed) => {
    const one = { by: 'ana', until: now + ms, status: 'critical' as const }
    expect(agreedNow({ silenced: one, acknowledged: one }, what, now) !== undefined).toBe(isAgreed)
  })
})
