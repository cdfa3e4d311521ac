import type { Instant } from '../../contract/seen.ts'

/** How much one backup holds. `rows` is undefined where it has none, as an archive. */
export type BackupSize = { readonly rows: number | undefined; readonly bytes: number }

/** A backup that another one is measured by. */
export type MeasuredBackup = BackupSize & {
  readonly at: Instant
  /** It was less than half itself, and nobody has accepted that. */
  readonly suspect: boolean
  /** A person said that it is right, or it is the first after a restore: what came before it says nothing of what comes after. */
  readonly accepted: boolean
}

/** How a backup stands against those before it; `what` is what shrank the most. */
export type Shrinkage =
  | { readonly suspect: false }
  | { readonly suspect: true; readonly what: 'rows' | 'bytes'; readonly now: number; readonly median: number }

const compared = 5
const leastShare = 0.5

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/**
 * What a backup is measured by: the last five before it that were not suspect, none older than the last accepted one. A wiped database is
 * measured by what it was, however many wiped backups of it there are by now.
 */
const baselineOf = (before: readonly MeasuredBackup[]): readonly MeasuredBackup[] => {
  const newestFirst = before.filter(({ suspect, accepted }) => !suspect || accepted).toSorted((a, b) => b.at - a.at)
  const accepted = newestFirst.findIndex((one) => one.accepted)
  return newestFirst.slice(0, accepted === -1 ? compared : Math.min(compared, accepted + 1))
}

const shrunk = (what: 'rows' | 'bytes', now: number | undefined, past: readonly (number | undefined)[]): Shrinkage | undefined => {
  const known = past.filter((one) => one !== undefined)
  if (now === undefined || known.length === 0) return undefined
  const usual = median(known)
  return now < usual * leastShare ? { suspect: true, what, now, median: usual } : undefined
}

/** Whether a backup is less than half of the median of the last five of its source and kind. A wiped database backs up perfectly. */
export const shrinkageOf = ({ rows, bytes }: BackupSize, before: readonly MeasuredBackup[]): Shrinkage => {
  const baseline = baselineOf(before)
  return (
    shrunk(
      'rows',
      rows,
      baseline.map((one) => one.rows),
    ) ??
    shrunk(
      'bytes',
      bytes,
      baseline.map((one) => one.bytes),
    ) ?? { suspect: false }
  )
}
