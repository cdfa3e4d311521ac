import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { patternTrouble } from '../../../src/core/text/line-pattern.ts'
import { matchLines } from '../../../src/tools/bounded-match.ts'

describe('a pattern for lines that somebody else wrote', () => {
  test.each([
    'Purge OK',
    'Purge OK: (?<rows>\\d+) rows',
    '^\\[(?:INFO|WARN)\\] purge (?<rows>\\d{1,9})$',
    'a(b)?c',
    '(?:abc)+',
    '\\(a+\\)+',
    '[(a+)]+',
    'deleted=(?<rows>\\d+).*table=game',
  ])('may be %s', (pattern) => {
    expect(patternTrouble(pattern)).toBeUndefined()
  })

  test.each([
    ['(', 'is no regular expression: Unterminated group'],
    ['(a+)+$', 'repeats a group'],
    ['(?:a|aa)*b', 'repeats a group'],
    ['((ab*)c)+', 'repeats a group'],
    ['(?<rows>(\\d+))*', 'repeats a group'],
    ['(a?){30}', 'repeats a group'],
    ['(.)\\1', 'refers back'],
    ['(?<x>a)\\k<x>', 'refers back'],
    ['(?=a+)b', 'looks ahead'],
    ['(?<!a)b', 'looks ahead or behind'],
    ['a'.repeat(501), 'longer than 500'],
  ])('may not be %s', (pattern, trouble) => {
    expect(patternTrouble(pattern)).toContain(trouble)
  })

  test('is read in bounded time, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab()|*+?{}[]\\1<>=:^$,')), maxLength: 500 }), (pattern) => {
        const startedAt = performance.now()
        patternTrouble(pattern)
        expect(performance.now() - startedAt).toBeLessThan(1_000)
      }),
    )
  })
})

describe('matching', () => {
  test('gives the lines and their rows', async () => {
    const lines = ['nothing', 'Purge OK: 12 rows', 'Purge OK: many rows']
    expect(await matchLines('Purge OK(: (?<rows>\\d+))?', lines, 1_000)).toEqual([
      { index: 1, rows: '12' },
      { index: 2, rows: undefined },
    ])
  })

  test('is interrupted when it takes too long, though the pattern was let through', async () => {
    const startedAt = performance.now()
    expect(await matchLines('(a+)+$', [`${'a'.repeat(4_000)}!`], 200)).toBe('late')
    expect(performance.now() - startedAt).toBeLessThan(3_000)
  })
})
