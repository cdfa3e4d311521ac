import { expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { matches, matchesAny } from '../../../src/core/text/pattern.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'

const rows: readonly [pattern: string, text: string, expected: boolean][] = [
  ['*', '', true],
  ['*', 'anything', true],
  ['endpoint.*', 'endpoint.status', true],
  ['endpoint.*', 'endpointless', false],
  ['*/api', 'https://quiz.example/api', true],
  ['*/api', 'https://quiz.example/api/v2', false],
  ['https://*/api/*', 'https://quiz.example/api/health', true],
  ['https://*/api/*', 'https://x/other', false],
  ['https://*/api/*', 'https://api/', false],
  ['*b*', 'aca', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*a', 'aba', true],
  ['a*b*a', 'ab', false],
  ['quiz-prod', 'quiz-prod', true],
  ['quiz-prod', 'quiz-prod2', false],
  ['quiz.prod', 'quiz-prod', false],
  ['[a-z]+', 'abc', false],
  ['', 'a', false],
]
test.each(rows)('the pattern %j and the text %j: %j', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected)
})

test('whatever text stands around stars is matched by what it was made from', () => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1, maxLength: 5 }), fc.array(anyText, { minLength: 5, maxLength: 5 }), (parts, between) => {
      const literal = parts.map((one) => one.replaceAll('*', ''))
      const text = literal.map((one, index) => (index === 0 ? one : `${between[index] ?? ''}${one}`)).join('')
      expect(matches(literal.join('*'), text)).toBe(true)
    }),
  )
  for (const text of hostileTexts) expect(matchesAny([text.replaceAll('*', '')], text.replaceAll('*', ''))).toBe(true)
})

test('a hostile text is walked through once: no look goes back behind an earlier one', () => {
  const looks = jest.spyOn(String.prototype, 'indexOf')
  try {
    expect(matches(`${'*a'.repeat(90)}*b`, 'a'.repeat(200_000))).toBe(false)
    const from = looks.mock.calls.map(([, at = 0]) => at)
    expect(from).toHaveLength(90)
    expect(from.filter((at, index) => at <= (from[index - 1] ?? -1))).toEqual([])
  } finally {
    looks.mockRestore()
  }
})
