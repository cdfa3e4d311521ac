import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import { formatCount } from '../../../../core/render/headline.ts'
import type { FactTable } from '../../../../core/render/view.ts'
import type { MaintainedDatabase } from '../../part.ts'
import { indexName } from '../indexes/policy.ts'
import type { Rebuilt } from './work.ts'

type Done = Extract<Rebuilt, { kind: 'done' }>
type Failed = Extract<Rebuilt, { kind: 'failed' }>
const isDone = (one: Rebuilt): one is Done => one.kind === 'done'
const isFailed = (one: Rebuilt): one is Failed => one.kind === 'failed'

const nameOf = ({ rebuild }: Rebuilt): string => indexName(rebuild.index)
const isLeftAlone = ({ kind }: Rebuilt): boolean => kind === 'own-code'
const plural = (count: number): string => `${formatCount(count)} ${count === 1 ? 'index' : 'indexes'}`

export const reclaimedBytes = (rebuilt: readonly Rebuilt[]): number =>
  rebuilt.filter(isDone).reduce((sum, one) => sum + Math.max(0, one.rebuild.index.sizeBytes - one.afterBytes), 0)

const describe = (one: Failed): string => `${nameOf(one)}: ${one.cause}${one.leftBehind ? '; its copy is still there' : ''}`

/** Whether every index that wanted it was built anew. A failure leaves the old index as it was. */
export const judgeRebuilt = (
  rebuilt: readonly Rebuilt[],
  { subject, context }: Pick<MaintainedDatabase, 'subject' | 'context'>,
): JudgedFinding<'db.reindex'> => {
  const [done, failed] = [rebuilt.filter(isDone), rebuilt.filter(isFailed)]
  const own = rebuilt.filter((one) => !isLeftAlone(one)).length
  const [first] = failed
  const told = context.dryRun ? `would rebuild ${plural(own)}` : `${done.length} of ${plural(own)} rebuilt`
  return finding({
    id: 'db.reindex',
    subject,
    status: first === undefined ? 'ok' : 'warning',
    title: first === undefined ? `${subject}: ${told}` : `${subject}: ${nameOf(first)} could not be rebuilt`,
    observed: first === undefined ? told : `${told}; ${first.cause}`,
    expected: 'every invalid or bloated index rebuilt',
    advice:
      first === undefined
        ? ''
        : 'a unique index that fails has duplicates in its table; one that waited too long needs the old transactions ended; then run it again',
    evidence: failed.slice(0, 20).map(describe),
    audience: 'technical',
  })
}

const notDone: Readonly<Record<string, string>> = { failed: 'failed', 'no-right': 'no right', 'own-code': 'left alone' }

/** What each index gained. */
export const reindexGains = (rebuilt: readonly Rebuilt[]): FactTable => ({
  title: 'reindex',
  columns: ['index', 'why', 'size', 'took'],
  rows: rebuilt.map((one) => {
    const { index, why } = one.rebuild
    const before = formatBytes(index.sizeBytes)
    if (one.kind === 'done') return [nameOf(one), why, `${before} → ${formatBytes(one.afterBytes)}`, formatDuration(one.tookMs)]
    return [nameOf(one), why, before, notDone[one.kind] ?? '']
  }),
})
