import { formatBytes } from '../../../core/quantity.ts'
import { seeSnapshotHolders } from '../../../probes/postgres/table-stats.ts'
import { lacksMaintain } from '../maintain-rights.ts'
import { notOnStandby, unfinishedWork } from '../not-done.ts'
import { type Done, defineTask, type Site } from '../task.ts'
import { planVacuum, statementOf } from '../vacuum/plan.ts'
import { countsOf, gainsOf, judgeLeft, judgeWork, noRights } from '../vacuum/policy.ts'
import { doSteps, type Outcome } from '../vacuum/work.ts'

const told = (outcomes: readonly Outcome[]): string => {
  const { vacuumed, 'reclaimed-bytes': bytes } = countsOf(outcomes)
  return `${vacuumed} table${vacuumed === 1 ? '' : 's'} vacuumed, ${formatBytes(Math.round(bytes))} to use again`
}

const sayPlan = ({ context, session, server }: Site, outcomes: readonly Outcome[]): void => {
  for (const { kind, step } of outcomes)
    if (kind === 'not-begun')
      context.progress.say(`would run: ${statementOf(step, session.quoted(step.table.schema, step.table.name), server.major)}`)
}

const run = async (site: Site): Promise<Done> => {
  const { server, tables, context, target } = site
  if (server.standby) return notOnStandby(target.database, 'vacuum')
  const outcomes = await doSteps(site, planVacuum(tables, server.major))
  if (context.dryRun) sayPlan(site, outcomes)
  const rights = lacksMaintain(site, 'vacuum', noRights(outcomes))
  const cut = context.signal.aborted ? [unfinishedWork(site, 'vacuum')] : []
  const left = context.dryRun || context.signal.aborted ? [] : [judgeLeft(outcomes, await seeSnapshotHolders(site.session), site)]
  return {
    completed: rights.length === 0 && cut.length === 0,
    findings: [judgeWork('vacuum', outcomes, site), ...left, ...rights, ...cut],
    gains: gainsOf(outcomes, site),
    counts: countsOf(outcomes),
    line: context.dryRun ? `${outcomes.length} tables would be vacuumed` : told(outcomes),
  }
}

export const task = defineTask({
  name: 'vacuum',
  description: 'VACUUM (ANALYZE), table by table: dead rows make room, statistics are fresh.',
  changes: true,
  options: {},
  run,
})
