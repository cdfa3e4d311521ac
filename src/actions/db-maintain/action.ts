import { z } from 'zod'
import { type ActionOptions, defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { list } from '../../core/options/list.ts'
import { thresholdsOption } from '../../core/options/threshold.ts'
import { disturbedInParts, idsOfParts, renamedInParts, thresholdsOfParts } from '../../core/parts.ts'
import { beginSteps } from '../../core/steps.ts'
import { tableName } from '../../domain/postgres/sql-name.ts'
import { applicationName } from '../../tools/connect/session.ts'
import { locate, targetIn } from './locate.ts'
import { taskIds } from './not-done.ts'
import { partOptions, parts } from './parts.generated.ts'
import { recover } from './recover.ts'
import { reportOf, serverIds } from './report.ts'
import { type Maintained, maintain, type PlannedTask } from './run-tasks.ts'
import { maintainSteps } from './steps.ts'
import { thresholds } from './thresholds.ts'

/** Its findings stand together in log and summary. */
const group = 'db-maintain'

const names = parts.map(({ name }) => name)
const usual = parts.filter(({ onlyNamed }) => onlyNamed !== true).map(({ name }) => name)

const ownOptions = {
  tasks: list(z.enum(names))
    .default(usual)
    .meta({ description: 'Which tasks to run, each in every database. Default: all but `reindex`.' }),
  databases: list(z.string().min(1, 'is empty'), { uniqueBy: (name) => name })
    .default([])
    .meta({ description: 'Databases of the server to look after. Default: the one of `database`.' }),
  tables: list(tableName(), { uniqueBy: ({ schema, name }) => JSON.stringify([schema, name]) })
    .default([])
    .meta({ description: 'Tables to look after, with their partitions and indexes. Default: all of them.' }),
  thresholds: thresholdsOption({ ...thresholds, ...thresholdsOfParts(parts) }),
}

const options = { ...ownOptions, ...partOptions }
const reads = ['compose', 'database'] as const

type Options = ActionOptions<typeof options, (typeof reads)[number]>

const hourMs = 3_600_000

const planned = (given: Options): readonly PlannedTask[] =>
  parts
    .filter(({ name }) => given.tasks.includes(name))
    .map((part) => ({ part: { group, ...part }, run: (maintained) => part.run(given, maintained, true) }))

const runTasks = async (target: PostgresTarget, options: Options, context: Context): Promise<readonly Maintained[]> => {
  const work = planned(options)
  const application = applicationName('db-maintain')
  const done: Maintained[] = []
  const maintainAll = async () => {
    for (const name of options.databases.length === 0 ? [target.database] : options.databases)
      done.push(await maintain({ target: targetIn(target, name), planned: work, wanted: options.tables, application, context }))
  }
  if (context.dryRun || !work.some(({ part }) => part.changes === true)) await maintainAll()
  else await beginSteps(maintainSteps, { context, target, work: maintainAll }, context.ledger).step('sessions', { application })
  return done
}

/** Something may still run there, or stay: the ledger is kept, and what is left is taken back before anything else begins. */
const isLeft = ({ ended, ran }: Maintained): boolean => !ended || ran.some((one) => one.outcome?.leftBehind === true)

const run = async (options: Options, context: Context) => {
  const located = await locate(options.database, context)
  if ('findings' in located) return reportOf([], { options, target: undefined, extra: located.findings })
  const { target } = located
  const done = await runTasks(target, options, context)
  return { ...reportOf(done, { options, target, extra: [] }), ...(done.some(isLeft) ? { leftBehind: true as const } : {}) }
}

export const action = defineAction({
  name: 'db-maintain',
  description: 'Looks after PostgreSQL: vacuum, indexes, slow queries, sessions, bloat, growth and drift of the schema.',
  kind: 'change',
  reads,
  options,
  ids: idsOfParts(parts, [...taskIds, ...serverIds]),
  renamed: renamedInParts(parts),
  disturbedByWork: disturbedInParts(parts),
  outputs: {
    vacuumed: { description: 'Number of tables that were vacuumed.' },
    'reclaimed-bytes': { description: 'Bytes that dead rows and bloated indexes held and that can be used again.' },
    drift: { description: 'Number of lines in which the schema differs from its snapshot.' },
    cancelled: { description: 'Number of sessions that were cancelled or terminated.' },
  },
  timeoutMs: () => hourMs,
  run,
  recover,
})
