import { counted } from '../../../../core/render/headline.ts'
import { seeTableStats } from '../../../../probes/postgres/table-stats.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { planAnalyze, type VacuumStep } from '../vacuum/plan.ts'
import { doWork } from '../vacuum/work-task.ts'

/** After `vacuum`, which analyzes what it vacuums, only what that had to leave. */
const stillToDo = async (maintained: MaintainedDatabase, steps: readonly VacuumStep[]): Promise<readonly VacuumStep[]> => {
  const { session, server, context, openedAt } = maintained
  const stats = await seeTableStats(
    session,
    steps.map(({ table }) => table.oid),
    server.major,
  )
  const sinceMs = context.now() - openedAt
  return steps.filter(({ table }) => (stats.get(table.oid)?.analyzedMs ?? Number.POSITIVE_INFINITY) > sinceMs)
}

const run = async ({ tasks }: TaskOptions, maintained: MaintainedDatabase) => {
  const { server, tables, context } = maintained
  const all = planAnalyze(tables, server.major)
  const after = tasks.includes('vacuum')
  const steps = !after ? all : context.dryRun ? [] : await stillToDo(maintained, all)
  const worked = await doWork(maintained, 'analyze', steps)
  if (!('outcomes' in worked)) return worked
  const { outcomes, findings, completed } = worked
  const done = outcomes.filter((one) => one.kind === 'done').length
  return {
    completed,
    // What is locked, or left alone, was so for `vacuum` too, which says so.
    findings: after ? findings.filter((one) => one.status !== 'warning' && one.id !== 'db.owner-code') : findings,
    ...(after || context.dryRun ? {} : { line: `${counted(done, 'table')} analyzed` }),
  }
}

export const part = definePart({
  name: 'analyze',
  description: 'ANALYZE of what `vacuum` did not analyze: the planner sees the tables as they are.',
  order: 30,
  changes: true,
  ids: ['db.analyze', ...taskIds],
  options: {},
  run,
})
