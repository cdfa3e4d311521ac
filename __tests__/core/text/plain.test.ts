import { describe, expect, test } from '@jest/globals'
import { ansiAt, plainLine, shorten, unseenAt } from '../../../src/core/text/plain.ts'

describe('a terminal sequence', () => {
  test.each([
    ['\u001b[31mred', 5],
    ['\u009b31mred', 4],
    ['\u0090title\u009c', 7],
    ['\u0098title\u009c', 7],
    ['\u009dtitle\u0007', 7],
    ['\u009ftitle\u001b\\', 8],
    ['\u001b]0;title\u0007', 10],
    ['\u001b(B', 3],
    ['\u008fx', undefined],
    ['\u00a0x', undefined],
    ['\u0091x', undefined],
    ['[31m', undefined],
  ])('%j ends at %s', (text, end) => {
    expect(ansiAt(text, 0)).toBe(end)
  })

  test('goes, and what it shows with it where a title was meant', () => {
    expect(plainLine('\u001b[1ma\u001b[0m\u0090b\u009cc\td\r\ne\u200bf\u2028g')).toBe('ac d ef g')
  })
})

test.each([
  [0x1f, true],
  [0x20, false],
  [0x7e, false],
  [0x7f, true],
  [0x9f, true],
  [0xa0, false],
  [0xad, true],
  [0x200b, true],
  [0xffff, false],
])('the character %i has no shape: %s', (code, unseen) => {
  expect(unseenAt(code)).toBe(unseen)
})

test('what is cut says so, and no character is cut in two', () => {
  expect([shorten('abc', 3), shorten('abcd', 3), shorten('a\u{1f600}bc', 3)]).toEqual(['abc', 'ab…', 'a…'])
})
