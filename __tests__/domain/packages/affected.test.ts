import { describe, expect, test } from '@jest/globals'
import { affectedBy } from '../../../src/domain/packages/affected.ts'
import { osvRecord } from '../../../src/domain/packages/osv-record.ts'
import { lockedPackage } from '../../support/packages.ts'

type Range = { readonly type?: string; readonly events: readonly object[] }

const record = (affected: { ranges?: readonly Range[]; versions?: readonly string[]; name?: string; ecosystem?: string }, rest = {}) => {
  const { ranges = [], versions = [], name = 'django', ecosystem = 'PyPI' } = affected
  const typed = ranges.map(({ type = 'ECOSYSTEM', events }) => ({ type, events }))
  return osvRecord.parse({ id: 'GHSA-1', affected: [{ package: { name, ecosystem }, ranges: typed, versions }], ...rest })
}
const upTo = (fixed: string) => ({ events: [{ introduced: '0' }, { fixed }] })
const verdict = (affected: Parameters<typeof record>[0], version: string, rest = {}) =>
  affectedBy(record(affected, rest), lockedPackage({ version }))

describe('a version is affected', () => {
  test.each([
    ['inside a range', { ranges: [upTo('4.2.9')] }, '4.2.8', '4.2.9'],
    ['at the first version', { ranges: [{ events: [{ introduced: '4.2.8' }, { fixed: '4.2.9' }] }] }, '4.2.8', '4.2.9'],
    ['at the last one that is named', { ranges: [{ events: [{ introduced: '0' }, { last_affected: '4.2.8' }] }] }, '4.2.8', undefined],
    ['listed', { versions: ['4.2.7', '4.2.8'] }, '4.2.8', undefined],
    ['listed, written otherwise', { versions: ['4.2.8.0'] }, '4.2.8', undefined],
    ['behind a range of commits', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }, upTo('4.2.9')] }, '4.2.8', '4.2.9'],
    ['in the second of two ranges', { ranges: [upTo('3.2.1'), { events: [{ introduced: '4.0' }, { fixed: '4.2.9' }] }] }, '4.2.8', '4.2.9'],
    [
      'again after a fix',
      { ranges: [{ events: [{ introduced: '0' }, { fixed: '4.0' }, { introduced: '4.2' }, { fixed: '5.0' }] }] },
      '4.2.8',
      '5.0',
    ],
    [
      'by events of three lines in any order',
      {
        ranges: [
          {
            events: [
              { introduced: '4.2' },
              { fixed: '5.0' },
              { fixed: '3.1' },
              { introduced: '0' },
              { fixed: '4.1' },
              { introduced: '4.0' },
            ],
          },
        ],
      },
      '4.2.8',
      '5.0',
    ],
    ['by events in any order', { ranges: [{ events: [{ fixed: '4.2.9' }, { introduced: '0' }] }] }, '4.2.8', '4.2.9'],
    [
      'where one line of versions ends and the next begins',
      { ranges: [{ events: [{ introduced: '0' }, { fixed: '4.2.8' }, { introduced: '4.2.8' }] }] },
      '4.2.8',
      undefined,
    ],
    ['as a build of what is listed', { versions: ['2.0.0'] }, '2.0.0+cpu', undefined],
    ['as a build inside a range', { ranges: [upTo('2.0.1')] }, '2.0.0+cpu', '2.0.1'],
    ['by another spelling of its name', { name: 'Django', versions: ['4.2.8'] }, '4.2.8', undefined],
    ['below a limit', { ranges: [{ events: [{ introduced: '0' }, { limit: '5.0' }] }] }, '4.2.8', undefined],
  ] as const)('%s', (_where, affected, version, fixed) => {
    expect(verdict(affected, version)).toEqual({ fixed })
  })

  test.each([
    ['fixed', { ranges: [upTo('4.2.8')] }, '4.2.8'],
    [
      'between two lines of versions, by events in any order',
      { ranges: [{ events: [{ introduced: '4.2' }, { fixed: '5.0' }, { fixed: '4.1' }, { introduced: '4.0' }] }] },
      '4.1.5',
    ],
    ['of another package', { name: 'flask', versions: ['4.2.8'] }, '4.2.8'],
    ['of another ecosystem', { ecosystem: 'npm', versions: ['4.2.8'] }, '4.2.8'],
    ['a build that a vendor fixed', { ranges: [upTo('4.2.8+sp1')] }, '4.2.8+sp1'],
    ['a build, where the record tells builds apart', { versions: ['4.2.8', '4.2.8+sp0'] }, '4.2.8+sp1'],
    ['a release, where only a build is listed', { versions: ['4.2.8+sp1'] }, '4.2.8'],
    ['only in a range of commits', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }, '4.2.8'],
    ['above the last one', { ranges: [{ events: [{ introduced: '0' }, { last_affected: '4.2.7' }] }] }, '4.2.8'],
  ] as const)('and not when it is %s', (_what, affected, version) => {
    expect(verdict(affected, version)).toBeUndefined()
  })

  test('and not by a record that was withdrawn', () => {
    expect(verdict({ versions: ['4.2.8'] }, '4.2.8', { withdrawn: '2026-01-01T00:00:00Z' })).toBeUndefined()
  })

  test('in the release of the distribution, or in all of them', () => {
    const of = (ecosystem: string) =>
      affectedBy(record({ name: 'openssl', ecosystem, ranges: [upTo('3.0.15-1')] }), {
        ...lockedPackage({ name: 'openssl', version: '3.0.14-1~deb12u2' }),
        ecosystem: 'Debian:12',
      })
    expect(of('Debian:12')).toEqual({ fixed: '3.0.15-1' })
    expect(of('Debian')).toEqual({ fixed: '3.0.15-1' })
    expect(of('Debian:11')).toBeUndefined()
  })
})

test('a record with parts of another shape keeps the rest', () => {
  const odd = osvRecord.parse({
    id: 'X-1',
    aliases: 'none',
    affected: [{ package: { name: 'django', ecosystem: 'PyPI' }, ranges: 7, versions: ['4.2.8'] }],
  })
  expect(affectedBy(odd, lockedPackage({ version: '4.2.8' }))).toEqual({ fixed: undefined })
})
