import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatBytes } from '../../core/quantity.ts'
import { counted } from '../../core/render/headline.ts'
import type { KeepReason, PruneObstacle, RetentionPlan } from '../../domain/backup/retention.ts'
import { bytesOf, type StoredBackup } from '../../domain/backup/stored.ts'
import type { Shrinkage } from '../../domain/backup/suspect.ts'

const mostTold = 30

type Standing = { readonly status: 'ok' | 'warning'; readonly why: string; readonly advice: string }

const standing: Readonly<Record<PruneObstacle, (plan: RetentionPlan) => Standing>> = {
  'unverified-run': () => ({ status: 'ok', why: 'this backup is not proven', advice: 'the next proven one lets them go' }),
  clock: () => ({
    status: 'warning',
    why: 'the clock of this server went back',
    advice: 'see that it is synchronised: `timedatectl`; the next run lets them go',
  }),
  suspect: () => ({
    status: 'warning',
    why: 'a backup holds less than half of those before it',
    advice: 'look at the database; when it is right so, give its id once: `accept: [ID]`',
  }),
  limit: ({ spare, limit }) => ({
    status: 'warning',
    why: `${spare.length} are more than the ${limit} that may go at once`,
    advice: `read the list; when all of them may go, run it once with \`prune-limit: ${spare.length}\``,
  }),
}

const keptLines = ({ kept }: RetentionPlan): readonly string[] => kept.slice(0, mostTold).map(({ id, why }) => `${id}: ${why.join(', ')}`)

/** What stayed, and why; what went. */
export const judgeRetention = (
  subject: string,
  plan: RetentionPlan,
  removed: readonly StoredBackup[],
): JudgedFinding<'backup.retention'> => {
  const bytes = removed.reduce((sum, { manifest }) => sum + bytesOf(manifest), 0)
  const obstacle = plan.obstacle === undefined ? undefined : standing[plan.obstacle](plan)
  const gone = removed.length === 0 ? '' : `, removed ${removed.map(({ manifest }) => manifest.id).join(', ')} (${formatBytes(bytes)})`
  return finding({
    id: 'backup.retention',
    subject,
    status: obstacle?.status ?? 'ok',
    title: `${subject}: ${counted(plan.kept.length, 'backup')} kept`,
    observed: obstacle === undefined ? `${plan.kept.length} kept${gone}` : `${plan.spare.length} could go and stay: ${obstacle.why}`,
    expected: 'what the rules of `keep` say, and nothing else',
    advice: obstacle?.advice ?? '',
    evidence: keptLines(plan),
    audience: 'infrastructure',
  })
}

const reasonWords: Readonly<Record<KeepReason, string>> = {
  young: 'young',
  daily: 'daily',
  weekly: 'weekly',
  monthly: 'monthly',
  yearly: 'yearly',
  verified: 'the last proven',
  newest: 'the newest',
  pinned: 'pinned',
  'pre-restore': 'from before a restore',
  future: 'dated in the future',
}

/** What stays and why, what goes, in one line of the summary: `quiz`, `34`, `30 young, 4 weekly`, `1`. */
export const retentionRow = (what: string, { kept, spare, removed, obstacle }: RetentionPlan, { status }: JudgedFinding): string[] => {
  const reasons = Map.groupBy(
    kept.flatMap(({ why }) => why),
    (why) => why,
  )
  const because = [...reasons].map(([why, all]) => `${all.length} ${reasonWords[why]}`).join(', ')
  const stays = obstacle !== undefined || status === 'critical'
  return [what, `${kept.length}`, because, stays ? `none; ${spare.length} could go` : `${removed.length}`]
}

/** What is kept cannot be read as it was written: nothing goes. */
export const notRetained = (subject: string, damages: readonly string[]): JudgedFinding<'backup.retention'> =>
  finding({
    id: 'backup.retention',
    subject,
    status: 'critical',
    title: `${subject}: ${counted(damages.length, 'backup')} damaged on the disk`,
    observed: damages.slice(0, 3).join('; '),
    expected: 'backups that are what was written',
    advice: 'nothing was removed; look at the disk (`dmesg`, SMART), and fetch an off-site copy',
    evidence: damages.slice(0, mostTold),
    certainty: 'hard',
    audience: 'infrastructure',
  })

/** A wiped database backs up perfectly. */
export const judgeShrinkage = (subject: string, id: string, shrinkage: Shrinkage): JudgedFinding<'backup.suspect'> =>
  shrinkage.suspect
    ? finding({
        id: 'backup.suspect',
        subject,
        status: 'warning',
        title: `${subject}: the backup holds less than half of what is usual`,
        observed: shrinkage.what === 'rows' ? counted(shrinkage.now, 'row') : formatBytes(shrinkage.now),
        expected: `about ${shrinkage.what === 'rows' ? counted(Math.round(shrinkage.median), 'row') : formatBytes(shrinkage.median)}`,
        advice: `nothing is removed until somebody has looked; when it is right so, run it once with \`accept: [${id}]\``,
        certainty: 'hard',
        audience: 'technical',
      })
    : finding({
        id: 'backup.suspect',
        subject,
        status: 'ok',
        title: `${subject}: as large as is usual`,
        observed: 'at least half of those before it',
        expected: 'at least half of the median of the last five',
        audience: 'technical',
      })
