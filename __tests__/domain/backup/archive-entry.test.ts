import { describe, expect, test } from '@jest/globals'
import { archiveEntryOf, createEntryGuard } from '../../../src/domain/backup/archive-entry.ts'

describe('a line of a listing', () => {
  test.each<[string, object]>([
    ['drwxr-xr-x 0/0               0 2026-11-30 17:13:32.61490472 "./"', { letter: 'd', bytes: 0, name: './' }],
    ['-rw-r--r-- 0/0        10485760 2026-11-30 17:13:32 "./sparse"', { letter: '-', bytes: 10_485_760, name: './sparse' }],
    ['-rw-r--r-- 0/0               0 2026-11-30 17:13:32.8364219  "./x -> y"', { letter: '-', bytes: 0, name: './x -> y' }],
    ['lrwxrwxrwx 0/0               0 2026-11-30 17:13:32 "./l" -> "/etc"', { letter: 'l', bytes: 0, name: './l', target: '/etc' }],
    [
      'hrw-r--r-- 0/0               0 2026-11-30 17:13:32 "./h" link to "./x -> y"',
      { letter: 'h', bytes: 0, name: './h', target: './x -> y' },
    ],
    ['-rwsr-sr-t 1000/1000         0 2026-11-30 17:13:32 "./\\303\\251\\"q\\nb"', { letter: '-', bytes: 0, name: './\\303\\251"q\nb' }],
    ['crw-r--r-- 0/0             1,3 2026-11-30 17:13:32 "./null"', { letter: 'c', bytes: 1, name: './null' }],
  ])('%s', (text, entry) => {
    expect(archiveEntryOf(text)).toEqual(entry)
  })

  test.each(['', "tar: Removing leading `/' from member names", '-rw-r--r-- 0/0 0 2026-11-30 17:13 "unended'])('%s is none', (text) => {
    expect(archiveEntryOf(text)).toBeUndefined()
  })
})

type Entry = [letter: string, name: string, target?: string]

const judge = (entries: readonly Entry[], links: 'kept' | 'refused' = 'refused') => {
  const guard = createEntryGuard({ links, mostEntries: 10, mostBytes: 1_000 })
  return entries.map(([letter, name, target]) => guard({ letter, name, bytes: 1, ...(target === undefined ? {} : { target }) })).at(-1)
}

describe('the guard lets pass', () => {
  test.each<[string, Entry[]]>([
    ['the folder itself', [['d', './']]],
    ['a file', [['-', './a/b']]],
    ['a pipe', [['p', './a']]],
    ['a link to a neighbour', [['l', './live/cert.pem', '../archive/cert1.pem']]],
    ['a link to the folder itself', [['l', './a/b', '..']]],
    ['a hard link to an entry', [['h', './b', './a']]],
    ['a name with two dots in it', [['-', './a..b/..c']]],
  ])('%s', (_, entries) => {
    expect(judge(entries)).toBeUndefined()
  })

  test('a link that leaves, of an archive that is ours by its signature', () => {
    expect(judge([['l', './venv/bin/python', '/usr/bin/python3']], 'kept')).toBeUndefined()
  })
})

describe('the guard refuses', () => {
  test.each<[string, Entry[], string]>([
    ['an absolute name', [['-', '/etc/cron.d/x']], 'outside'],
    ['a name that climbs', [['-', './../x']], 'outside'],
    ['a name that climbs later', [['-', './a/../../x']], 'outside'],
    ['a device', [['c', './null']], 'device'],
    ['a block device', [['b', './sda']], 'device'],
    ['a kind that nobody knows', [['V', './label']], 'device'],
    ['an absolute link', [['l', './a', '/etc']], 'leaves'],
    ['a link that climbs', [['l', './a/b', '../../etc']], 'leaves'],
    [
      'a link through a link to the root',
      [
        ['l', './a', '.'],
        ['l', './b', 'a/..'],
      ],
      'leaves',
    ],
    [
      'a file behind a link',
      [
        ['l', './a', 'b'],
        ['-', './a/x'],
      ],
      'through a link',
    ],
    [
      'a file far behind a link',
      [
        ['l', './a', 'b'],
        ['-', './a/x/y/z'],
      ],
      'through a link',
    ],
    ['a hard link outside', [['h', './a', '/etc/shadow']], 'leaves'],
    ['a hard link that climbs', [['h', './a', '../etc/shadow']], 'leaves'],
    [
      'a hard link behind a link',
      [
        ['l', './a', 'b'],
        ['h', './c', './a/x'],
      ],
      'leaves',
    ],
    [
      'a hard link to a link',
      [
        ['l', './a', 'b'],
        ['h', './c', './a'],
      ],
      'leaves',
    ],
  ])('%s', (_, entries, why) => {
    expect(judge(entries)).toContain(why)
  })

  test('a file behind a link also where links are kept', () => {
    expect(
      judge(
        [
          ['l', './a', '/etc'],
          ['-', './a/x'],
        ],
        'kept',
      ),
    ).toContain('through a link')
  })

  test('too many entries, and too many bytes', () => {
    const guard = createEntryGuard({ links: 'refused', mostEntries: 2, mostBytes: 100 })
    const file = (bytes: number) => guard({ letter: '-', name: './a', bytes })
    expect([file(50), file(50), file(0)]).toEqual([undefined, undefined, 'it has more than 2 entries'])
    const small = createEntryGuard({ links: 'refused', mostEntries: 2, mostBytes: 100 })
    expect(small({ letter: '-', name: './a', bytes: 101 })).toBe('it holds more than 100 bytes')
  })
})
