import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import { counted } from '../../../../core/render/headline.ts'
import { judge, type Threshold } from '../../../../core/threshold.ts'
import type { BackupFreshness } from '../../../../domain/backup/freshness.ts'
import { startOf } from '../../../../domain/backup/stored.ts'

export type BackupsFinding = JudgedFinding<'backups.age' | 'backups.size' | 'backups.off-site'>

const hourMs = 3_600_000

/** A daily backup that once came an hour late is none to wake somebody for; two that did not come are. */
export const defaultAge: Threshold = { warning: 26 * hourMs, critical: 50 * hourMs, clear: 26 * hourMs, worse: 'above' }

const shared = { certainty: 'hard', audience: 'infrastructure' } as const
const runBackup = 'run `backup`, and see in its last report why it was not made or not proven'

/** Whole minutes: more says nothing of a backup's age. */
const told = (ms: number): string => formatDuration(Math.round(ms / 60_000) * 60_000)

const judgeAge = ({ source, proven, newestAt }: BackupFreshness, now: Instant, limits: Threshold): BackupsFinding => {
  const base = {
    ...shared,
    id: 'backups.age',
    subject: `backup/${source}`,
    expected: `a proven one, younger than ${formatDuration(limits.warning)}`,
  } as const
  const newest = newestAt === undefined ? 'there is no backup' : `the newest is ${told(now - newestAt)} old and not proven`
  if (proven === undefined)
    return finding({ ...base, status: 'critical', title: `${source}: no proven backup`, observed: newest, advice: runBackup })
  const age = now - startOf(proven)
  const { status, cleared } = judge(age, limits)
  return finding({
    ...base,
    status,
    cleared,
    title: status === 'ok' ? `${source}: a proven backup` : `${source}: the newest proven backup is old`,
    observed: age < 0 ? `${told(-age)} in the future: the clock of this server was wrong, or is` : `${told(age)} old`,
    advice: status === 'ok' ? '' : runBackup,
    measurements: [{ name: 'age', value: Math.max(0, age), unit: 'ms' }],
  })
}

const judgeSize = ({ source, shrinkage }: BackupFreshness): BackupsFinding => {
  const base = {
    ...shared,
    id: 'backups.size',
    subject: `backup/${source}`,
    expected: 'at least half of the median of the five before it',
  } as const
  if (!shrinkage.suspect)
    return finding({ ...base, status: 'ok', title: `${source}: as large as is usual`, observed: 'at least half of those before it' })
  const words = (value: number): string => (shrinkage.what === 'rows' ? counted(Math.round(value), 'row') : formatBytes(value))
  return finding({
    ...base,
    status: 'warning',
    title: `${source}: the newest backup is less than half of those before it`,
    observed: `${words(shrinkage.now)} instead of about ${words(shrinkage.median)}`,
    advice: 'look at the database; when it is right so, accept the backup once, as the finding backup.suspect says',
  })
}

/** Only where targets are configured: they are noted beside each backup. */
const judgeCopies = ({ source, proven }: BackupFreshness): readonly BackupsFinding[] =>
  (proven?.copies ?? []).map(({ target, ok }) =>
    finding({
      ...shared,
      id: 'backups.off-site',
      subject: `backup/${source}/${target}`,
      status: ok ? 'ok' : 'warning',
      title: ok ? `${source}: a copy is at ${target}` : `${source}: the newest proven backup has no copy at ${target}`,
      observed: ok ? 'read back when it was sent' : 'it could not be sent, or not read back',
      expected: 'a copy that was read back',
      advice: ok ? '' : 'see the finding backup.off-site of its run',
    }),
  )

/** What the backups of a root say, source by source. */
export const judgeBackups = (sources: readonly BackupFreshness[], now: Instant, limits: Threshold): readonly BackupsFinding[] =>
  sources.flatMap((one) => [judgeAge(one, now, limits), ...(one.proven === undefined ? [] : [judgeSize(one), ...judgeCopies(one)])])

/** A kind that was never backed up. */
export const neverMade = (kind: string, root: string): BackupsFinding =>
  finding({
    ...shared,
    id: 'backups.age',
    subject: `backup/${kind}`,
    status: 'critical',
    title: `${kind}: no backup`,
    observed: `${root} holds none`,
    expected: 'a proven one',
    advice: runBackup,
  })
