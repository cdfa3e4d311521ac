import { expect, test } from '@jest/globals'
import { sbomOf } from '../../../src/domain/packages/sbom.ts'
import { lockedPackage } from '../../support/packages.ts'

test('a package is named by its purl where it has one, and what no place needs to run is left out of what runs', () => {
  const { components } = sbomOf(
    [
      lockedPackage({ ecosystem: 'npm', name: '@a/b', version: '1.0.0', scope: 'dev', file: 'x', line: 1 }),
      lockedPackage({ ecosystem: 'npm', name: '@a/b', version: '1.0.0', scope: 'runtime', file: 'y', line: 2 }),
      lockedPackage({ ecosystem: 'npm', name: 'c', version: '2.0.0', scope: 'dev', file: 'x', line: 3 }),
    ],
    'quiz',
  )
  expect(components).toMatchObject([
    {
      purl: 'pkg:npm/%40a/b@1.0.0',
      'bom-ref': 'pkg:npm/%40a/b@1.0.0',
      scope: 'required',
      evidence: {
        occurrences: [
          { location: 'x', line: 1 },
          { location: 'y', line: 2 },
        ],
      },
    },
    { purl: 'pkg:npm/c@2.0.0', scope: 'excluded' },
  ])
})
