import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, compareSchemas, readSnapshot, writeSnapshot } from '../../../../../src/actions/db-maintain/parts/schema/snapshot.ts'
import { startCpuTime } from '../../../../support/cpu-time.ts'

const game = [
  'table public.game',
  'table public.game column day_date date not null',
  'table public.game column points integer not null default 0',
  "enum public.mood ('sad', 'ok')",
]

describe('a snapshot', () => {
  test('is sorted text with the major of the server, and reads back as it was', () => {
    const schema = canonical(15, game)
    const text = writeSnapshot(schema)
    expect(text.split('\n').slice(0, 5)).toEqual([
      '# ronde schema 2',
      '# postgresql 15',
      expect.stringContaining('update-snapshot'),
      "enum public.mood ('sad', 'ok')",
      'table public.game',
    ])
    expect(readSnapshot(text)).toEqual({ ok: true, schema })
    expect(readSnapshot(text.replaceAll('\n', '\r\n'))).toEqual({ ok: true, schema })
  })

  test('keeps every text on one line that shows all of it', () => {
    const { lines } = canonical(15, ["enum public.x ('a\n##[error]b\u202e\u0000\u2028\ud800')"])
    expect(lines).toEqual(["enum public.x ('a\\u{a}##[error]b\\u{202e}\\u{0}\\u{2028}\\u{d800}')"])
  })

  test('of any lines reads back as it was', () => {
    const line = fc
      .oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom('a\nb', 'a\r', '\u0085'))
      .map((text) => `table ${text}`)
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const schema = canonical(18, lines)
        expect(readSnapshot(writeSnapshot(schema))).toEqual({ ok: true, schema })
      }),
    )
  })

  test.each([
    ['an empty file', '', /first line/],
    ['a file of pg_dump', '--\n-- PostgreSQL database dump\n--\n', /first line/],
    ['a later form', '# ronde schema 3\n# postgresql 15\n', /another release/],
    ['an earlier form', '# ronde schema 1\n# postgresql 15\n', /another release/],
    ['no major', '# ronde schema 2\ntable x\n', /which PostgreSQL/],
  ])('%s is none', (_, text, mistake) => {
    expect(readSnapshot(text)).toEqual({ ok: false, mistake: expect.stringMatching(mistake) })
  })
})

describe('what differs', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ['nothing', game, game, []],
    [
      'the two forms of a column stand together, also beside one whose name begins as its own',
      ['table public.game column points integer', 'table public.game column points_max integer'],
      [
        'table public.game column points bigint',
        'table public.game column points_max integer',
        'table public.game column points_min integer',
      ],
      [
        '-table public.game column points integer',
        '+table public.game column points bigint',
        '+table public.game column points_min integer',
      ],
    ],
    [
      'labels of an enum that changed places',
      ["enum public.mood ('sad', 'ok')"],
      ["enum public.mood ('ok', 'sad')"],
      ["-enum public.mood ('sad', 'ok')", "+enum public.mood ('ok', 'sad')"],
    ],
    ['an index that is gone', [...game, 'table public.game index CREATE INDEX i'], game, ['-table public.game index CREATE INDEX i']],
    [
      'a column whose name holds quotes and words of ours',
      ['table public."a "" column b" column "x y" integer'],
      ['table public."a "" column b" column "x y" text'],
      ['-table public."a "" column b" column "x y" integer', '+table public."a "" column b" column "x y" text'],
    ],
  ]
  test.each(rows)('%s', (_, before, after, lines) => {
    const found = compareSchemas(canonical(15, before).lines, canonical(15, after).lines)
    expect(found.lines).toEqual(lines)
    expect(found.removed + found.added).toBe(lines.length)
  })

  test('the time for 20,000 other lines does not grow with their square', () => {
    const lines = (word: string) => Array.from({ length: 20_000 }, (_, index) => `table public.t${index} column ${word} integer`)
    const cpuTime = startCpuTime()
    expect(compareSchemas(lines('a'), lines('b')).lines).toHaveLength(40_000)
    expect(cpuTime()).toBeLessThan(5_000)
  })
})
