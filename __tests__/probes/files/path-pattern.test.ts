import { expect, test } from '@jest/globals'
import { pathMatcher } from '../../../src/probes/files/path-pattern.ts'

test.each([
  ['backend/**', 'backend/a/requirements.txt', true],
  ['backend', 'backend/requirements.txt', true],
  ['./backend/', 'backend/requirements.txt', true],
  ['**/yarn.lock', 'yarn.lock', true],
  ['**/yarn.lock', 'a/b/yarn.lock', true],
  ['a/**/yarn.lock', 'a/yarn.lock', true],
  ['*/yarn.lock', 'a/b/yarn.lock', false],
  ['*.lock', 'yarn.lock', true],
  ['requirements-[dt]*.txt', 'requirements-dev.txt', true],
  ['backend', 'backend2/requirements.txt', false],
  ['yarn.lock', 'a/yarn.lock', false],
])('%s and %s: %s', (pattern, path, matches) => {
  expect(pathMatcher(pattern)(path)).toBe(matches)
})

test('many stars over a deep path end at once', () => {
  const startedAt = performance.now()
  expect(pathMatcher('**/a/'.repeat(200))('a/'.repeat(2_000) + 'b')).toBe(true)
  expect(pathMatcher('**/a/'.repeat(200) + 'c')('a/'.repeat(2_000) + 'b')).toBe(false)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
