import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type Fragment, readFragment, withRelease } from '../../scripts/changelog.ts'

describe('a fragment of the changelog', () => {
  test('has a kind and a text', () => {
    expect(readFragment('locks.md', 'kind: fixed\n\nTwo applications of one server\nno longer share a lock.\n')).toEqual({
      name: 'locks.md',
      kind: 'fixed',
      text: 'Two applications of one server\nno longer share a lock.',
    })
  })

  test.each([
    ['no kind', 'locks.md', 'Two applications.\n', 'kind: …'],
    ['an unknown kind', 'locks.md', 'kind: better\n\nTwo.\n', 'kind: …'],
    ['no text', 'locks.md', 'kind: fixed\n\n', 'kind: …'],
    ['a list', 'locks.md', 'kind: fixed\n\n- Two.\n', 'without a mark'],
    ['two paragraphs', 'locks.md', 'kind: fixed\n\nOne.\n\nTwo.\n', 'one paragraph'],
    ['six lines', 'locks.md', `kind: fixed\n\n${'line\n'.repeat(6)}`, 'one to five lines'],
    ['a line too long', 'locks.md', `kind: fixed\n\n${'a'.repeat(201)}\n`, '200 characters'],
    ['a name with a space', 'my locks.md', 'kind: fixed\n\nTwo.\n', 'a name is of'],
  ])('with %s is refused', (_what, name, text, words) => {
    expect(readFragment(name, text)).toContain(words)
  })

  test.each(readdirSync('changes'))('changes/%s is well-formed', (name) => {
    expect(readFragment(name, readFileSync(`changes/${name}`, 'utf8'))).toMatchObject({ name })
  })
})

test('a release goes above the older ones, its changes by their kind', () => {
  const fragments: readonly Fragment[] = [
    { name: 'b.md', kind: 'fixed', text: 'B\nand more.' },
    { name: 'a.md', kind: 'added', text: 'A.' },
  ]
  const first = withRelease('# Changelog\n\nAll.\n', '0.1.0 (2026-12-01)', fragments)
  expect(first).toBe('# Changelog\n\nAll.\n\n## 0.1.0 (2026-12-01)\n\n### Added\n\n- A.\n\n### Fixed\n\n- B\n  and more.\n')
  const second = withRelease(first, '0.2.0 (2026-12-24)', [{ name: 'c.md', kind: 'removed', text: 'C.' }])
  expect([...second.matchAll(/^## (\S+)/gm)].map(([, version]) => version)).toEqual(['0.2.0', '0.1.0'])
  expect(second.endsWith(first.slice(first.indexOf('## ')))).toBe(true)
})
