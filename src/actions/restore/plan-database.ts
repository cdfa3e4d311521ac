import { join } from 'node:path'
import type { JsonObject } from '../../contract/json.ts'
import { type Plan, planFact } from '../../contract/plan.ts'
import { formatBytes, formatDuration } from '../../core/quantity.ts'
import { backupFiles } from '../../domain/backup/layout.ts'
import type { DatabaseManifest } from '../../domain/backup/manifest.ts'
import { missingBytes, scratchBytes } from '../../domain/backup/room.ts'
import { bytesOf, type StoredBackup, sizeOf, startOf } from '../../domain/backup/stored.ts'
import { chooseBackup, newestCandidates } from '../../domain/restore/choose.ts'
import { lostRows, planOfDatabase } from '../../domain/restore/database-plan.ts'
import { digestOfPlan } from '../../domain/restore/gate.ts'
import { confirmWord } from '../../domain/restore/names.ts'
import { digestOf } from '../../tools/backup-folder.ts'
import { lookAtPlace, type SeenPlace } from './look.ts'
import type { RestoreSite } from './site.ts'

/** A plan that could be applied. `warnings`: what a person should know first. */
export type PlannedDatabase = {
  readonly backup: StoredBackup
  readonly manifest: DatabaseManifest
  readonly manifestHash: string
  readonly place: SeenPlace
  readonly plan: Plan
  readonly missingRoles: readonly string[]
  readonly warnings: readonly string[]
  readonly unreadable: string | undefined
}

export type PlanRefusal = { readonly refused: string; readonly advice: string; readonly evidence: readonly string[] }

const refusal = (refused: string, advice: string, evidence: readonly string[] = []): PlanRefusal => ({ refused, advice, evidence })

const isDatabase = (manifest: StoredBackup['manifest']): manifest is DatabaseManifest => manifest.kind === 'database'

/** Backups of the database that is meant, of this server by its name or by its identity. */
export const candidatesOf = ({ stored, context, database }: RestoreSite, systemIdentifier: string): readonly StoredBackup[] =>
  stored.filter(
    ({ manifest }) =>
      isDatabase(manifest) &&
      manifest.source.database === database &&
      (manifest.server === context.server || manifest.source.systemIdentifier === systemIdentifier),
  )

/** Reads every artifact again: a bad backup fails here already. */
const damageOf = async ({ path, manifest }: StoredBackup, signal: AbortSignal): Promise<string | undefined> => {
  for (const { name, sha256, bytes } of manifest.artifacts) {
    const found = await digestOf(join(path, name), signal).catch((error: unknown) => (Error.isError(error) ? error.message : String(error)))
    if (typeof found === 'string') return `${name} cannot be read: ${found}`
    if (found.sha256 !== sha256 || found.bytes !== bytes) return `${name} is not what was written (${found.bytes} of ${bytes} bytes)`
  }
  return undefined
}

const majorOf = (version: string): number => Number(/^\d+/.exec(version)?.[0] ?? 0)

/** What keeps any restore from this place. */
const placeRefusal = ({ server, live, use, room }: SeenPlace, manifest: DatabaseManifest): PlanRefusal | undefined => {
  if (!server.superuser)
    return refusal(
      `role ${server.role} is no superuser`,
      'a restore makes a role that loads, extensions and grants: name a superuser in `database.user` or `database.url` for it; nothing of the dump runs with its rights',
    )
  if (server.standby) return refusal('the server is a standby: it takes no changes', 'restore on its primary')
  if (live?.template === true) return refusal(`${live.name} is a template of the server`, 'name another `target`')
  if (majorOf(manifest.source.serverVersion) > server.major)
    return refusal(
      `the backup is of PostgreSQL ${manifest.source.serverVersion}, and the server is the older ${server.serverVersion}`,
      'restore into a server of that major or a newer one',
    )
  if (use.holds.length > 0)
    return refusal(`the database cannot be renamed: ${use.holds.join(', ')}`, 'end what holds it, then plan again', use.holds)
  const needed = scratchBytes(live?.sizeBytes ?? bytesOf(manifest) * 5)
  const missing = room === undefined ? 0 : missingBytes(needed, room)
  return missing === 0
    ? undefined
    : refusal(
        `there is no room for both databases: ${formatBytes(missing)} are missing on the disk of ${server.dataDirectory}`,
        'make room there; the old database is kept for 7 days',
      )
}

