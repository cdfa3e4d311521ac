import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { codeBlock, codeSpan, markdownAdvice, markdownText } from '../../../src/core/text/markdown.ts'
import { anyText, hostileTexts } from '../../support/hostile-texts.ts'
import { dangers, renderGitHub } from '../../support/markdown.ts'

/** What the places below are made of; any other element was written by the text. */
const ours = new Set(['p', 'ul', 'li', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'code', 'pre'])
const foreignTags = (markdown: string): readonly string[] =>
  [...renderGitHub(markdown).matchAll(/<\/?([a-z][a-z0-9]*)/g)].map((match) => match[1] ?? '').filter((tag) => !ours.has(tag))
const faults = (markdown: string): readonly string[] => [...dangers(markdown), ...foreignTags(markdown)]

const table = (...cells: readonly string[]): string => `| a | b |\n| --- | --- |\n| ${cells.join(' | ')} |\n`
const cellsOf = (markdown: string): number => renderGitHub(markdown).match(/<td/g)?.length ?? 0
const places: readonly { place: string; put: (text: string) => string }[] = [
  { place: 'a table cell', put: (text) => table(markdownText(text), codeSpan(text)) },
  { place: 'the advice of a table', put: (text) => table(markdownAdvice(text), markdownAdvice(`first \`${text}\` then`)) },
  { place: 'a line of its own', put: (text) => `${markdownText(text, { inTable: false })}\n` },
  { place: 'a list item', put: (text) => `- ${codeSpan(text, { inTable: false })}: ${markdownAdvice(text, { inTable: false })}\n` },
  { place: 'a block', put: (text) => `${codeBlock(text, { maxLines: 20, maxChars: 200 })}\n` },
]
/** Text made of the pieces that Markdown, GitHub or HTML act upon. */
const pieces = [
  '@',
  '#',
  '1',
  'GH-',
  'a',
  ' ',
  '|',
  '\\',
  '`',
  '``',
  '<',
  '>',
  '!--',
  '[',
  ']',
  '(',
  ')',
  '*',
  '_',
  '~',
  '&',
  '://',
  'https',
  'www.',
  '.',
  'x',
  '-',
  '\n',
  '$',
  'deadbeef',
  '"',
]
const nasty = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''))

describe.each(places)('untrusted text in $place', ({ put }) => {
  test.each(hostileTexts.map((text) => ({ text })))('only shows itself: $text', ({ text }) => {
    expect(faults(put(text))).toEqual([])
  })

  test('only shows itself, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(nasty, anyText), (text) => expect(faults(put(text))).toEqual([])),
      { numRuns: 200 },
    )
  })
})

describe('a table', () => {
  test('keeps its cells, whatever they hold', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(cellsOf(table(markdownText(text), codeSpan(text)))).toBe(2)
        expect(cellsOf(table(codeSpan(text), markdownAdvice(text)))).toBe(2)
      }),
      { numRuns: 200 },
    )
  })
})

describe('what a reader sees', () => {
  const rows = [
    { text: 'day_date 2026-12-04 of *game*', html: 'day_date 2026-12-04 of *game*' },
    { text: 'a | b', html: 'a | b' },
    { text: 'tail \\', html: 'tail \\' },
    { text: '12 < 97', html: '12 &lt; 97' },
    { text: 'see https://quiz.example/api.', html: 'see <code>https://quiz.example/api</code>.' },
    { text: 'image 0a1b2c3d4e5f is old', html: 'image <code>0a1b2c3d4e5f</code> is old' },
  ]
  test.each(rows)('$text', ({ text, html }) => {
    expect(renderGitHub(markdownText(text, { inTable: false }))).toBe(`<p>${html}</p>`)
    expect(renderGitHub(table(markdownText(text), 'x'))).toContain(`<td>${html}</td>`)
  })

  test('code keeps its backticks and pipes', () => {
    expect(renderGitHub(table(codeSpan('a `b` | ``c'), 'x'))).toContain('<td><code>a `b` | ``c</code></td>')
  })

  test('a command in backticks becomes code and the words around it stay', () => {
    expect(markdownAdvice('first `docker compose ps`, then look')).toBe('first `docker compose ps`, then look')
  })

  test('what follows "run: " becomes code to copy', () => {
    expect(markdownAdvice('not readable by runner; run: sudo setfacl -m u:runner:r /var/log/x')).toBe(
      'not readable by runner; run: `sudo setfacl -m u:runner:r /var/log/x`',
    )
  })

  test('a long text is cut and says so', () => {
    expect(markdownText('x'.repeat(1_000), { maxChars: 10 })).toBe('xxxxxxxxx…')
  })
})
