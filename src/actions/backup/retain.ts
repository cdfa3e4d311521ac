import { join } from 'node:path'
import type { JudgedFinding } from '../../contract/finding.ts'
import type { Instant } from '../../contract/seen.ts'
import { errorText } from '../../core/error-chain.ts'
import { type KeepOptions, planRetention, type RetentionPlan } from '../../domain/backup/retention.ts'
import { asRetained, type StoredBackup, sourceKeyOf } from '../../domain/backup/stored.ts'
import { digestOf } from '../../tools/backup-folder.ts'
import { emptyTrash, moveToTrash } from '../../tools/trash.ts'
import type { BackupSite, MadeBackup } from './part.ts'
import { judgeRetention, notRetained, retentionRow } from './retention-findings.ts'

export type RetainOptions = {
  readonly keep: KeepOptions & { readonly pin: readonly string[] }
  readonly pruneLimit: number | undefined
}

export type RetainSetting = RetainOptions & {
  readonly site: Pick<BackupSite, 'root' | 'context'>
  readonly stored: readonly StoredBackup[]
}

/** The note of the state that holds the latest time that a run saw. */
const clockNote = 'clock'

const lastSeen = ({ context }: Pick<BackupSite, 'context'>): Instant => Number(context.state.note(clockNote) ?? 0)

type GroupKey = { readonly source: string; readonly kind: string }

const plansFor = (setting: RetainSetting, verified: (group: GroupKey) => boolean): readonly RetentionPlan[] => {
  const { site, stored, keep, pruneLimit } = setting
  const now = site.context.now()
  const clockWentBack = now < lastSeen(site)
  const pinned = new Set(keep.pin)
  const all = stored.map((one) => asRetained(one, pinned))
  const groups = Map.groupBy(all, ({ source, kind }) => JSON.stringify([source, kind]))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : planRetention(group, { keep, now, clockWentBack, pruneLimit, verifiedRun: verified(first) })
  })
}

/** What retention would do if these kinds were backed up well now: for the plan that a dry run shows. */
export const plannedRetention = (setting: RetainSetting, kinds: readonly string[]): readonly RetentionPlan[] =>
  plansFor(setting, () => true).filter(({ kind }) => kinds.includes(kind))

const damageOf = async ({ path, manifest }: StoredBackup, signal: AbortSignal): Promise<string | undefined> => {
  for (const { name, sha256, bytes } of manifest.artifacts) {
    try {
      const found = await digestOf(join(path, name), signal)
      if (found.sha256 !== sha256 || found.bytes !== bytes) return `${manifest.id}: ${name} is not what was written`
    } catch (error) {
      return `${manifest.id}: ${name} cannot be read (${errorText(error)})`
    }
  }
  return undefined
}

/** Reads again all that the plan keeps: what is to go may be the last good one. */
const damagesOf = async ({ site, stored }: RetainSetting, { kept }: RetentionPlan): Promise<readonly string[]> => {
  const ids = new Set(kept.map(({ id }) => id))
  const damages: string[] = []
  for (const one of stored.filter(({ manifest }) => ids.has(manifest.id))) {
    const damage = await damageOf(one, site.context.signal)
    if (damage !== undefined) damages.push(damage)
  }
  return damages
}

type RetentionFinding = JudgedFinding<'backup.retention'>

/** `rows`: for the summary, a line a source. */
type Retained = { readonly findings: readonly RetentionFinding[]; readonly rows: string[][] }

const prune = async (setting: RetainSetting, plan: RetentionPlan, subject: string): Promise<RetentionFinding> => {
  const { site, stored } = setting
  if (plan.removed.length > 0) {
    site.context.progress.say(`${subject}: what is kept is read again before ${plan.removed.length} go`)
    const damages = await damagesOf(setting, plan)
    if (damages.length > 0) return notRetained(subject, damages)
  }
  const removed = stored.filter(({ manifest }) => plan.removed.includes(manifest.id))
  for (const { path } of removed) {
    if (site.context.signal.aborted) break
    await moveToTrash(site.root, path)
  }
  return judgeRetention(subject, plan, removed)
}

/** Removes what no rule keeps, of the sources of which this run made a proven backup. Says what stays and why. */
export const retain = async (setting: RetainSetting, made: readonly MadeBackup[]): Promise<Retained> => {
  const { site, stored } = setting
  const byId = new Map(stored.map((one) => [one.manifest.id, one]))
  const groupOf = ({ id }: MadeBackup) => {
    const found = byId.get(id)
    return found === undefined ? undefined : JSON.stringify([sourceKeyOf(found.manifest), found.manifest.kind])
  }
  const own = new Map(made.map((one) => [groupOf(one), one]))
  const plans = plansFor(setting, ({ source, kind }) => own.get(JSON.stringify([source, kind]))?.proof.verified === true)
  const findings: RetentionFinding[] = []
  const rows: string[][] = []
  for (const plan of plans) {
    const one = own.get(JSON.stringify([plan.source, plan.kind]))
    if (one === undefined) continue
    const judged = await prune(setting, plan, `${one.kind}/${one.name}`)
    findings.push(judged)
    rows.push(retentionRow(`${one.kind} ${one.name}`, plan, judged))
  }
  await emptyTrash(site.root)
  site.context.state.setNote(clockNote, String(site.context.now()))
  return { findings, rows }
}
