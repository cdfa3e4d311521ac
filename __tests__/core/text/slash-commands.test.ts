import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { slashCommandLines } from '../../../src/core/text/slash-commands.ts'
import { startCpuTime } from '../../support/cpu-time.ts'
import { saidAt } from '../../support/markdown-said.ts'

const command = '/silence 7d'
/** `@` stands for the command on a line of its own. */
const at = (text: string): string => text.replaceAll('@', command)

describe('what is shown is not said', () => {
  const rows: readonly { what: string; body: string }[] = [
    { what: 'a fence of backticks', body: '```\n@\n```' },
    { what: 'a fence of tildes', body: '~~~ text\n@\n~~~' },
    { what: 'a fence that is never closed', body: '```\nlog\n\n@' },
    { what: 'a longer fence around a shorter one', body: '````\n```\n@\n```\n````' },
    { what: 'a fence that the other kind does not close', body: '```\n~~~\n@\n```' },
    { what: 'a fence that a line with words does not close', body: '```\n``` log\n@\n```' },
    { what: 'a fence in a list', body: '- log:\n  ```\n  x\n\n@\n  ```' },
    { what: 'a fence in a list item', body: '- ```\n\n@\n\n  ```' },
    { what: 'a fence too deep to be one', body: '    ```\n\n@\n\n    ```' },
    { what: 'a fence behind words', body: 'log: ```\n\n@\n\n```' },
    { what: 'an indented line', body: 'log:\n\n    @' },
    { what: 'a line behind an indented one', body: '    log\n@' },
    { what: 'code that spans lines', body: 'the log `said\n@\nto me`' },
    { what: 'code of two backticks that spans lines', body: '``\n@\n``' },
    { what: 'a comment of HTML', body: '<!--\n@\n-->' },
    { what: 'a comment of HTML with blank lines', body: '<!--\n\n@\n\n-->' },
    { what: 'a comment of HTML in a line', body: 'so <!--\n@\n--> it is' },
    { what: 'a comment that is empty to some', body: '<!-->\n\n@\n\n-->' },
    { what: 'raw HTML', body: '<pre>\n\n@\n\n</pre>' },
    { what: 'an element of HTML', body: '<div>\n@\n</div>' },
    { what: 'what is folded', body: '<details><summary>log</summary>\n\n@\n\n</details>' },
    { what: 'what is folded from within a line', body: 'the log: <details>\n\n@' },
    { what: 'what is folded behind a comment', body: '<!-- log --><details>\n\n@' },
    { what: 'a declaration', body: '<!DOCTYPE html\n\n@\n>' },
    { what: 'an attribute', body: '<a title="\n@\n">x</a>' },
    { what: 'a quotation', body: '> @' },
    { what: 'the lazy end of a quotation', body: '> it said\n@' },
    { what: 'a quotation of a quotation, lazily', body: '> > it said\n@' },
    { what: 'a list', body: '- @' },
    { what: 'the lazy end of a list', body: '- it said\n@' },
    { what: 'the lazy end of a numbered list', body: '3) it said\n@' },
    { what: 'the lazy end of a paragraph in a list', body: '- it\n\n  said\n@' },
    { what: 'the lazy end of a footnote', body: 'x[^1]\n\n[^1]: it said\n@' },
    { what: 'a heading', body: `@\n===` },
    { what: 'a heading of two lines', body: `@\nof the server\n---` },
    { what: 'a table', body: 'a | b\n--|--\n@' },
    { what: 'the head of a table', body: '@\n|-|' },
    { what: 'the target of a link', body: '[x]:\n@' },
    { what: 'the title of a link', body: '[x]: /y "\n@\n"' },
    { what: 'the title of a link in a line', body: 'see [x](y "\n@\n")' },
    { what: 'the words of an image', body: '![\n@\n](y)' },
    { what: 'mathematics', body: '$$\n@\n$$' },
    { what: 'what was struck out', body: '~~no:\n@\nat all~~' },
    { what: 'a tag at the end of a long line', body: `${'x '.repeat(2_000)}<details>\n\n@` },
    { what: 'code behind a long line that leaves it open', body: `${'`a` '.repeat(1_000)}\`\n@` },
  ]
  test.each(rows)('$what', ({ body }) => {
    expect(slashCommandLines(at(body))).toEqual([])
    expect(slashCommandLines(at(body).replaceAll('\n', '\r\n'))).toEqual([])
    expect(slashCommandLines(`\uFEFF${at(body)}`)).toEqual([])
  })
})

