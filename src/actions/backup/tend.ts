import type { JudgedFinding } from '../../contract/finding.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { PlanLine } from '../../contract/plan.ts'
import { publicKeyOf } from '../../domain/backup/signing.ts'
import { bytesOf } from '../../domain/backup/stored.ts'
import { seeStored } from '../../probes/backup/stored.ts'
import { retainOptionsOf } from './keep-options.ts'
import { sendOffSite } from './off-site.ts'
import { ciphertextUnproven, judgeRecipients } from './off-site-findings.ts'
import type { OffSiteOption } from './off-site-options.ts'
import type { BackupSite, MadeBackup } from './part.ts'
import { plannedRetention, retain } from './retain.ts'

export type TendOptions = Parameters<typeof retainOptionsOf>[0] & {
  readonly kinds: readonly string[]
  readonly 'off-site': readonly OffSiteOption[]
  readonly 'trusted-keys': readonly string[]
}

export type TendFinding = JudgedFinding<'backup.suspect' | 'backup.retention' | 'backup.off-site' | 'backup.encryption' | 'backup.drill'>

/** Public keys whose signature counts here: that of this server, and those of the configuration. */
export const knownKeys = (signingKey: string, { 'trusted-keys': trusted }: Pick<TendOptions, 'trusted-keys'>): readonly string[] => [
  publicKeyOf(signingKey),
  ...trusted,
]

type TendedBackups = { readonly findings: readonly TendFinding[]; readonly tables: readonly JsonObject[] }

/** What follows when backups are made: how they stand against those before, copies elsewhere, and what goes. */
export const tendBackups = async (given: TendOptions, site: BackupSite, made: readonly MadeBackup[]): Promise<TendedBackups> => {
  const stored = await seeStored(site.root, knownKeys(site.signingKey, given))
  const ids = new Set(made.map(({ id }) => id))
  const own = stored.filter(({ manifest }) => ids.has(manifest.id))
  const isUnproven = made.some(({ proof }) => proof.ciphertext === 'unproven')
  const sent = await sendOffSite(site, given['off-site'], own)
  const kept = await retain({ site, stored, ...retainOptionsOf(given) }, made)
  const findings = [
    ...made.map(({ size }) => size),
    ...judgeRecipients(site.encryption.recipients),
    ...(isUnproven ? [ciphertextUnproven()] : []),
    ...sent.findings,
    ...kept.findings,
  ]
  const tables = [
    { title: 'Copies', columns: ['what', 'where'], rows: sent.rows },
    { title: 'Kept', columns: ['of', 'kept', 'because', 'removed'], rows: kept.rows },
  ].filter(({ rows }) => rows.length > 0)
  return { findings, tables }
}

/** What would go when these kinds were backed up well now. `keys`: those that lie beside the backups, for a dry run makes none. */
export const plannedPrune = async (
  given: TendOptions,
  site: Pick<BackupSite, 'root' | 'context'>,
  keys: readonly string[],
): Promise<readonly PlanLine[]> => {
  const stored = await seeStored(site.root, keys)
  const plans = plannedRetention({ site, stored, ...retainOptionsOf(given) }, given.kinds)
  const removed = new Set(plans.flatMap((plan) => plan.removed))
  return stored
    .filter(({ manifest }) => removed.has(manifest.id))
    .map(({ path, manifest }) => ({ does: 'remove', subject: path, bytes: bytesOf(manifest) }))
}
