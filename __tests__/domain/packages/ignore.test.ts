import { describe, expect, test } from '@jest/globals'
import { applyIgnores, readIgnoreFile } from '../../../src/domain/packages/ignore.ts'
import type { Advisory } from '../../../src/domain/packages/match.ts'
import { lockedPackage } from '../../support/packages.ts'

const now = Date.parse('2026-11-30T12:00:00Z')
const advisory = (given: Partial<Advisory> = {}): Advisory => ({
  ecosystem: 'PyPI',
  name: 'django',
  version: '4.2.8',
  records: ['GHSA-1'],
  ids: ['CVE-1', 'GHSA-1'],
  summary: '',
  severity: { name: 'high', score: undefined, source: 'GHSA' },
  fixed: '4.2.9',
  url: 'https://osv.dev',
  places: [lockedPackage({ file: 'a/requirements.txt' }), lockedPackage({ file: 'b/requirements.txt' })],
  ...given,
})
const apply = (text: string, advisories = [advisory()]) => {
  const file = readIgnoreFile(text, now)
  expect(file.mistakes).toEqual([])
  return applyIgnores(advisories, file.entries, { now, matches: (pattern, path) => path.startsWith(pattern) })
}

describe('an entry of the ignore file', () => {
  test.each([
    ['an id', 'id: GHSA-1', 0],
    ['an alias, in any case', 'id: cve-1', 0],
    ['a package, in any spelling', 'package: Django', 0],
    ['a version that YAML takes for a number', 'package: django, version: "4.2.8"', 0],
    ['another version', 'id: GHSA-1, version: 4.2', 1],
    ['another id', 'id: GHSA-2', 1],
    ['another package', 'id: GHSA-1, package: flask', 1],
  ])('by %s', (_what, fields, kept) => {
    const { kept: left, uses } = apply(`- { ${fields}, reason: r, expires: 2026-12-31 }`)
    expect(left).toHaveLength(kept)
    expect(uses[0]?.used).toBe(kept === 0)
  })

  test('by a path leaves the other places', () => {
    const { kept, ignored, uses } = apply('- { id: CVE-1, path: a/, reason: r, expires: 2026-12-31 }')
    expect(kept.map(({ places }) => places.map(({ file }) => file))).toEqual([['b/requirements.txt']])
    expect([ignored.length, uses[0]?.used]).toEqual([1, true])
  })

  test('counts as used also beside another that says the same', () => {
    const { uses } = apply('- { id: CVE-1, reason: r, expires: 2026-12-31 }\n- { package: django, reason: r, expires: 2026-12-31 }')
    expect(uses.map(({ used }) => used)).toEqual([true, true])
  })

  test.each([
    ['2026-11-29', 1, -1],
    ['2026-11-30', 0, 0],
    ['2026-12-14', 0, 14],
  ])('that expires on %s', (expires, kept, daysLeft) => {
    const { kept: left, uses } = apply(`- { id: CVE-1, reason: r, expires: ${expires} }`)
    expect(left).toHaveLength(kept)
    expect(uses[0]).toMatchObject({ daysLeft, used: true })
  })
})

describe('a mistake ignores nothing, and is told with its line', () => {
  test.each([
    ['no reason', '- { id: X, expires: 2026-12-31 }', 1, 'reason'],
    ['an empty reason', '\n- { id: X, reason: " ", expires: 2026-12-31 }', 2, 'reason'],
    ['no expiry', '- { id: X, reason: r }', 1, 'expires'],
    ['a day that does not exist', '- { id: X, reason: r, expires: 2026-13-41 }', 1, 'expires'],
    ['neither id nor package', '- { reason: r, expires: 2026-12-31 }', 1, 'an id or a package'],
    ['an unknown key', '- { id: X, reason: r, expires: 2026-12-31, until: 1 }', 1, 'expected'],
    ['an expiry that is too far', '- { id: X, reason: r, expires: 2027-05-31 }', 1, 'more than 180 days'],
    ['no list', 'id: X', 1, 'no list'],
    ['no YAML', '- {', 1, 'no YAML'],
    ['an alias', '- &a { id: X, reason: r, expires: 2026-12-31 }\n- *a', 1, 'alias'],
  ])('%s', (_what, text, line, words) => {
    const { entries, mistakes } = readIgnoreFile(text, now)
    expect(entries).toEqual([])
    expect(mistakes).toMatchObject([{ line, text: expect.stringContaining(words) }])
  })

  test('beside entries that hold', () => {
    const file = readIgnoreFile('- { id: X }\n- { id: Y, reason: r, expires: 2027-05-29 }\n', now)
    expect([file.entries.length, file.mistakes.length]).toEqual([1, 1])
    expect(readIgnoreFile('', now)).toEqual({ entries: [], mistakes: [] })
    expect(readIgnoreFile('# none\n', now)).toEqual({ entries: [], mistakes: [] })
  })
})
