import type { PostgresTarget } from '../../contract/database.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import { noConnectionLeft } from '../../domain/postgres/connections.ts'
import type { PostgresFailure } from '../../domain/postgres/failure.ts'
import { judgeUnreachable, reachable } from '../../domain/postgres/reachable.ts'
import { targetIn } from './locate.ts'
import type { Maintained } from './run-tasks.ts'
import type { Counts, SharedOptions } from './task.ts'

type About = {
  readonly options: SharedOptions
  readonly target: PostgresTarget | undefined
  /** Findings that stand above all tasks. */
  readonly extra: readonly Finding[]
}

const unreachable = (failure: PostgresFailure, target: PostgresTarget): readonly Finding[] => {
  const judged = { ...judgeUnreachable(failure, target), cleared: false }
  return failure.kind === 'too-many-connections' ? [judged, noConnectionLeft(target.subject, failure.detail)] : [judged]
}

const reached = (one: Maintained, target: PostgresTarget): readonly Finding[] => {
  if (one.unreachable !== undefined) return unreachable(one.unreachable, target)
  return one.version === undefined ? [] : [reachable(one.version, target)]
}

/** A table that `tables` names and no database has. */
const noSuchTable = (written: string, hints: readonly string[], databases: readonly string[]): Finding =>
  finding({
    id: 'db.table',
    subject: `table/${written}`,
    status: 'unknown',
    title: `${written}: no such table`,
    observed: `no table of that name in ${databases.join(', ')}${hints.find((one) => one !== '') ?? ''}`,
    expected: 'a table that is there',
    advice: 'correct `tables`; names with capitals stand in double quotes',
    certainty: 'hard',
    audience: 'technical',
  })

const missingTables = (done: readonly Maintained[]): readonly Finding[] => {
  const looked = done.filter((one) => one.unreachable === undefined)
  const databases = looked.map((one) => one.database)
  const byName = Map.groupBy(
    looked.flatMap((one) => one.missing),
    ({ name }) => name.shown,
  )
  return [...byName]
    .filter(([, missing]) => missing.length === looked.length)
    .map(([written, missing]) =>
      noSuchTable(
        written,
        missing.map(({ hint }) => hint),
        databases,
      ),
    )
}

/** A task is completed when it is in every database. */
const scopeOf = (done: readonly Maintained[], { tasks }: SharedOptions): readonly string[] =>
  tasks.filter((name) => done.length > 0 && done.every(({ ran }) => ran.some((one) => one.task === name && one.done.completed)))

const countNames = ['vacuumed', 'reclaimed-bytes', 'drift', 'cancelled'] as const satisfies readonly (keyof Counts)[]

const countsOf = (done: readonly Maintained[]) => {
  const all = done.flatMap(({ ran }) => ran.map((one) => one.done.counts ?? {}))
  const total = (name: keyof Counts): number => Math.round(all.reduce((sum, one) => sum + (one[name] ?? 0), 0))
  const [vacuumed, reclaimed, drift, cancelled] = countNames.map(total)
  return { vacuumed: vacuumed ?? 0, 'reclaimed-bytes': reclaimed ?? 0, drift: drift ?? 0, cancelled: cancelled ?? 0 }
}

const factsOf = (done: readonly Maintained[]): JsonObject => {
  const several = done.length > 1
  const lines = done.flatMap(({ database, ran }) => {
    const words = ran.flatMap((one) => one.done.line ?? []).join(', ')
    return words === '' ? [] : [several ? `${database}: ${words}` : words]
  })
  const tables = done.flatMap(({ database, ran }) =>
    ran.flatMap(({ done: { gains } }) =>
      gains === undefined ? [] : [several ? { ...gains, title: `${gains.title} (${database})` } : gains],
    ),
  )
  const databases = Object.fromEntries(
    done.map(({ database, ran }) => [database, Object.assign({}, ...ran.map((one) => one.done.facts ?? {}))]),
  )
  return {
    lines: { 'db-maintain': lines.join('; ') },
    tables: tables.map(({ title, columns, rows }) => ({ title, columns, rows })),
    databases,
  }
}

/** The report's parts from what was done in each database. */
export const reportOf = (done: readonly Maintained[], { options, target, extra }: About) => ({
  scope: scopeOf(done, options),
  findings: [
    ...extra,
    ...done.flatMap((one) => (target === undefined ? [] : reached(one, targetIn(target, one.database)))),
    ...missingTables(done),
    ...done.flatMap(({ ran }) => ran.flatMap((one) => one.done.findings.map((found) => ({ ...found, check: one.task })))),
  ],
  outputs: countsOf(done),
  facts: factsOf(done),
  attachments: [],
})
