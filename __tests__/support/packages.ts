import type { LockedPackage } from '../../src/domain/packages/package.ts'

/** A package of a lockfile, with what the test is about laid over it. */
export const lockedPackage = (given: Partial<LockedPackage> = {}): LockedPackage => ({
  ecosystem: 'PyPI',
  name: 'django',
  version: '4.2.8',
  scope: 'runtime',
  file: 'requirements.txt',
  tool: 'requirements.txt',
  line: 1,
  way: [],
  ...given,
})
