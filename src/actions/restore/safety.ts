import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Report } from '../../contract/report.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { backupFiles } from '../../domain/backup/layout.ts'
import { type DatabaseManifest, readManifest } from '../../domain/backup/manifest.ts'
import { writeSynced } from '../../tools/backup-folder.ts'
import type { RestoreSite } from './site.ts'

/** A backup of what is about to be replaced. */
export type SafetyBackup = {
  readonly id: string
  readonly path: string
  readonly verified: boolean
  readonly manifest: DatabaseManifest | undefined
}

const made = z.array(z.object({ id: z.string(), path: z.string(), verified: z.boolean() }))

/** A century: nothing is pruned for a restore. Copies elsewhere can wait until the database is back. */
const overrides = { kinds: ['database'], keep: { days: 36_500 }, 'off-site': [], accept: [] } as const

const manifestIn = async (path: string): Promise<DatabaseManifest | undefined> => {
  const read = readManifest(await readFile(join(path, backupFiles.manifest), 'utf8'))
  return 'value' in read && read.value.kind === 'database' ? read.value : undefined
}

const notMade = (bad: Report['findings'][number] | undefined): Obstacle => ({
  cause: `what is there could not be backed up first: ${bad?.observed ?? 'no backup was made'}`,
  advice: bad?.advice ?? 'see the log of the backup',
})

const ofAnother: Obstacle = {
  cause: 'the backup that was made first is of another database than the one that is replaced',
  advice: '`database` of ronde.yml must lead to the database that is restored',
}

/** Backs up what is there before anything stops, and marks it as what a restore replaced; or why that was not done. */
export const takeSafetyBackup = async ({ context, database }: RestoreSite, systemIdentifier: string): Promise<SafetyBackup | Obstacle> => {
  context.progress.say(`${database} is backed up before it is replaced`)
  const report = await context.invoke('backup', overrides)
  const [first] = made.safeParse(report.facts['backups']).data ?? []
  const bad = ['critical', 'unknown'].map((status) => report.findings.find((one) => one.status === status)).find((one) => one !== undefined)
  if (first === undefined || (bad !== undefined && !first.verified)) return notMade(bad)
  const manifest = await manifestIn(first.path)
  if (manifest?.source.systemIdentifier !== systemIdentifier || manifest.source.database !== database) return ofAnother
  await writeSynced(join(first.path, backupFiles.preRestore), `before a restore of ${database}\n`)
  return { ...first, manifest }
}
