import { formatCount } from '../../../../core/render/headline.ts'
import { seeBloat } from '../../../../probes/postgres/bloat.ts'
import { seeIndexes } from '../../../../probes/postgres/indexes.ts'
import { lacksMaintain } from '../../maintain-rights.ts'
import { notOnStandby, type TaskId, taskIds, unfinishedWork } from '../../not-done.ts'
import { judgeLeftAlone } from '../../owner-code.ts'
import { definePart, type MaintainedDatabase, type TaskOptions, type TaskOutcome } from '../../part.ts'
import { limitOf } from '../../thresholds.ts'
import { indexName } from '../indexes/policy.ts'
import { planReindex, type Rebuild } from './plan.ts'
import { judgeRebuilt, reclaimedBytes, reindexGains } from './policy.ts'
import { type Rebuilt, rebuildIndex, statementOf } from './work.ts'

const planOf = async ({ session, tables }: MaintainedDatabase, { thresholds }: TaskOptions): Promise<readonly Rebuild[]> => {
  const oids = tables.map((one) => one.oid)
  const indexes = await seeIndexes(session, oids)
  return planReindex(indexes, await seeBloat(session, oids), limitOf(thresholds, 'bloat'))
}

const done = (maintained: MaintainedDatabase, rebuilt: readonly Rebuilt[]): TaskOutcome<'db.reindex' | TaskId> => {
  const forbidden = rebuilt
    .filter((one) => one.kind === 'no-right')
    .map((one) => ({ name: indexName(one.rebuild.index), owner: one.rebuild.index.owner }))
  const left = rebuilt.flatMap((one) =>
    one.kind === 'own-code' ? [{ name: indexName(one.rebuild.index), owner: one.rebuild.index.owner, found: one.found }] : [],
  )
  const rights = [...lacksMaintain(maintained, 'reindex', forbidden), ...judgeLeftAlone(maintained, 'reindex', left)]
  const cut = maintained.context.signal.aborted ? [unfinishedWork(maintained, 'reindex')] : []
  const leftBehind = rebuilt.some((one) => one.kind === 'failed' && one.leftBehind)
  const finished = rebuilt.filter((one) => one.kind === 'done').length
  return {
    completed: rights.length === 0 && cut.length === 0,
    findings: [judgeRebuilt(rebuilt, maintained), ...rights, ...cut],
    ...(leftBehind ? { leftBehind: true as const } : {}),
    gains: reindexGains(rebuilt),
    counts: { 'reclaimed-bytes': reclaimedBytes(rebuilt) },
    line: maintained.context.dryRun
      ? `${formatCount(rebuilt.length)} indexes would be rebuilt`
      : `${formatCount(finished)} indexes rebuilt`,
  }
}

const run = async (options: TaskOptions, maintained: MaintainedDatabase) => {
  const { server, target, context } = maintained
  if (server.standby) return notOnStandby(target.database, 'reindex')
  const rebuilt: Rebuilt[] = []
  for (const rebuild of await planOf(maintained, options)) {
    if (context.dryRun) context.progress.say(`would run: ${statementOf(maintained, rebuild.index)}`)
    rebuilt.push(await rebuildIndex(maintained, rebuild))
  }
  return done(maintained, rebuilt)
}

export const part = definePart({
  name: 'reindex',
  description: 'REINDEX INDEX CONCURRENTLY of indexes that are invalid or bloated.',
  order: 40,
  changes: true,
  onlyNamed: true,
  ids: ['db.reindex', ...taskIds],
  options: {},
  run,
})
