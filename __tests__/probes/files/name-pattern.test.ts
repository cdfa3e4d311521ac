import { expect, test } from '@jest/globals'
import { nameMatcher } from '../../../src/probes/files/name-pattern.ts'

test.each([
  ['*.pem', 'a.pem', true],
  ['*.pem', '.pem', false],
  ['.*', '.pem', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[!a-c]x', 'dx', true],
  ['[.-]x', '-x', true],
  ['[x', '[x', true],
  ['[]x', '[]x', true],
  ['a.c', 'abc', false],
  ['(a|b)+', '(a|b)+', true],
  ['a*b*c', 'axbxbxc', true],
  ['a*b*c', 'axbxbx', false],
  ['**', '', true],
  ['', '', true],
])('%s and %j: %s', (pattern, name, expected) => {
  expect(nameMatcher(pattern)(name)).toBe(expected)
})

test('many runs against a name that is made for them come to an end', () => {
  expect(nameMatcher(`${'*a'.repeat(100)}*b`)('a'.repeat(255))).toBe(false)
  expect(nameMatcher('*'.repeat(900))('a'.repeat(255))).toBe(true)
})
