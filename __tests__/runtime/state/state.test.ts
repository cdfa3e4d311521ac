import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from '@jest/globals'
import { openState, type StateKey, type StateStore } from '../../../src/runtime/state/state.ts'
import { aFinding, aKey } from '../../support/state-data.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const dayMs = 24 * 60 * 60 * 1000

const open = async (directory: string, key: StateKey = aKey): Promise<StateStore> => {
  const opened = await openState({ directory, key })
  if (!opened.usable) throw new Error(opened.cause)
  expect(opened.warnings).toEqual([])
  return opened.state
}

/** Runs `work` on the state as one run would: opened for it, closed after it. */
const inRun = async <T>(directory: string, work: (state: StateStore) => T | Promise<T>, key?: StateKey): Promise<T> => {
  const state = await open(directory, key)
  try {
    return await work(state)
  } finally {
    await state.close()
  }
}

const latency = (value: number) => [{ name: 'latency', value, unit: 'ms' }]
const count = (directory: string, table: string): number => {
  const database = new DatabaseSync(join(directory, 'state.db'))
  const rows = Number(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])
  database.close()
  return rows
}

describe('the state of a first run', () => {
  test('has no past', async () => {
    await inRun(fresh(), (state) => {
      expect(state.statuses('endpoint.latency', 'https://quiz.example/', 10)).toEqual([])
      expect(state.measurements('https://quiz.example/', 'latency', 10)).toEqual([])
      expect(state.note('offset')).toBeUndefined()
    })
  })

  test('is readable by its user alone', async () => {
    const directory = join(fresh(), 'ronde')
    await inRun(directory, (state) => state.record([aFinding()], 1))
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(directory)) expect([name, statSync(join(directory, name)).mode & 0o777]).toEqual([name, 0o600])
  })
})

describe('a later run finds', () => {
  test('statuses and measurements, newest first, as many as it asks for', async () => {
    const directory = fresh()
    await inRun(directory, (state) => state.record([aFinding({ measurements: latency(10) })], 100))
    await inRun(directory, (state) => state.record([aFinding({ status: 'warning', measurements: latency(20) })], 200))
    await inRun(directory, (state) => state.record([aFinding({ status: 'critical', measurements: latency(30) })], 300))
    await inRun(directory, (state) => {
      expect(state.statuses('endpoint.latency', 'https://quiz.example/', 2)).toEqual([
        { at: 300, status: 'critical' },
        { at: 200, status: 'warning' },
      ])
      expect(state.measurements('https://quiz.example/', 'latency', Number.POSITIVE_INFINITY)).toEqual([
        { at: 300, value: 30 },
        { at: 200, value: 20 },
        { at: 100, value: 10 },
      ])
    })
  })

  test('notes, once the run that set them was recorded', async () => {
    const directory = fresh()
    await inRun(directory, async (state) => {
      state.setNote('offset', '{"inode":1}')
      expect(state.note('offset')).toBeUndefined()
      await state.record([], 1)
      expect(state.note('offset')).toBe('{"inode":1}')
    })
    await inRun(directory, (state) => state.setNote('offset', 'never recorded'))
    await inRun(directory, (state) => expect(state.note('offset')).toBe('{"inode":1}'))
  })

  const others: readonly StateKey[] = [
    { ...aKey, repository: 'team/other' },
    { ...aKey, server: 'quiz-staging' },
    { ...aKey, project: 'other' },
    { ...aKey, action: 'cert-check' },
  ]
  test.each(others)('nothing of what $repository $server $project $action left', async (key) => {
    const directory = fresh()
    await inRun(
      directory,
      (state) => {
        state.setNote('offset', '1')
        return state.record([aFinding()], 1)
      },
      key,
    )
    await inRun(directory, (state) => {
      expect(state.statuses('endpoint.latency', 'https://quiz.example/', 10)).toEqual([])
      expect(state.measurements('https://quiz.example/', 'latency', 10)).toEqual([])
      expect(state.note('offset')).toBeUndefined()
    })
  })

  test('the worst of several findings that share id and subject', async () => {
    const directory = fresh()
    const several = (['warning', 'critical', 'ok'] as const).map((status) => aFinding({ status }))
    await inRun(directory, (state) => state.record(several, 1))
    await inRun(directory, (state) => {
      expect(state.statuses('endpoint.latency', 'https://quiz.example/', 10)).toEqual([{ at: 1, status: 'critical' }])
    })
  })

  const strange = ['', "'; DROP TABLE run; --", 'näh\u0000null', '\ud800', '::add-mask::x', 'x'.repeat(100_000)]
  test.each(strange.map((subject, row) => ({ row, subject })))('a subject of hostile text again (row $row)', async ({ subject }) => {
    const directory = fresh()
    await inRun(directory, (state) => state.record([aFinding({ subject })], 1))
    await inRun(directory, (state) => {
      expect(state.statuses('endpoint.latency', subject, 1)).toEqual([{ at: 1, status: 'ok' }])
      expect(state.measurements(subject, 'latency', 1)).toEqual([{ at: 1, value: 38 }])
    })
  })

  test('the rest of a run in which one number is not a number', async () => {
    const directory = fresh()
    const finding = aFinding({ measurements: [...latency(Number.NaN), { name: 'size', value: 5, unit: 'bytes' }] })
    expect(await inRun(directory, (state) => state.record([finding], 1.5))).toEqual({ usable: true, warnings: [] })
    await inRun(directory, (state) => {
      expect(state.measurements('https://quiz.example/', 'latency', 1)).toEqual([])
      expect(state.measurements('https://quiz.example/', 'size', 1)).toEqual([{ at: 2, value: 5 }])
    })
  })
})

