import { formatBytes } from '../../core/quantity.ts'
import type { DatabaseManifest } from '../../domain/backup/manifest.ts'
import { lastBytesOf } from './earlier.ts'
import { type FilledDatabase, fillDatabase } from './fill-database.ts'
import { fillGlobals } from './fill-globals.ts'
import { judgeProof, notMade } from './findings.ts'
import { makeBackup, type UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'
import { globalsSubject } from './take-globals.ts'

const proofWords = { proven: 'proven', failed: 'not equal', unproven: 'unproven' } as const

/** Ids of what a kind that reads the database can say. */
export const databaseIds = ['backup.verified', 'backup.room', 'postgres.reachable', 'postgres.pooler'] as const

type KindOfDatabase = { readonly kind: DatabaseManifest['kind']; readonly name: string }

/** Makes one backup and says what became of it. */
const runFilled = async (
  site: BackupSite,
  wanted: KindOfDatabase,
  subject: string,
  fill: (unfinished: UnfinishedBackup) => Promise<FilledDatabase>,
) => {
  let filled: FilledDatabase | undefined
  const tried = await makeBackup(site, wanted, async (unfinished) => {
    filled = await fill(unfinished)
    return filled
  })
  if (tried.kind === 'refused') return { completed: false, findings: tried.refusal.findings }
  if (tried.kind === 'broken') {
    const advice = 'see what the log says above; what was begun was taken back'
    const left = tried.leftBehind ? { leftBehind: true as const } : {}
    return { completed: false, findings: [notMade(subject, { cause: tried.cause, advice })], ...left }
  }
  if (filled?.filled !== true || filled.proved === undefined || !('relations' in filled.manifest)) throw new Error('it was filled')
  const { made } = tried
  return {
    completed: true,
    findings: [judgeProof(subject, made, filled.manifest, filled.proved), ...(filled.extra ?? [])],
    backups: [made],
    line: `${subject.replace('/', ' ')} ${formatBytes(made.bytes)}, ${proofWords[filled.proved.kind]}`,
  }
}

/** Makes and judges a backup of the database, or of its definitions alone. */
export const runDatabase = async (site: BackupSite, kind: 'database' | 'schema') => {
  if ('findings' in site.database) return { completed: false, findings: site.database.findings }
  const { target } = site.database
  const subject = `${kind}/${target.database}`
  const wanted = { kind, name: target.database }
  const lastBytes = await lastBytesOf(site, wanted)
  return runFilled(site, wanted, subject, (unfinished) => fillDatabase({ site, target, unfinished, subject, kind, lastBytes }))
}

/** Makes and judges a backup of the server's roles and tablespaces. */
export const runGlobals = async (site: BackupSite, passwords: boolean) => {
  if ('findings' in site.database) return { completed: false, findings: site.database.findings }
  const { target } = site.database
  return runFilled(site, { kind: 'globals', name: 'globals' }, globalsSubject, (unfinished) =>
    fillGlobals({ site, target, unfinished, passwords }),
  )
}
