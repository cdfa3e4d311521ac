import { formatCount } from '../../../../core/render/headline.ts'
import { seeBloat } from '../../../../probes/postgres/bloat.ts'
import { seeIndexes } from '../../../../probes/postgres/indexes.ts'
import { lacksMaintain } from '../../maintain-rights.ts'
import { notOnStandby, unfinishedWork } from '../../not-done.ts'
import { judgeLeftAlone } from '../../owner-code.ts'
import { type Done, defineTask, type SharedOptions, type Site } from '../../task.ts'
import { limitOf } from '../../thresholds.ts'
import { indexName } from '../indexes/policy.ts'
import { planReindex, type Rebuild } from './plan.ts'
import { judgeRebuilt, reclaimedBytes, reindexGains } from './policy.ts'
import { type Rebuilt, rebuildIndex, statementOf } from './work.ts'

const planOf = async ({ session, tables }: Site, { thresholds }: SharedOptions): Promise<readonly Rebuild[]> => {
  const oids = tables.map((one) => one.oid)
  const indexes = await seeIndexes(session, oids)
  return planReindex(indexes, await seeBloat(session, oids), limitOf(thresholds, 'bloat'))
}

const done = (site: Site, rebuilt: readonly Rebuilt[]): Done => {
  const forbidden = rebuilt
    .filter((one) => one.kind === 'no-right')
    .map((one) => ({ name: indexName(one.rebuild.index), owner: one.rebuild.index.owner }))
  const left = rebuilt.flatMap((one) =>
    one.kind === 'own-code' ? [{ name: indexName(one.rebuild.index), owner: one.rebuild.index.owner, found: one.found }] : [],
  )
  const rights = [...lacksMaintain(site, 'reindex', forbidden), ...judgeLeftAlone(site, 'reindex', left)]
  const cut = site.context.signal.aborted ? [unfinishedWork(site, 'reindex')] : []
  const leftBehind = rebuilt.some((one) => one.kind === 'failed' && one.leftBehind)
  const finished = rebuilt.filter((one) => one.kind === 'done').length
  return {
    completed: rights.length === 0 && cut.length === 0,
    findings: [judgeRebuilt(rebuilt, site), ...rights, ...cut],
    ...(leftBehind ? { leftBehind: true as const } : {}),
    gains: reindexGains(rebuilt),
    counts: { 'reclaimed-bytes': reclaimedBytes(rebuilt) },
    line: site.context.dryRun ? `${formatCount(rebuilt.length)} indexes would be rebuilt` : `${formatCount(finished)} indexes rebuilt`,
  }
}

const run = async (site: Site, options: SharedOptions): Promise<Done> => {
  const { server, target, context } = site
  if (server.standby) return notOnStandby(target.database, 'reindex')
  const rebuilt: Rebuilt[] = []
  for (const rebuild of await planOf(site, options)) {
    if (context.dryRun) context.progress.say(`would run: ${statementOf(site, rebuild.index)}`)
    rebuilt.push(await rebuildIndex(site, rebuild))
  }
  return done(site, rebuilt)
}

export const task = defineTask({
  name: 'reindex',
  description: 'REINDEX INDEX CONCURRENTLY of indexes that are invalid or bloated.',
  changes: true,
  onlyNamed: true,
  options: {},
  run,
})
