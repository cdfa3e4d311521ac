import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type LinePattern, patternTrouble, readLinePattern } from '../../../src/core/text/line-pattern.ts'

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
    '\\(?=a\\)',
    'gel\\u00f6scht',
    '(a+)+$',
    '(?:a|aa)*b',
    '(?<rows>(\\d+))*',
  ])('may be %s', (pattern) => {
    expect(patternTrouble(pattern)).toBeUndefined()
  })

  test.each([
    ['(', 'is no regular expression: missing closing )'],
    ['a**', 'is no regular expression: invalid nested repetition operator'],
    ['((a{100}){100}){100}', 'invalid repeat count'],
    ['a{1000}b{1000}c{1000}d{1000}e{1000}f{1000}', 'repeats too much'],
    ['(.)\\1', 'refers back'],
    ['(?<x>a)\\k<x>', 'refers back'],
    ['(?=a+)b', 'looks ahead'],
    ['(?<!a)b', 'looks ahead or behind'],
    ['a'.repeat(501), 'longer than 500'],
  ])('may not be %s', (pattern, trouble) => {
    expect(patternTrouble(pattern)).toContain(trouble)
  })

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab()|*+?{}[]\\1<>=:^$,')), maxLength: 60 }), (pattern) => {
        const read = readLinePattern(pattern)
        expect('matches' in read ? typeof read.matches('aab b') : read.trouble).not.toBe('')
      }),
    )
  })
})

const isNative = (pattern: string): boolean => {
  try {
    return new RegExp(pattern) instanceof RegExp
  } catch {
    return false
  }
}

describe('matching', () => {
  const read = (pattern: string) => readLinePattern(pattern) as LinePattern

  test('tells which lines, and what the named group holds in them', () => {
    const { matches, group } = read('Purge OK(: (?<rows>\\d+))?')
    const lines = ['nothing', 'Purge OK: 12 rows', 'Purge OK: many rows']
    expect(lines.map(matches)).toEqual([false, true, true])
    expect(lines.map((line) => group(line, 'rows'))).toEqual([undefined, '12', undefined])
    expect(read('Purge OK').group('Purge OK', 'rows')).toBeUndefined()
  })

  // With an engine that backtracks none of them comes to an end.
  test.each(['(a+)+$', '(?:a|aa)*b$', '(?:a?){30}a{30}b', '.*.*.*.*.*.*(?<rows>\\d+)x', '(?<rows>(?:\\w|a)*)*!!'])(
    'of %s with a line that is made for it comes to an end',
    (pattern) => {
      const { matches, group } = read(pattern)
      const hostile = `${'a'.repeat(200_000)}!`
      expect(matches(hostile)).toBe(false)
      expect(group(hostile.slice(-4_096), 'rows')).toBeUndefined()
    },
  )

  test('means what the engine of JavaScript means, where both take the pattern', () => {
    expect.hasAssertions()
    const unit = fc.constantFrom('a', 'b', '1', '.', '\\d', '(?:', ')', '[ab]', '|', '*', '+', '?', '{2}', '^', '$', '\\b')
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 8 }),
        (parts, line) => {
          const pattern = parts.join('')
          const linear = readLinePattern(pattern)
          const both = 'matches' in linear && isNative(pattern)
          expect([pattern, line, both && linear.matches(line)]).toEqual([pattern, line, both && new RegExp(pattern).test(line)])
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
