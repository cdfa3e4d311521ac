import { expect, test } from '@jest/globals'
import { driftedPins } from '../../../src/domain/packages/drift.ts'
import type { LockedPackage } from '../../../src/domain/packages/package.ts'

const one = (file: string, name: string, version: string): LockedPackage => ({
  ecosystem: 'PyPI',
  name,
  version,
  scope: 'runtime',
  file,
  tool: file.split('/').at(-1) ?? '',
  line: 1,
  way: [],
})

test('what a requirement pins is compared with the lock beside it, and with no other', () => {
  const found = driftedPins([
    one('a/requirements.txt', 'h2', '4.1.0'),
    one('a/requirements.txt', 'django', '4.2.8'),
    one('a/requirements.txt', 'unlocked', '1'),
    one('b/requirements.txt', 'h2', '4.1.0'),
    one('a/poetry.lock', 'h2', '4.2.0'),
    one('a/poetry.lock', 'django', '4.2.8'),
    one('c/requirements.txt', 'numpy', '2'),
    one('c/uv.lock', 'numpy', '1'),
    one('c/uv.lock', 'numpy', '2'),
  ])
  expect(found).toMatchObject([
    { pin: { file: 'a/requirements.txt', name: 'h2', version: '4.1.0' }, lock: 'a/poetry.lock', locked: ['4.2.0'] },
  ])
})