describe('what people write is said', () => {
  const rows: readonly { what: string; body: string; times?: number }[] = [
    { what: 'alone', body: '@' },
    { what: 'behind a sentence', body: 'moving it now\n@' },
    { what: 'before a sentence', body: '@\nmoving it now' },
    { what: 'twice', body: '@\n@', times: 2 },
    { what: 'behind a closed fence', body: '```\nlog\n```\n@' },
    { what: 'behind a closed fence and a blank line', body: 'it says:\n```json\n{"a": "<b>"}\n```\n\n@' },
    { what: 'behind a fence that is closed longer', body: '~~~\nlog\n~~~~~\n@' },
    { what: 'between two fences', body: '```\na\n```\n@\n```\nb\n```' },
    { what: 'behind a quotation', body: '> when?\n\n@' },
    { what: 'behind a quotation with a fence', body: '> ```\n> log\n> ```\n\n@' },
    { what: 'behind a list', body: '- one\n- two\n\n@' },
    { what: 'before a list', body: '@\n- one' },
    { what: 'behind a heading', body: '## So\n@' },
    { what: 'behind a rule', body: 'so\n\n---\n\n@' },
    { what: 'behind a comment of HTML', body: '<!-- a template -->\n\n@' },
    {
      what: 'behind code, a link and an address on one line',
      body: 'the `<web>` of [this](https://x.example/a) and <https://x.example>\n@',
    },
    { what: 'behind code in three backticks on one line', body: '```docker ps``` is empty\n@' },
    { what: 'behind what only looks like a tag or a price', body: 'up < 3 \\<b> costs $5\n@' },
    { what: 'with a tail of blanks', body: '@  \n\n' },
    { what: 'in the lines of old Macs', body: 'so\r@' },
    { what: 'behind a long line of a log', body: `${'x '.repeat(2_000)}\n@` },
    { what: 'a paragraph behind a long line with code', body: `${'`a` '.repeat(1_000)}\n\n@` },
  ]
  test.each(rows)('$what', ({ body, times = 1 }) => {
    const text = at(body)
    expect(slashCommandLines(text).map((one) => one.trimEnd())).toEqual(Array.from({ length: times }, () => command))
    expect(saidAt(text, text.indexOf(command))).toBe('said')
  })
})

const blocks = ['```', '````', '~~~', '~~~~', '> ', '>', '- ', '* ', '+', '1. ', '2) ', '-', '10. ', '    ', '  ', ' ', '\t', '# ', '#']
const rules = ['---', '===', '***', '___', '|', '|-|', 'a | b', '-|-', ':-:', '$$', '$']
const tags = ['<!--', '-->', '<!-->', '--!>', '<details>', '</details>', '<div>', '<b>', '</b>', '<pre>', '</pre>', '<script>', '<?', '?>']
const inline = ['`', '``', '<!X', '<a b="', '"', "'", '<', '>', '\\', '\\`', '\\<', '\\[', '~~', '~', '&lt;', '*', '**', '_']
const links = ['[', ']', '](', ')', '[x]: ', '[^1]: ', '[^1]', '![', '[a](b)', '<https://x.example>']
const fragments = [...blocks, ...rules, ...tags, ...inline, ...links, 'log', 'x', '/x', '\u00a0', '\u2028', '\0']
const fragment = fc.constantFrom(...fragments)
const junk = fc.array(fragment, { maxLength: 5 }).map((all) => all.join(''))
const line = fc.oneof(
  { weight: 3, arbitrary: junk.map((text) => () => text) },
  { weight: 1, arbitrary: fc.constant(() => '') },
  { weight: 2, arbitrary: junk.map((text) => (index: number) => `/cause n${index} ${text}`) },
  { weight: 2, arbitrary: fc.constant((index: number) => `/cause n${index} `) },
  { weight: 1, arbitrary: junk.map((text) => (index: number) => `${text}/cause n${index} `) },
)
const body = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 9 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => lines.map((one, index) => one(index)).join(end))

describe('against a real parser of Markdown', () => {
  test('whatever is said stands in a paragraph, outside of code, HTML, quotations, lists and tables', () => {
    fc.assert(
      fc.property(body, (text) => {
        for (const said of slashCommandLines(text)) {
          if (!said.startsWith('/cause n')) continue
          const [start = ''] = /^\/cause n\d /.exec(said) ?? []
          expect(saidAt(text, text.indexOf(start))).toBe('said')
        }
      }),
      { numRuns: 10_000 },
    )
  }, 120_000)

  test('runs of backticks, each of another length, cost no more than words do', () => {
    const timeOf = (text: string): number => {
      const startedAt = performance.now()
      for (let count = 0; count < 20; count += 1) slashCommandLines(text)
      return performance.now() - startedAt
    }
    const runs = Array.from({ length: 360 }, (_, index) => '`'.repeat(index + 1)).join(' ')
    timeOf(runs)
    expect(timeOf(runs)).toBeLessThan(20 * 20)
  })

  test('takes time that is linear in the length, and keeps no more lines than a person writes', () => {
    const long = [
      ...fragments.map((one) => one.repeat(65_000 / one.length)),
      '`x'.repeat(32_000),
      '[a'.repeat(32_000),
      '/\n'.repeat(32_000),
    ]
    const cpuTime = startCpuTime()
    for (const text of long) expect(slashCommandLines(`${text}\n${command}`).length).toBeLessThanOrEqual(200)
    for (const text of ['`', '``', '[x](', '> ', '- '].map((one) => `${one}\n`.repeat(16_000))) slashCommandLines(text)
    slashCommandLines(Array.from({ length: 360 }, (_, index) => '`'.repeat(index + 1)).join(' '))
    expect(cpuTime()).toBeLessThan(10_000)
  })
})
