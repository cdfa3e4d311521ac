import { formatBytes } from '../../core/quantity.ts'
import { lastBytesOf } from './earlier.ts'
import { type FilledDatabase, fillDatabase } from './fill-database.ts'
import { judgeProof, notMade } from './findings.ts'
import { makeBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'

const proofWords = { proven: 'proven', failed: 'not equal', unproven: 'unproven' } as const

/** Ids of what a kind that reads the database can say. */
export const databaseIds = ['backup.verified', 'backup.room', 'postgres.reachable', 'postgres.pooler'] as const

/** Makes and judges a backup of the database, or of its definitions alone. */
export const runDatabase = async (site: BackupSite, kind: 'database' | 'schema') => {
  if ('findings' in site.database) return { completed: false, findings: site.database.findings }
  const { target } = site.database
  const subject = `${kind}/${target.database}`
  const wanted = { kind, name: target.database }
  const lastBytes = await lastBytesOf(site, wanted)
  let filled: FilledDatabase | undefined
  const tried = await makeBackup(site, wanted, async (unfinished) => {
    filled = await fillDatabase({ site, target, unfinished, subject, kind, lastBytes })
    return filled
  })
  if (tried.kind === 'refused') return { completed: false, findings: tried.refusal.findings }
  if (tried.kind === 'broken') {
    const advice = 'see what the log says above; what was begun was taken back'
    const left = tried.leftBehind ? { leftBehind: true as const } : {}
    return { completed: false, findings: [notMade(subject, { cause: tried.cause, advice })], ...left }
  }
  if (filled?.filled !== true || filled.proved === undefined || filled.manifest.kind !== kind) throw new Error('it was filled')
  const { made } = tried
  return {
    completed: true,
    findings: [judgeProof(subject, made, filled.manifest, filled.proved), ...(filled.extra ?? [])],
    backups: [made],
    line: `${kind} ${target.database} ${formatBytes(made.bytes)}, ${proofWords[filled.proved.kind]}`,
  }
}
