import { basename, dirname, join } from 'node:path'
import type { JudgedFinding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { backupFiles } from '../../domain/backup/layout.ts'
import { nameOf, type StoredBackup, type StoredCopy } from '../../domain/backup/stored.ts'
import { seeBackupIds } from '../../probes/backup/stored.ts'
import { replaceSynced } from '../../tools/backup-folder.ts'
import { offSiteTarget } from '../../tools/off-site/open-target.ts'
import { sendBackup } from '../../tools/off-site/send.ts'
import type { OffSiteTarget } from '../../tools/off-site/target.ts'
import { judgeCopy, judgeProtection, keptHere } from './off-site-findings.ts'
import type { OffSiteOption } from './off-site-options.ts'
import type { BackupSite } from './part.ts'

type OffSiteFinding = JudgedFinding<'backup.off-site' | 'backup.encryption'>

/** Kinds that hold passwords in plain: never sent unless they are encrypted. */
const secretKinds = new Set(['config', 'globals'])

const isOpen = ({ manifest }: StoredBackup): boolean => manifest.artifacts.some(({ recipients }) => recipients.length === 0)

const send = async (
  site: Pick<BackupSite, 'context'>,
  target: OffSiteTarget,
  { path, manifest }: StoredBackup,
): Promise<Obstacle | undefined> => {
  const { context } = site
  const folder = dirname(path)
  return sendBackup(
    target,
    { source: basename(folder), id: manifest.id, folder: path, artifacts: manifest.artifacts.map(({ name }) => name) },
    {
      signal: context.signal,
      now: context.now(),
      known: new Set(await seeBackupIds(folder)),
      progress: (line) => context.progress.say(line),
    },
  )
}

/** Sends the backups of this run to one target; each by itself. */
const sendAll = async (
  site: Pick<BackupSite, 'context'>,
  target: OffSiteTarget,
  backups: readonly StoredBackup[],
  copies: Map<string, StoredCopy[]>,
) => {
  const findings: OffSiteFinding[] = []
  for (const one of backups) {
    const trouble = await send(site, target, one)
    findings.push(judgeCopy(target.name, one.manifest, trouble))
    const copy = { target: target.name, at: new Date(site.context.now()).toISOString(), ok: trouble === undefined }
    copies.set(one.path, [...(copies.get(one.path) ?? []), copy])
  }
  return findings
}

/** `rows`: for the summary, what lies where. */
type SentOffSite = { readonly findings: readonly OffSiteFinding[]; readonly rows: string[][] }

const placesOf = (made: readonly StoredBackup[], copies: ReadonlyMap<string, readonly StoredCopy[]>): string[][] =>
  made.map(({ path, manifest }) => {
    const elsewhere = (copies.get(path) ?? []).map(({ target, ok }) => `${target}${ok ? ', read back' : ': no copy'}`)
    return [`${manifest.kind} ${nameOf(manifest)}`, [path, ...elsewhere].join('; ')]
  })

/** Sends what this run made to every target. What one target does says nothing of another; nothing is ever removed there but what was cut. */
export const sendOffSite = async (
  site: Pick<BackupSite, 'context'>,
  options: readonly OffSiteOption[],
  made: readonly StoredBackup[],
): Promise<SentOffSite> => {
  if (options.length === 0 || made.length === 0) return { findings: [], rows: [] }
  const [kept, sent] = [
    made.filter((one) => secretKinds.has(one.manifest.kind) && isOpen(one)),
    made.filter((one) => !secretKinds.has(one.manifest.kind) || !isOpen(one)),
  ]
  const findings: OffSiteFinding[] = kept.map(({ manifest }) => keptHere(manifest))
  const copies = new Map<string, StoredCopy[]>()
  for (const option of options) {
    const target = offSiteTarget(option, site.context)
    findings.push(...(await sendAll(site, target, sent, copies)), judgeProtection(target.name, await target.protection()))
  }
  for (const [path, list] of copies) await replaceSynced(join(path, backupFiles.copies), `${JSON.stringify(list, undefined, 1)}\n`)
  return { findings, rows: placesOf(made, copies) }
}
