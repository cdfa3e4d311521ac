import type { Instant } from '../../contract/seen.ts'
import { timeOfBackupId } from './layout.ts'
import { asMeasured, type StoredBackup, sizeOf } from './stored.ts'
import { type Shrinkage, shrinkageOf } from './suspect.ts'

/** What is known of the newest backups of one source folder. */
export type BackupFreshness = {
  /** `quiz-prod--quiz--database` */
  readonly source: string
  readonly kind: string
  /** The newest proven one; undefined when there is none among those that were looked at. */
  readonly proven: StoredBackup | undefined
  /** Of all that lie there, by their names. */
  readonly newestAt: Instant | undefined
  readonly shrinkage: Shrinkage
}

const last = (text: string): string => text.split('--').at(-1) ?? ''

/** `newestFirst`: those that were read, down to a few before the newest proven one. */
export const freshnessOf = (source: string, ids: readonly string[], newestFirst: readonly StoredBackup[]): BackupFreshness => {
  const proven = newestFirst.find(({ proof }) => proof?.verified === true)
  const before = proven === undefined ? [] : newestFirst.slice(newestFirst.indexOf(proven) + 1)
  const isAccepted = proven?.marks.has('accepted') === true
  return {
    source,
    kind: last(source),
    proven,
    newestAt: ids.map((id) => timeOfBackupId(id)?.getTime()).find((at) => at !== undefined),
    shrinkage: proven === undefined || isAccepted ? { suspect: false } : shrinkageOf(sizeOf(proven.manifest), before.map(asMeasured)),
  }
}
