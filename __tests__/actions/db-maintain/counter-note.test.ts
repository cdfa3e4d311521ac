import { describe, expect, test } from '@jest/globals'
import { gained, keepCounters, readCounters } from '../../../src/actions/db-maintain/counter-note.ts'
import type { Context } from '../../../src/contract/context.ts'

const contextWith = (notes: Map<string, string>) =>
  ({
    now: () => 1_000,
    state: { note: (key) => notes.get(key), setNote: (key, value) => void notes.set(key, value) },
  }) as Partial<Context> as Context

describe('counters from run to run', () => {
  test('are kept as they were, whatever they are called', () => {
    const context = contextWith(new Map())
    const entries = new Map([
      ['__proto__', { numbers: [1, 2.5], since: '' }],
      ['1 public."x\n"', { numbers: [0], since: '2026-11-22 02:17:00+00' }],
    ])
    keepCounters(context, 'a', { reset: 'r', entries })
    expect(readCounters(context, 'a')).toEqual({ at: 1_000, reset: 'r', entries })
    expect(readCounters(context, 'b')).toBeUndefined()
  })

  test.each(['', 'no json', '{}', '[]', '{"at":"1","reset":"","entries":{}}', '{"at":1,"reset":"","entries":[["a",["x"],""]]}'])(
    'a note such as %j is a first run',
    (text) => {
      expect(readCounters(contextWith(new Map([['a', text]])), 'a')).toBeUndefined()
    },
  )

  const now = { numbers: [10, 200], since: 'a' }
  test.each([
    ['what was added', { numbers: [4, 150], since: 'a' }, [6, 50]],
    ['nothing', now, [0, 0]],
    ['all of a counter that is new', undefined, [10, 200]],
    ['all of a counter that began anew', { numbers: [4, 150], since: 'b' }, [10, 200]],
    ['all of a counter that was reset, though nobody says so', { numbers: [11, 150], since: 'a' }, [10, 200]],
  ])('they gained %s', (_, before, expected) => {
    expect(gained(now, before)).toEqual(expected)
  })
})