describe('the state stays bounded:', () => {
  const start = Date.UTC(2026, 10, 22)
  const record = (directory: string, times: readonly number[]) =>
    inRun(directory, async (state) => {
      for (const at of times) await state.record([aFinding({ subject: `at ${Math.floor(at / dayMs)}` })], at)
    })

  test('a week of runs is kept in full, and with it its subjects', async () => {
    const directory = fresh()
    await record(
      directory,
      Array.from({ length: 400 }, (_, step) => start + step * (dayMs / 20)),
    )
    expect(count(directory, 'run')).toBeGreaterThanOrEqual(7 * 20)
    expect(count(directory, 'run')).toBeLessThan(7 * 20 + 20)
    expect(count(directory, 'status')).toBe(count(directory, 'run'))
    expect(count(directory, 'measurement')).toBe(count(directory, 'run'))
    expect(count(directory, 'track')).toBeLessThanOrEqual(9)
  })

  test('of a rare round, the newest sixty runs are kept however old', async () => {
    const directory = fresh()
    await record(
      directory,
      Array.from({ length: 100 }, (_, week) => start + week * 3 * dayMs),
    )
    expect(count(directory, 'run')).toBeGreaterThanOrEqual(60)
    expect(count(directory, 'run')).toBeLessThan(60 + 16)
  })

  test('what has not run for 400 days is forgotten, with its notes', async () => {
    const directory = fresh()
    await inRun(
      directory,
      (state) => {
        state.setNote('offset', '1')
        return state.record([aFinding()], start)
      },
      { ...aKey, project: 'gone' },
    )
    await record(
      directory,
      Array.from({ length: 16 }, (_, step) => start + 401 * dayMs + step),
    )
    expect([count(directory, 'scope'), count(directory, 'note'), count(directory, 'track')]).toEqual([1, 0, 1])
  })

  test('one run with a clock in 1970 costs no other run its place', async () => {
    const directory = fresh()
    await record(directory, [
      ...Array.from({ length: 20 }, (_, step) => start + step),
      0,
      ...Array.from({ length: 20 }, (_, step) => start + step),
    ])
    expect(count(directory, 'run')).toBe(40)
  })
})
