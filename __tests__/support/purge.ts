import { z } from 'zod'
import { action } from '../../src/actions/purge-verify/action.ts'
import type { Compose } from '../../src/contract/compose.ts'
import type { Context } from '../../src/contract/context.ts'
import { saw } from '../../src/contract/seen.ts'
import { timeZone } from '../../src/core/options/time-zone.ts'
import { addDays, zoneClock } from '../../src/core/time/zone-clock.ts'
import { createConnect } from '../../src/tools/connect/connect.ts'
import type { ApplicationSession } from './postgres-sessions.ts'
import { type RondeRun, runRonde } from './ronde.ts'

/** A fixed offset in which it is now about so many hours after midnight: what a test says of a day does not depend on when it runs. */
export const zoneAt = (hour: number, now = Date.now()): string => {
  const east = ((((hour - new Date(now).getUTCHours() + 12) % 24) + 24) % 24) - 12
  return `${east < 0 ? '-' : '+'}${String(Math.abs(east)).padStart(2, '0')}:00`
}

/** Around noon: the grace of a purge is over, and midnight is far away. */
export const noonZone = zoneAt(12)
/** A date in that zone: 0 is today. */
export const dayAt = (days: number, timeZone = noonZone): string => addDays(zoneClock(timeZone).date(Date.now()), days)

/** The table of the quiz, with rows of each of these dates. */
export const gameTable = async (session: ApplicationSession, rows: Readonly<Record<string, number>> = {}): Promise<void> => {
  await session.query('DROP TABLE IF EXISTS game; CREATE TABLE game (id bigint GENERATED ALWAYS AS IDENTITY, day_date date, points int)')
  await session.query('CREATE INDEX game_day ON game (day_date, points DESC)')
  for (const [date, count] of Object.entries(rows))
    await session.query(`INSERT INTO game (day_date, points) SELECT '${date}', n FROM generate_series(1, ${count}) AS n`)
}

/** A run of purge-verify as the runner does it, about the table of the quiz. */
export const runPurge = async (url: string, inputs: Readonly<Record<string, string>> = {}, more: Omit<RondeRun, 'inputs'> = {}) => {
  const always = { 'database-url': url, table: 'game', 'date-column': 'day_date', 'time-zone': noonZone }
  const ran = await runRonde('purge-verify', { inputs: { ...always, ...inputs }, ...more })
  const bad = ran.findings.filter((one) => one.status !== 'ok')
  return {
    ...ran,
    report: ran.reports[0],
    bad,
    badIds: bad.map((one) => `${one.status} ${one.id}`),
    finding: (id: string) => ran.findings.find((one) => one.id === id),
  }
}

export type Here = {
  readonly url: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Kept from run to run. */
  readonly notes?: Map<string, string>
  readonly context?: Partial<Context>
}

/** The same action in this process: for rows of a table, where only what it says of the database matters. */
export const verifyHere = async ({ url, options = {}, notes = new Map<string, string>(), context = {} }: Here) => {
  const compose = { containers: async () => saw([], 0) } as Partial<Compose> as Compose
  const whole: Partial<Context> = {
    signal: new AbortController().signal,
    now: Date.now,
    clock: async () => undefined,
    dryRun: false,
    state: { note: (key) => notes.get(key), setNote: (key, value) => notes.set(key, value), measurements: () => [], statuses: () => [] },
    compose,
    connect: createConnect({ options: { url }, compose, secrets: { add: () => {} } }),
    ...context,
  }
  const shape = z.object({ ...action.options, 'time-zone': timeZone() })
  const parsed = shape.parse({ table: 'game', 'date-column': 'day_date', 'time-zone': noonZone, ...options })
  const result = await action.run(parsed as never, whole as Context)
  const bad = result.findings.filter((one) => one.status !== 'ok')
  return {
    ...result,
    bad,
    badIds: bad.map((one) => `${one.status} ${one.id}`),
    finding: (id: string) => result.findings.find((one) => one.id === id),
  }
}
