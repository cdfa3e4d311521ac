import { formatBytes } from '../../../../core/quantity.ts'
import { counted } from '../../../../core/render/headline.ts'
import { seeSnapshotHolders } from '../../../../probes/postgres/table-stats.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { planVacuum } from './plan.ts'
import { countsOf, gainsOf, judgeLeft } from './policy.ts'
import type { VacuumOutcome } from './work.ts'
import { doWork } from './work-task.ts'

const told = (outcomes: readonly VacuumOutcome[], dryRun: boolean): string => {
  if (dryRun) return `${counted(outcomes.filter((one) => one.step.does !== 'analyze').length, 'table')} would be vacuumed`
  const { vacuumed, 'reclaimed-bytes': bytes } = countsOf(outcomes)
  return `${counted(vacuumed, 'table')} vacuumed, ${formatBytes(Math.round(bytes))} to use again`
}

const run = async (_options: TaskOptions, maintained: MaintainedDatabase) => {
  const { server, tables, context } = maintained
  const worked = await doWork(maintained, 'vacuum', planVacuum(tables, server.major))
  if (!('outcomes' in worked)) return worked
  const { outcomes, findings, completed } = worked
  const looks = !context.dryRun && !context.signal.aborted
  return {
    completed,
    findings: [...findings, ...(looks ? [judgeLeft(outcomes, await seeSnapshotHolders(maintained.session), maintained)] : [])],
    gains: gainsOf(outcomes, maintained),
    counts: countsOf(outcomes),
    line: told(outcomes, context.dryRun),
  }
}

export const part = definePart({
  name: 'vacuum',
  description: 'VACUUM (ANALYZE), table by table: dead rows make room, statistics are fresh.',
  order: 20,
  changes: true,
  ids: ['db.old-snapshot', 'db.vacuum', ...taskIds],
  options: {},
  run,
})
