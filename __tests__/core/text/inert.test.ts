import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { inertBlock, inertLine, withAddresses } from '../../../src/core/text/inert.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'
import { parseCommand } from '../../support/runner/commands.ts'

const obeyed = (line: string): unknown => parseCommand(line, () => true)
const pieces = [
  ':',
  '::',
  '##',
  '#',
  '[',
  ']',
  'error',
  'add-mask',
  ' ',
  '\r',
  '\n',
  '\u2028',
  '\u200b',
  '\u00ad',
  '\u001b[',
  '\u001b]',
  '\u0007',
  'm',
  '\t',
  'x',
]
const nasty = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''))
const anything = fc.oneof(nasty, anyText)
/** What is not ignored when the runner compares by the rules of a culture. */
const significant = (line: string): string => line.replace(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')

describe('a line for the log', () => {
  test.each(hostileTexts.map((text) => ({ text })))('is obeyed by no runner: $text', ({ text }) => {
    expect(obeyed(inertLine(text))).toBeUndefined()
  })

  test('is one visible line that holds neither :: nor ##[, even for a runner that skips invisible characters', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const line = inertLine(text)
        expect(significant(line)).toBe(line)
        expect(line).not.toMatch(/::|##\[|[\r\n\u2028\u2029\u0085]/)
        expect(obeyed(line)).toBeUndefined()
      }),
    )
  })

  test('breaks the marks also around every character that collation ignores', () => {
    const collator = new Intl.Collator('en')
    const ignored = Array.from({ length: 0x11_0000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((one) => collator.compare(`:${one}:`, '::') === 0)
    expect(ignored.length).toBeGreaterThan(470)
    for (const one of ignored) {
      expect(collator.compare(inertLine(`:${one}:`), '::')).not.toBe(0)
      for (const mark of [`#${one}#[`, `##${one}[`, `#${one}#${one}[`]) expect(collator.compare(inertLine(mark), '##[')).not.toBe(0)
    }
    expect(inertLine(':\u0640\u0301:error:\u0591: x')).toBe(':\u200a\u0640\u0301:error:\u200a\u0591: x')
  })

  const rows = [
    { text: '\u001b[31mred\u001b[0m and \u001b]8;;https://x.example\u0007link\u001b]8;;\u0007', line: 'red and link' },
    { text: 'a\r\nb\tc\u2028d', line: 'a b c d' },
    { text: 'user\u202egnp.exe', line: 'usergnp.exe' },
    { text: '\u001b]unterminated stays readable', line: 'unterminated stays readable' },
    { text: '  keeps its indent, é and 日本', line: '  keeps its indent, é and 日本' },
  ]
  test.each(rows)('shows what a person should read: $line', ({ text, line }) => {
    expect(inertLine(text)).toBe(line)
  })

  test('is bounded, also for a text of many megabytes, and never cut inside a character', () => {
    const line = inertLine('😀'.repeat(5_000_000))
    expect(line).toHaveLength(1_999)
    expect(line.isWellFormed() && line.endsWith('😀…')).toBe(true)
  })
})

describe('a block for the log', () => {
  test('is inert line by line', () => {
    expect(inertBlock('one\r\n::error::two\n##[group]three\n')).toEqual(['one', ':\u200a:error:\u200a:two', '##\u200a[group]three'])
  })

  test('says how many lines it left out', () => {
    expect(inertBlock('a\nb\nc\nd', { maxLines: 2 })).toEqual(['a', 'b', '… 2 lines left out'])
  })
})

test.each([
  ['write [::1:9547]:443', 'write [::1:9547]:443'],
  ['[2001:db8::1]', '[2001:db8::1]'],
  ['[::error::x]', '[:\u200A:error:\u200A:x]'],
  ['::1', ':\u200A:1'],
])('of %j a message keeps addresses in brackets', (text, kept) => {
  expect(withAddresses(inertLine(text))).toBe(kept)
})
