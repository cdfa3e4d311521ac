import { describe, expect, test } from '@jest/globals'
import type { StoredBackup } from '../../../src/domain/backup/stored.ts'
import { chooseBackup } from '../../../src/domain/restore/choose.ts'

type Given = {
  readonly day: number
  readonly rows?: number
  readonly verified?: boolean
  readonly system?: string
  readonly marks?: readonly string[]
}

const stored = ({ day, rows = 100, verified = true, system = '1', marks = [] }: Given): StoredBackup =>
  ({
    path: `/b/${day}`,
    manifest: {
      id: `day-${day}`,
      kind: 'database',
      startedAt: new Date(Date.UTC(2026, 10, day)).toISOString(),
      source: { systemIdentifier: system, database: 'quiz' },
      relations: [{ schema: 'public', name: 'game', rows, hash: '1', by: 'planned' }],
      artifacts: [],
    },
    proof: { verified, at: '', failures: [], ciphertext: 'none' },
    marks: new Set(marks),
    copies: [],
  }) as unknown as StoredBackup

const chosen = (given: readonly Given[], wanted = 'latest-verified'): string => {
  const all = given.map(stored)
  const choice = chooseBackup(wanted, all, all)
  return 'backup' in choice ? choice.backup.manifest.id : choice.refused
}

describe('the latest proven backup', () => {
  test.each<[string, readonly Given[], string]>([
    ['is the newest of those that are proven', [{ day: 1 }, { day: 3, verified: false }, { day: 2 }], 'day-2'],
    ['is none of what a restore saved', [{ day: 1 }, { day: 3, marks: ['pre-restore'] }], 'day-1'],
    ['is refused when there is none', [{ day: 1, verified: false }], 'none of its 1 backups is proven'],
    [
      'is refused when several sources are meant',
      [{ day: 1 }, { day: 2, system: '2' }],
      'backups of 2 sources could be meant: day-2, day-1',
    ],
    [
      'is refused when it has less than half of the rows',
      [{ day: 1 }, { day: 2, rows: 49 }],
      'day-2 has 49 rows, and day-1 before it had 100',
    ],
    ['is taken with half of the rows', [{ day: 1 }, { day: 2, rows: 50 }], 'day-2'],
    ['is taken when a person accepted it', [{ day: 1 }, { day: 2, rows: 1, marks: ['accepted'] }], 'day-2'],
  ])('%s', (_, given, expected) => {
    expect(chosen(given)).toBe(expected)
  })

  test('an id names any of them, and nothing else', () => {
    expect(chosen([{ day: 1, verified: false }], 'day-1')).toBe('day-1')
    expect(chosen([{ day: 1 }], 'day-9')).toBe('there is no backup day-9 that a known key signed')
  })
})
