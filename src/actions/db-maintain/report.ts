import type { PostgresTarget } from '../../contract/database.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import { completedParts } from '../../core/run-parts.ts'
import { isFull, noConnectionLeft } from '../../domain/postgres/connections.ts'
import type { PostgresFailure } from '../../domain/postgres/failure.ts'
import { isTooOld, supported } from '../../domain/postgres/majors.ts'
import { judgeUnreachable, reachable } from '../../domain/postgres/reachable.ts'
import { targetIn } from './locate.ts'
import type { MaintenanceCounts, TaskOptions } from './part.ts'
import type { Maintained } from './run-tasks.ts'

/** What stands above all tasks: whether the server let us in, and whether the tables are there. */
export const serverIds = ['postgres.reachable', 'postgres.pooler', 'postgres.connections', 'db.table'] as const
type ServerId = (typeof serverIds)[number] | 'db.unfinished'

type About = {
  readonly options: TaskOptions
  readonly target: PostgresTarget | undefined
  /** Findings that stand above all tasks. */
  readonly extra: readonly JudgedFinding<ServerId>[]
}

const unreachable = (failure: PostgresFailure, target: PostgresTarget, database: string): readonly JudgedFinding<ServerId>[] => {
  const judged = { ...judgeUnreachable(failure, target), cleared: false }
  return isFull(failure) ? [judged, noConnectionLeft(target.subject, failure, database)] : [judged]
}

const notSupported = (version: string, database: string): JudgedFinding<'db.unfinished'> =>
  finding({
    id: 'db.unfinished',
    subject: `database/${database}`,
    status: 'unknown',
    title: `database/${database}: PostgreSQL ${version} is not supported`,
    observed: `PostgreSQL ${version}`,
    expected: supported,
    advice: 'no task was run: move the data to a supported major with pg_dump and pg_restore, or pg_upgrade',
    certainty: 'hard',
    audience: 'technical',
  })

const reached = (one: Maintained, target: PostgresTarget): readonly JudgedFinding<ServerId>[] => {
  if (one.unreachable !== undefined) return unreachable(one.unreachable, target, one.database)
  return one.version === undefined
    ? []
    : [reachable(one.version, target), ...(isTooOld(one.version) ? [notSupported(one.version, one.database)] : [])]
}

/** A table that `tables` names and no database has. */
const noSuchTable = (written: string, hints: readonly string[], databases: readonly string[]): JudgedFinding<'db.table'> =>
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

const missingTables = (done: readonly Maintained[]): readonly JudgedFinding<'db.table'>[] => {
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
const scopeOf = (done: readonly Maintained[], { tasks }: TaskOptions): readonly string[] =>
  tasks.filter((name) => done.length > 0 && done.every(({ ran }) => completedParts(ran).includes(name)))

const countNames = ['vacuumed', 'reclaimed-bytes', 'drift', 'cancelled'] as const satisfies readonly (keyof MaintenanceCounts)[]

const countsOf = (done: readonly Maintained[]) => {
  const all = done.flatMap(({ ran }) => ran.map((one) => one.outcome?.counts ?? {}))
  const total = (name: keyof MaintenanceCounts): number => Math.round(all.reduce((sum, one) => sum + (one[name] ?? 0), 0))
  const [vacuumed, reclaimed, drift, cancelled] = countNames.map(total)
  return { vacuumed: vacuumed ?? 0, 'reclaimed-bytes': reclaimed ?? 0, drift: drift ?? 0, cancelled: cancelled ?? 0 }
}

const factsOf = (done: readonly Maintained[]): JsonObject => {
  const several = done.length > 1
  const lines = done.flatMap(({ database, ran }) => {
    const words = ran.flatMap((one) => one.outcome?.line ?? []).join(', ')
    return words === '' ? [] : [several ? `${database}: ${words}` : words]
  })
  const tables = done.flatMap(({ database, ran }) =>
    ran
      .flatMap(({ outcome }) => outcome?.gains ?? [])
      .map((gains) => (several ? { ...gains, title: `${gains.title} (${database})` } : gains)),
  )
  const databases = Object.fromEntries(
    done.map(({ database, ran }) => [database, Object.assign({}, ...ran.map((one) => one.outcome?.facts ?? {}))]),
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
    ...done.flatMap(({ ran }) => ran.flatMap((one) => one.findings)),
  ],
  outputs: countsOf(done),
  facts: factsOf(done),
})
