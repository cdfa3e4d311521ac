import { describe, expect, test } from '@jest/globals'
import { planFact, planOf, refusedDigest } from '../../src/contract/plan.ts'

const lines = [{ does: 'replace', subject: 'database quiz', bytes: 10 }]
const plan = planOf(lines, { backup: 'a', rows: 3 })

describe('the digest of a plan', () => {
  test('is the same in whatever order facts and lines were written', () => {
    const [line] = lines
    expect(planOf([{ bytes: 10, subject: 'database quiz', does: 'replace', ...line }], { rows: 3, backup: 'a' }).digest).toBe(plan.digest)
  })

  test.each([
    ['another line', planOf([...lines, { does: 'stop', subject: 'service web', bytes: 0 }], { backup: 'a', rows: 3 })],
    ['lines in another order', planOf([{ does: 'stop', subject: 'x', bytes: 0 }, ...lines], {})],
    ['another size', planOf([{ does: 'replace', subject: 'database quiz', bytes: 11 }], { backup: 'a', rows: 3 })],
    ['another fact', planOf(lines, { backup: 'a', rows: 4 })],
    ['a text for a number', planOf(lines, { backup: 'a', rows: '3' })],
  ])('changes with %s', (_, other) => {
    expect(other.digest).not.toBe(plan.digest)
  })

  test.each([
    [plan.digest, undefined],
    [plan.digest.slice(0, 16), undefined],
    [plan.digest.slice(0, 15), 'a digest has 16 to 64 of the digits 0-9a-f'],
    ['', 'a digest has 16 to 64 of the digits 0-9a-f'],
    [plan.digest.toUpperCase().replace(/^\d*/, 'A'), 'a digest has 16 to 64 of the digits 0-9a-f'],
    [`${plan.digest}0`, 'it is the digest of another plan: what would be done has changed since; look at the new plan'],
    [planOf([]).digest, 'it is the digest of another plan: what would be done has changed since; look at the new plan'],
  ])('%s is taken or refused: %s', (given, refused) => {
    expect(refusedDigest(plan, given)).toBe(refused)
  })
})

test('a plan stands in the facts with its lines and its digest', () => {
  expect(planFact(plan)).toEqual({ lines, digest: plan.digest })
})
