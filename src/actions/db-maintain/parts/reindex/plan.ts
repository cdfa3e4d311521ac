import type { Threshold } from '../../../../core/threshold.ts'
import { judge } from '../../../../core/threshold.ts'
import type { Bloat } from '../../../../domain/postgres/bloat.ts'
import type { Index } from '../../../../domain/postgres/indexes.ts'
import { isLeftover } from '../indexes/policy.ts'

/** One index to build anew, and why. */
export type Rebuild = { readonly index: Index; readonly why: 'invalid' | 'bloated' }

/** Invalid ones first, for no query can use them. What a REINDEX of somebody else left is not rebuilt: it is a copy. */
export const planReindex = (indexes: readonly Index[], { fillings }: Bloat, threshold: Threshold): readonly Rebuild[] => {
  const bloated = new Set(
    fillings
      .filter((one) => one.kind === 'index' && judge(one.emptyBytes / Math.max(one.sizeBytes, 1), threshold).status !== 'ok')
      .map((one) => one.oid),
  )
  const own = indexes.filter((one) => !one.partitioned && !one.building)
  return [
    ...own.filter((one) => !one.valid && !isLeftover(one)).map((index): Rebuild => ({ index, why: 'invalid' })),
    ...own.filter((one) => one.valid && bloated.has(one.oid)).map((index): Rebuild => ({ index, why: 'bloated' })),
  ]
}