const warningsOf = (
  site: RestoreSite,
  { backup, place, manifest }: Pick<PlannedDatabase, 'backup' | 'place' | 'manifest'>,
): readonly string[] => {
  const { context } = site
  const { server, rows, room } = place
  const major = majorOf(manifest.source.serverVersion)
  return [
    ...(backup.proof?.verified === true ? [] : ['this backup was never proven']),
    ...(manifest.server === context.server ? [] : [`it is of another server: ${manifest.server}`]),
    ...(manifest.source.systemIdentifier === server.systemIdentifier ? [] : ['it was made of another database server than the one here']),
    ...(startOf(backup) > context.now() ? ['it is dated in the future: a clock went back'] : []),
    ...(major === server.major
      ? []
      : [`it is of PostgreSQL ${major}, and the server is ${server.major}: definitions are not compared word for word`]),
    ...('why' in rows ? [`what is there now cannot be read, and is not backed up first: ${rows.why}`] : []),
    ...(room === undefined ? ['how much room the server has could not be seen'] : []),
  ]
}

const planFor = async (site: RestoreSite, backup: StoredBackup, place: SeenPlace): Promise<PlannedDatabase | PlanRefusal> => {
  const { manifest } = backup
  if (!isDatabase(manifest)) return refusal(`${manifest.id} is a backup of ${manifest.kind}, not of a database`, 'name another backup')
  const bad = placeRefusal(place, manifest)
  if (bad !== undefined) return bad
  site.context.progress.say(`reading the backup ${manifest.id} again`)
  const damage = await damageOf(backup, site.context.signal)
  if (damage !== undefined)
    return refusal(`the backup ${manifest.id} is damaged: ${damage}`, 'take another one; the plan of `latest-verified` lists them')
  const { sha256: manifestHash } = await digestOf(join(backup.path, backupFiles.manifest), site.context.signal)
  const { server, live, use, services, rows } = place
  const missingRoles = manifest.roles.filter((role) => !server.roles.has(role) && !role.startsWith('ronde_')).toSorted()
  const unreadable = 'why' in rows ? rows.why : undefined
  const plan = planOfDatabase({
    manifest,
    manifestHash,
    database: site.database,
    systemIdentifier: server.systemIdentifier,
    oid: live?.oid ?? '',
    services: [...new Set(services.map(({ service }) => service))],
    sessions: use.sessions,
    missingRoles,
    unreadable,
  })
  return { backup, manifest, manifestHash, place, plan, missingRoles, unreadable, warnings: warningsOf(site, { backup, place, manifest }) }
}

const whenOf = (site: RestoreSite, backup: StoredBackup): string => {
  const age = site.context.now() - startOf(backup)
  return age < 0 ? 'in the future' : `${formatDuration(age)} ago`
}

const candidateRow = (site: RestoreSite, backup: StoredBackup): readonly string[] => {
  const { rows, bytes } = sizeOf(backup.manifest)
  const proof = backup.proof?.verified === true ? 'proven' : (backup.proof?.failures[0] ?? 'unproven')
  const elsewhere = backup.copies.filter(({ ok }) => ok).map(({ target }) => target)
  return [
    backup.manifest.id,
    `${whenOf(site, backup)}, ${rows ?? 0} rows, ${formatBytes(bytes)}, ${proof}; ${['here', ...elsewhere].join(', ')}`,
  ]
}

export const candidateTable = (site: RestoreSite, candidates: readonly StoredBackup[]): JsonObject => ({
  title: 'Newest backups',
  columns: ['backup', 'age, rows, size, proof, where'],
  rows: newestCandidates(candidates).map((one) => [...candidateRow(site, one)]),
})

/** What applies it, whole. */
export const applyCommand = (site: RestoreSite, { backup, plan }: PlannedDatabase): string => {
  const target = site.given.target === undefined ? '' : ` -f target=${site.database}`
  return `gh workflow run restore.yml -f backup=${backup.manifest.id}${target} -f digest=${digestOfPlan(plan)} -f confirm=${confirmWord(site.database, site.context.server)}`
}

export const planFacts = (site: RestoreSite, planned: PlannedDatabase): JsonObject => {
  const { place, manifest, plan, backup } = planned
  const rows = 'why' in place.rows ? [] : place.rows
  const lost = place.live === undefined ? [] : lostRows(manifest, rows)
  return {
    plan: planFact(plan),
    tables: [
      {
        title: `What would be lost: written since ${manifest.startedAt}, ${whenOf(site, backup)}`,
        columns: ['table', 'rows now, about', 'rows of the backup'],
        rows: lost.map((row) => [...row]),
      },
      candidateTable(site, candidatesOf(site, place.server.systemIdentifier)),
    ],
  }
}

export const planDatabase = async (
  site: RestoreSite,
): Promise<{ readonly place: SeenPlace; readonly planned: PlannedDatabase | PlanRefusal }> => {
  const place = await lookAtPlace(site)
  const chosen = chooseBackup(site.given.backup, candidatesOf(site, place.server.systemIdentifier), site.stored)
  if ('refused' in chosen) return { place, planned: refusal(chosen.refused, chosen.advice) }
  return { place, planned: await planFor(site, chosen.backup, place) }
}
