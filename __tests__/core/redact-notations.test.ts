import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { eachReading } from '../../src/core/redact/notation/readings.ts'
import { createRedactor } from '../../src/core/redact/redact.ts'
import { anySecret, damages, notations, stacked, tells } from '../support/secret-notations.ts'

const told = (...secrets: readonly string[]) => {
  const redactor = createRedactor()
  for (const secret of secrets) redactor.add(secret)
  return redactor
}
const secret = 's3cr3t-Pässw0rd/xyz'
const others = ['p@ss w+rd/"1\\ü', "it's <b>&amp;</b> 100%sure", 'Tr0ub4dor&3%41x', 'plainpassword1']
const secrets = [secret, ...others]
const rows = secrets.flatMap((one) => [...notations, ...damages].map(({ name, write }) => ({ name, written: write(one), one })))

describe('a secret that was told is found', () => {
  test.each(rows)('as $name: $written', ({ written, one }) => {
    const seen = told(one).redact(`error: ${written} at the end`)
    expect(seen).toContain('***')
    expect(seen).toMatch(/^error: .* at the end$/s)
    expect(tells(seen, one)).toBe(false)
  })

  test('in any notation on top of any two others', () => {
    fc.assert(
      fc.property(anySecret, stacked, (one, { write }) => {
        const seen = told(one).redact(`error: "${write(one)}", said the server`)
        expect(seen).toContain('***')
        expect(tells(seen, one)).toBe(false)
      }),
      { numRuns: 400 },
    )
  })

  test.each([
    ['at the mark of a cut', `got ${secret.slice(0, 9)}…`],
    ['at three dots, as PostgreSQL writes them', `LINE 1: ...PASSWORD ${secret.slice(0, 9)}...`],
    ['behind three dots', `LINE 1: ...${secret.slice(8)} VALID`],
    ['inside an escape', `got s3cr3t-P\\u00…`],
    ['inside base64', `got ${Buffer.from(secret).toString('base64').slice(0, 16)}…`],
    ['at the end, without a word', `got ${secret.slice(0, 13)}`],
  ])('cut %s', (_, text) => {
    const seen = told(secret).redact(text)
    expect(seen).toContain('***')
    expect(seen).not.toMatch(/cr3t|ssw0|rd\/x|czNj/)
  })

  test('over several lines of a list', () => {
    const lines = ['before', secret.slice(0, 8), secret.slice(8), 'after']
    expect(told(secret).redactDeep(lines)).toEqual(['before', '***', '***', 'after'])
  })

  test('as the credentials that it says when it was told in base64', () => {
    expect(told(btoa('quiz:hunter22hunter')).redact('password hunter22hunter of quiz')).toBe('password *** of quiz')
  })
})

describe('what is like a secret and none', () => {
  test.each([
    ['another word', 'quiz-secret-1', 'quiz-secret-2'],
    ['words that only stand near each other', 'abcd', 'ab cd'],
    ['a beginning', 'correct horse battery staple', 'a correct answer'],
    ['the end of a URL', 'postgresql://quiz:hunter2hunter@db.example:5432/quiz', 'db.example:5432/quiz: no answer'],
  ])('%s stays', (_, one, text) => {
    expect(told(one).redact(text)).toBe(text)
  })
})

describe('the work', () => {
  const pieces = [
    'a',
    'VVVV',
    'eyJ',
    'c2Vj',
    '41',
    '65,',
    '\\',
    '\\\\"',
    '\\u0041',
    '%2541',
    '&amp;',
    '&#',
    '=41',
    'corr…',
    's3cr3t-P',
    'ä',
    ' ',
    '\u001b]',
    '%',
  ]
  test.each(pieces.map((piece) => ({ piece })))('on $piece, over and over, is at most a few times the text', ({ piece }) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length))
    let read = 0
    eachReading(text, { short: true, wide: true }, (view) => {
      read += view.text.length
    })
    expect(read).toBeLessThanOrEqual(text.length * 9 + 100_000)
  })

  test('that would be more than that is not done, and then nothing is shown', () => {
    const nested = Array.from({ length: 6 }).reduce<string>((so) => Buffer.from(so).toString('base64'), 'Zx'.repeat(4_000))
    const piece = Array.from({ length: 40 }, () => nested.slice(0, 4_000)).join('%41 ')
    const seen = told(secret).redact(piece + secret)
    expect(seen).not.toContain(secret)
  })
})
