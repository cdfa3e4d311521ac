import { describe, expect, test } from '@jest/globals'
import { decodeFacts, encodeFacts, keptFacts, type OutboxFact, openedUnseen } from '../../src/incidents/outbox.ts'
import { createWorld, hard, minuteMs, soft } from '../support/incident-world.ts'

const day = 24 * 60 * 60_000
const now = Date.parse('2026-12-05T00:00:00Z')
const fact = (given: Partial<OutboxFact> = {}): OutboxFact => ({
  fingerprint: 'v1abc',
  kind: 'opened',
  at: now - 1_000,
  status: 'critical',
  title: 'db is down',
  text: '',
  told: false,
  ...given,
})

describe('facts that GitHub could not be told', () => {
  test('come back as they were', () => {
    const facts = [fact(), fact({ kind: 'closed', status: 'ok', at: now - 1 })]
    expect(decodeFacts(encodeFacts(facts, now), now)).toEqual(facts)
  })

  test.each([
    { what: 'an opening is the first one', kind: 'opened', at: now - 3 },
    { what: 'any other is the last one', kind: 'worsened', at: now - 1 },
  ] as const)('of one incident and kind are one: $what, told once and for all', ({ kind, at }) => {
    const facts = [fact({ kind, at: now - 1 }), fact({ kind, at: now - 3 }), fact({ kind, at: now - 2, told: true })]
    expect(keptFacts(facts, now)).toEqual([fact({ kind, at, told: true })])
  })

  test('are at most a hundred, a week old, the critical ones first', () => {
    const warnings = Array.from({ length: 200 }, (_, index) => fact({ fingerprint: `w${index}`, status: 'warning' }))
    const kept = keptFacts([...warnings, fact({ at: now - 6 * day }), fact({ fingerprint: 'old', at: now - 8 * day })], now)
    expect(kept).toHaveLength(100)
    expect(kept[0]).toMatchObject({ fingerprint: 'v1abc' })
    expect(kept.filter((one) => one.fingerprint === 'old')).toEqual([])
  })

  test('stay small whatever their texts', () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      fact({ fingerprint: `f${index}`, title: 'x'.repeat(9_999), text: 'y'.repeat(99_999) }),
    )
    const text = encodeFacts(many, now)
    expect(text.length).toBeLessThan(150_000)
    expect(decodeFacts(text, now)).toHaveLength(100)
  })

  test.each(['', '{', 'null', '{"a":1}', '[1,null,{"fingerprint":""}]', '[[]]'])('a damaged note %j is no fact', (text) => {
    expect(decodeFacts(text, now)).toEqual([])
  })
})

describe('rule 11: while GitHub cannot be asked', () => {
  const rows = [
    { what: 'a hard fact is told when it begins, once', findings: [hard('ok'), hard('critical'), hard('critical')], told: [0, 1, 0] },
    {
      what: 'a sample when it is confirmed, once',
      findings: [soft('ok'), soft('critical'), soft('critical'), soft('critical')],
      told: [0, 0, 1, 0],
    },
  ]
  test.each(rows)('$what', ({ findings, told }) => {
    const world = createWorld()
    const counts = findings.map((one) => {
      world.wait(5 * minuteMs)
      const count = openedUnseen(world.input([one]), new Set()).length
      world.run([one], { dry: true })
      return count
    })
    expect(counts).toEqual(told)
  })
})
