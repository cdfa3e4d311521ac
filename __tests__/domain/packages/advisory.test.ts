import { describe, expect, test } from '@jest/globals'
import { aliasGroups, groupNames } from '../../../src/domain/packages/groups.ts'
import { osvRecord } from '../../../src/domain/packages/osv-record.ts'
import { purlOf } from '../../../src/domain/packages/purl.ts'
import { severityOf } from '../../../src/domain/packages/severity.ts'
import { lockedPackage } from '../../support/packages.ts'

const record = (id: string, rest: object = {}) => osvRecord.parse({ id, ...rest })
const v4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'
const v31 = 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N'
const v30 = 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'
const scored = (...scores: readonly string[]) => ({ severity: scores.map((score) => ({ type: 'CVSS', score })) })

describe('records of one vulnerability', () => {
  const ids = (records: readonly { id: string; aliases: string[] }[]) =>
    aliasGroups(records).map((group) => group.map(({ id }) => id).toSorted())

  test.each([
    [
      'by a name that none of them has as id',
      [record('GHSA-a', { aliases: ['CVE-1'] }), record('PYSEC-b', { aliases: ['CVE-1'] })],
      [['GHSA-a', 'PYSEC-b']],
    ],
    [
      'by a chain, in any order',
      [record('A', { aliases: ['x'] }), record('C', { aliases: ['y'] }), record('B', { aliases: ['x', 'y'] })],
      [['A', 'B', 'C']],
    ],
    [
      'by the CVE inside the id of a distribution',
      [record('DEBIAN-CVE-2024-1'), record('X', { aliases: ['CVE-2024-1'] })],
      [['DEBIAN-CVE-2024-1', 'X']],
    ],
    ['and not without a name in common', [record('A'), record('B', { aliases: ['C'] })], [['A'], ['B']]],
  ])('are one group %s', (_how, records, groups) => {
    expect(ids(records)).toEqual(groups)
  })

  test('are called by the name that people search for', () => {
    expect(groupNames([record('PYSEC-1', { aliases: ['GHSA-2', 'CVE-3'] })])).toEqual(['CVE-3', 'GHSA-2', 'PYSEC-1'])
    expect(groupNames([record('GHSA-2', { aliases: ['MAL-1'] })])[0]).toBe('MAL-1')
    expect(groupNames([record('BIT-1', { aliases: ['PYSEC-2', 'ALAS-3'] })])).toEqual(['PYSEC-2', 'ALAS-3', 'BIT-1'])
  })
})

describe('how bad it is', () => {
  test.each([
    ['CVSS 4.0 before 3.1 and 3.0', [record('A', scored(v30, v31, v4))], { name: 'critical', score: 9.3, source: 'CVSS 4.0 9.3' }],
    ['CVSS 3.1 before 3.0', [record('A', scored(v30, v31))], { name: 'low', score: 3.7, source: 'CVSS 3.1 3.7' }],
    ['CVSS 3.0', [record('A', scored(v30))], { name: 'high', score: 7.5, source: 'CVSS 3.0 7.5' }],
    [
      'what a record says of the package alone',
      [
        record('A', {
          affected: [{ package: { ecosystem: 'npm', name: 'a' }, ranges: [], versions: [], severity: [{ type: 'CVSS_V3', score: v30 }] }],
        }),
      ],
      { name: 'high', score: 7.5, source: 'CVSS 3.0 7.5' },
    ],
    [
      'the newest kind of any record of the group',
      [record('A', scored(v30)), record('B', scored(v4))],
      { name: 'critical', score: 9.3, source: 'CVSS 4.0 9.3' },
    ],
    [
      'a score before a word',
      [record('GHSA-a', { ...scored(v31), database_specific: { severity: 'CRITICAL' } })],
      { name: 'low', score: 3.7, source: 'CVSS 3.1 3.7' },
    ],
    [
      'the word of the database',
      [record('GHSA-a', { database_specific: { severity: 'MODERATE' } })],
      { name: 'medium', score: undefined, source: 'GHSA' },
    ],
    [
      'the word of Ubuntu',
      [record('USN-1', { severity: [{ type: 'Ubuntu', score: 'high' }] })],
      { name: 'high', score: undefined, source: 'USN' },
    ],
    [
      'nothing',
      [record('A', { database_specific: { severity: 'constructor' } })],
      { name: 'unknown', score: undefined, source: 'no severity is published' },
    ],
    [
      'a vector that leaves a metric out',
      [record('A', scored('CVSS:3.1/AV:N/AC:L'))],
      { name: 'unknown', score: undefined, source: 'no severity is published' },
    ],
    ['malware', [record('MAL-1', scored(v31))], { name: 'critical', score: undefined, source: 'malware' }],
  ])('by %s', (_what, records, severity) => {
    expect(severityOf(records)).toEqual(severity)
  })
})

test.each([
  ['npm', '@babel/core', '7.1.0', 'pkg:npm/%40babel/core@7.1.0'],
  ['PyPI', 'django-rest', '1.0+x', 'pkg:pypi/django-rest@1.0+x'],
  ['Debian:12', 'libc6', '2.36-9+deb12u4', 'pkg:deb/debian/libc6@2.36-9+deb12u4'],
  ['Alpine:v3.20', 'musl', '1.2.5-r0', 'pkg:apk/alpine/musl@1.2.5-r0'],
  ['crates.io', 'serde', '1.0.0', undefined],
  ['npm', '', '1.0.0', undefined],
])('the package URL of %s %s@%s is %s', (ecosystem, name, version, purl) => {
  expect(purlOf({ ...lockedPackage({ name, version }), ecosystem })).toBe(purl)
})
