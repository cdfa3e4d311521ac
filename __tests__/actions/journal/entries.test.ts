import { describe, expect, test } from '@jest/globals'
import { entriesOf } from '../../../src/actions/journal/entries.ts'
import type { Issue } from '../../../src/contract/issues.ts'
import { fingerprint, readMarker, writeMarker } from '../../../src/incidents/marker.ts'
import type { Marker } from '../../../src/incidents/model.ts'
import { bot, createWorld, dayMs, hard, hourMs, minuteMs } from '../../support/incident-world.ts'

const world = createWorld()
world.run([hard('critical')])
const [sample, opened] = [world.marker(1), world.issue(1)]
const now = sample.since + 10 * dayMs
const scope = { authors: [bot], repository: sample.repository, now, redact: (text: string) => text.replaceAll('secret', '***') }

const closed = (number: number, given: Partial<Marker> = {}, issue: Partial<Issue> = {}): Issue => {
  const marker = { ...sample, closed: sample.since + minuteMs, ...given }
  const body = writeMarker({ ...marker, fingerprint: fingerprint(marker) })
  return { ...opened, number, title: 'db: exited', body, updatedAt: sample.since + minuteMs, ...issue }
}
const entries = (...issues: readonly Issue[]) => entriesOf(issues, scope).entries
const byHand = (agoMs: number, issue: Partial<Issue> = {}) => closed(1, { closed: undefined }, { closedAt: now - agoMs, ...issue })

describe('what belongs into the journal', () => {
  test('is an incident of this repository and of our authors, and no double of another', () => {
    expect(readMarker(closed(1), [bot]).kind).toBe('ours')
    const [entry] = entries(
      closed(1),
      closed(2, { repository: 'm/x' }),
      closed(3, { duplicate: true }),
      closed(4, {}, { author: 'mallory' }),
      closed(5, {}, { body: 'just an issue' }),
      closed(6, { repository: 'm/x', duplicate: true }),
    )
    expect(entries(closed(1), closed(2, { repository: 'm/x' }), closed(3, { duplicate: true }))).toHaveLength(1)
    expect(entry?.key).toBe(`1:${sample.since + minuteMs}`)
  })

  test('waits a day where a person closed it, for it may be reopened', () => {
    expect(entriesOf([byHand(dayMs - 1)], scope)).toMatchObject({ entries: [], waiting: [1] })
    expect(entriesOf([byHand(dayMs)], scope)).toMatchObject({ entries: [{ number: 1, closedAt: now - dayMs }], waiting: [] })
    expect(entriesOf([closed(1, { closed: now - minuteMs })], scope).waiting).toEqual([])
  })

  test('is closed when its marker says so, else the issue, else its last change', () => {
    expect(entries(closed(1, { closed: 5 }, { closedAt: 6 }))[0]?.closedAt).toBe(5)
    expect(entries(byHand(2 * dayMs))[0]?.closedAt).toBe(now - 2 * dayMs)
    const { closedAt: _, ...without } = byHand(0, { updatedAt: now - 3 * dayMs })
    expect(entries(without as Issue)[0]?.closedAt).toBe(now - 3 * dayMs)
  })

  test('comes in the order of its closing, then of its number', () => {
    const at = (number: number, closedAt: number) => closed(number, { closed: closedAt })
    expect(entries(at(3, 20), at(9, 10), at(2, 20)).map(({ number }) => number)).toEqual([9, 2, 3])
  })

  test('says who did what, redacted', () => {
    const events = [
      { at: 1, what: 'opened' },
      { at: 2, what: 'acknowledged for 2 h by ana' },
      { at: 3, what: 'the secret was seen' },
    ]
    const [entry] = entries(closed(1, { events, cause: 'a secret', fix: 'no secret' }, { title: 'secret: exited' }))
    expect(entry).toMatchObject({
      title: '***: exited',
      cause: 'a ***',
      fix: 'no ***',
      deeds: 'acknowledged for 2 h by ana; closed by itself',
      events: [{ what: 'opened' }, { what: 'acknowledged for 2 h by ana' }, { what: 'the *** was seen' }],
    })
    expect(entries(byHand(dayMs, { closedBy: 'ana' }))[0]?.deeds).toMatch(/closed by ana$/)
    const { closedBy: _, ...nobody } = byHand(dayMs)
    expect(entries(nobody as Issue)[0]?.deeds).toMatch(/closed by somebody$/)
  })

  test.each<[string, Partial<Marker>, boolean]>([
    ['half an hour', { closed: sample.since + 30 * minuteMs }, false],
    ['longer than that', { closed: sample.since + 30 * minuteMs + 1 }, true],
    ['one reopening', { reopened: 1 }, false],
    ['two reopenings', { reopened: 2 }, true],
    ['an escalation', { escalated: true }, true],
    ['an hour', { closed: sample.since + hourMs }, true],
  ])('after %s asks for a post-mortem: %j', (_what, given, postMortem) => {
    expect(entries(closed(1, given))[0]?.postMortem).toBe(postMortem)
  })
})
