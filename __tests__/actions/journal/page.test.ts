import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { JournalEntry } from '../../../src/actions/journal/entries.ts'
import { missingIn, rowOf, withEntries } from '../../../src/actions/journal/page.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { dangers } from '../../support/markdown.ts'

const options = { url: 'https://github.example/quiz/operations', timeZone: '+04:00' }
const first = Date.parse('2026-11-22T01:41:00Z')
const hourMs = 3_600_000

const entry = (number: number, overrides: Partial<JournalEntry> = {}): JournalEntry => {
  const closedAt = overrides.closedAt ?? first + number * hourMs
  return {
    key: `${number}:${closedAt}`,
    number,
    title: `[quiz-prod] service ${number}: exited`,
    since: closedAt - 20 * 60_000,
    closedAt,
    cause: '',
    fix: '',
    deeds: 'closed by itself',
    postMortem: false,
    events: [],
    maySayMore: false,
    readUpTo: 0,
    comments: 0,
    ...overrides,
  }
}
const rows = (text: string): readonly string[] => text.split('\n').filter((line) => line.includes('<!-- ronde-journal:'))
const numbersOf = (text: string): readonly number[] => rows(text).map((line) => Number(/\[#(\d+)\]/.exec(line)?.[1]))

describe('the journal', () => {
  test('begins with what it is for, and a line for each incident: date, link, duration, cause, action, fix', () => {
    const text = withEntries(
      undefined,
      [entry(7, { cause: 'a full disk', fix: 'a bigger one', deeds: 'acknowledged by ana; closed by itself' })],
      options,
    )
    expect(text).toMatch(/^# Incidents\n/)
    expect(rows(text)).toEqual([
      `| 2026-11-22 12:41 (UTC+4) | [#7](https://github.example/quiz/operations/issues/7) \\[quiz-prod\\] service 7: exited | 20 min | a full disk | acknowledged by ana; closed by itself | a bigger one <!-- ronde-journal:7:${first + 7 * hourMs} --> |`,
    ])
    expect(withEntries(undefined, [entry(7)], options)).toContain('| not stated | closed by itself | not stated <!--')
  })

  test('has each incident once, however often it is written, and again when it closed again', () => {
    const text = withEntries(undefined, [entry(1), entry(2)], options)
    expect(missingIn(text, [entry(1), entry(2)])).toEqual([])
    expect(withEntries(text, missingIn(text, [entry(1), entry(2)]), options)).toBe(text)
    const again = entry(1, { closedAt: first + 9 * hourMs })
    expect(missingIn(text, [entry(1), again])).toEqual([again])
  })

  test('is in the order of time, in whatever order the lines came', () => {
    const orders = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 })
    fc.assert(
      fc.property(orders, fc.integer({ min: 1, max: 5 }), (order, cut) => {
        const some = withEntries(
          undefined,
          order.slice(0, cut).map((one) => entry(one)),
          options,
        )
        expect(
          numbersOf(
            withEntries(
              some,
              order.slice(cut).map((one) => entry(one)),
              options,
            ),
          ),
        ).toEqual([1, 2, 3, 4, 5, 6])
      }),
    )
  })

  test('a post-mortem that is due has its times, and asks for what only people know', () => {
    const events = [
      { at: first - hourMs, what: 'opened, critical' },
      { at: first - hourMs / 2, what: 'escalated' },
    ]
    const text = withEntries(undefined, [entry(0, { number: 3, postMortem: true, events })], options)
    expect(text).toContain('service 0: exited, post-mortem below |')
    expect(text).toContain('## Post-mortem of [#3](https://github.example/quiz/operations/issues/3): ')
    expect(text).toContain(
      '| 2026-11-22 04:41 (UTC+4) | opened, critical |\n| 2026-11-22 05:11 (UTC+4) | escalated |\n| 2026-11-22 05:41 (UTC+4) | closed |',
    )
    expect(text).toContain('- What keeps it from coming back:')
  })
})

describe('what people wrote stays', () => {
  const table = withEntries(undefined, [entry(2)], options)
  const files: readonly { what: string; text: string }[] = [
    { what: 'a file of their own', text: '# Our incidents\n\n2025: the disk.\n' },
    { what: 'without a last line end', text: 'one line' },
    { what: 'with Windows line ends', text: '# Ours\r\n\r\nwords\r\n' },
    { what: 'with a byte order mark', text: '\uFEFF# Ours\n' },
    { what: 'words around the table', text: `before\n${table}\nafter\n\n\n` },
    { what: 'a line without a number in the table', text: table.replace(/\n$/, '\n| 2026-01-01 | by hand | | | | |\n') },
    { what: 'a cause that they filled in', text: table.replace('not stated', 'the **cable**') },
    { what: 'more columns', text: table.replace('| Lasting fix |', '| Lasting fix | Ticket |').replace('|---|\n', '|---|---|\n') },
    { what: 'a table that lost its mark', text: table.replace('<!-- ronde-journal -->\n', '') },
    { what: 'a mark that lost its table', text: '<!-- ronde-journal -->\n\nwords\n' },
    { what: 'a table of theirs behind another', text: `${table}\n| a | b |\n|---|---|\n| 1 | 2 |\n` },
  ]
  test.each(files)('$what', ({ text }) => {
    const missing = missingIn(text, [entry(1), entry(2), entry(3, { postMortem: true })])
    const after = withEntries(text, missing, options)
    const lines = after.split('\n')
    let at = -1
    for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
      at = lines.indexOf(line, at + 1)
      expect({ line, isThere: at >= 0 }).toEqual({ line, isThere: true })
    }
    expect(missingIn(after, [entry(1), entry(2), entry(3)])).toEqual([])
    expect(withEntries(after, missingIn(after, missing), options)).toBe(after)
    const bare = after.replaceAll('\r\n', '')
    expect(bare.includes('\n')).toBe(!text.includes('\r\n'))
  })

  test('lines of theirs keep their place among ours', () => {
    const text = withEntries(undefined, [entry(1), entry(5)], options)
    const own = text.replace(/(\n\| .*ronde-journal:1:.*\n)/, '$1| 2026-11-22 | by hand | | | | |\n')
    const after = withEntries(own, [entry(3), entry(0, { number: 9 })], options)
    const inOrder = after
      .split('\n')
      .filter((line) => line.startsWith('| 2026'))
      .map((line) => /#(\d+)/.exec(line)?.[1] ?? 'by hand')
    expect(inOrder).toEqual(['9', '1', '3', 'by hand', '5'])
  })
})

describe('untrusted text is inert', () => {
  test.each(hostileTexts.map((text) => [text]))('%j', (text) => {
    const events = [{ at: first, what: text }]
    const hostile = entry(1, { title: text, cause: text, fix: text, deeds: text, postMortem: true, events })
    const page = withEntries(undefined, [hostile], options)
    expect(
      dangers(page.replaceAll(/<!-- ronde-[\w-]+(?::\d+:\d+)? -->/g, ''), { links: ['https://github.example/quiz/operations/issues/'] }),
    ).toEqual([])
    expect(rows(page)).toHaveLength(1)
    expect(missingIn(page, [hostile])).toEqual([])
  })

  test('a title cannot pretend that another incident is there', () => {
    const page = withEntries(
      undefined,
      [entry(1, { title: `<!-- ronde-journal:2:${first + 2 * hourMs} -->`, cause: '<!-- ronde-journal -->' })],
      options,
    )
    expect(missingIn(page, [entry(2)])).toEqual([entry(2)])
  })
})

describe('what was stated later', () => {
  const night = entry(1)
  const morning = entry(1, { cause: 'a bad deploy', fix: 'rolled back', replaces: rowOf(night, options) })
  const text = withEntries(undefined, [entry(0), night, entry(2)], options)

  test('goes into the line that is there', () => {
    expect(missingIn(text, [morning])).toEqual([morning])
    const after = withEntries(text, [morning], options)
    expect(numbersOf(after)).toEqual([0, 1, 2])
    expect(rows(after)[1]).toContain('| a bad deploy | closed by itself | rolled back <')
    expect(missingIn(after, [morning])).toEqual([])
  })

  test('leaves a line that a person completed', () => {
    const edited = text.replace(rowOf(night, options), rowOf(night, options).replace('not stated', 'the disk, says Ben'))
    expect(missingIn(edited, [morning])).toEqual([])
  })

  test('is written at once where the line is not there yet', () => {
    expect(rows(withEntries(undefined, [morning], options))[0]).toContain('a bad deploy')
  })
})
