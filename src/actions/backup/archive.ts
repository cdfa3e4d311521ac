import { join } from 'node:path'
import type { PipelineStage } from '../../contract/process.ts'
import { errorText } from '../../core/error-chain.ts'
import { fileNameOf } from '../../domain/backup/layout.ts'
import type { ArchiveManifest, BackupProof } from '../../domain/backup/manifest.ts'
import { transferLine } from '../../domain/backup/transfer-line.ts'
import { chooseCodec } from '../../tools/archive/codec.ts'
import { type PackedArchive, packArchive } from '../../tools/archive/pack.ts'
import { inconsistentWord, judgeArchive, notArchived } from './archive-findings.ts'
import { type BackupAttempt, type FilledBackup, makeBackup, type UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'

/** What is archived: `from` writes its tar to stdout. */
export type ArchivedThing = {
  readonly kind: ArchiveManifest['kind']
  /** The volume's name, or the kind. */
  readonly name: string
  readonly project: string
  /** What people read: `volume/quiz_media`. */
  readonly subject: string
  /** What the archive's `.` was, so that it is known where it belongs. */
  readonly base: string
  readonly from: PipelineStage
}

type ArchiveRefusal = { readonly cause: string }

const longestMs = 6 * 3_600_000
const everyMs = 3_000

/** Told every few seconds; short work says nothing. */
const teller = ({ context }: BackupSite, what: string) => {
  const startedAt = performance.now()
  let toldAt = startedAt
  return (bytes: number) => {
    const now = performance.now()
    if (now - toldAt < everyMs) return
    toldAt = now
    context.progress.say(transferLine(what, { bytes, elapsedMs: now - startedAt, expectedBytes: undefined }))
  }
}

const proofOf = ({ inconsistent }: PackedArchive & { ok: true }, at: string, isEncrypted: boolean): BackupProof => ({
  verified: inconsistent.length === 0,
  at,
  failures: inconsistent.map((one) => `${inconsistentWord}${one}`),
  ciphertext: isEncrypted ? 'unproven' : 'none',
})

const fill = async (site: BackupSite, thing: ArchivedThing, unfinished: UnfinishedBackup): Promise<FilledBackup<ArchiveRefusal>> => {
  const { context, encryption } = site
  const limits = { signal: context.signal, timeoutMs: longestMs }
  const codec = await chooseCodec(context.programs.run, { ...limits, timeoutMs: 10_000 })
  const { recipients } = encryption
  const name = `${fileNameOf(thing.name)}.${codec.suffix}${recipients.length > 0 ? '.age' : ''}`
  const progress = teller(site, thing.subject)
  const packed = await packArchive(context.programs.pipe, {
    from: thing.from,
    codec,
    file: join(unfinished.folder, name),
    recipients,
    limits,
    progress,
  })
  if (!packed.ok) return { filled: false, cause: packed.cause }
  const { bytes, sha256, sha256Plain, entries, inconsistent } = packed
  const finishedAt = new Date(context.now()).toISOString()
  const manifest: ArchiveManifest = {
    schemaVersion: 1,
    id: unfinished.id,
    server: context.server,
    kind: thing.kind,
    source: { project: thing.project, volume: thing.kind === 'volumes' ? thing.name : '' },
    name: thing.name,
    base: thing.base,
    entries,
    startedAt: unfinished.startedAt.toISOString(),
    finishedAt,
    artifacts: [{ name, bytes, sha256, sha256Plain, codec: codec.name, recipients: [...recipients] }],
    inconsistent: [...inconsistent],
  }
  return { filled: true, manifest, proof: proofOf(packed, finishedAt, recipients.length > 0) }
}

const attempt = async (site: BackupSite, thing: ArchivedThing): Promise<BackupAttempt<ArchiveRefusal>> => {
  try {
    return await makeBackup(site, { kind: thing.kind, name: thing.name }, (unfinished) => fill(site, thing, unfinished))
  } catch (error) {
    return { kind: 'broken', cause: errorText(error), leftBehind: false }
  }
}

/** Backs up one thing as an archive, and says what became of it. */
export const backUpArchive = async (site: BackupSite, thing: ArchivedThing) => {
  const tried = await attempt(site, thing)
  if (tried.kind === 'made') return { made: tried.made, findings: [judgeArchive(thing.subject, tried.made)], leftBehind: false }
  const cause = tried.kind === 'refused' ? tried.refusal.cause : tried.cause
  return { made: undefined, findings: [notArchived(thing.subject, cause)], leftBehind: tried.kind === 'broken' && tried.leftBehind }
}

type Archived = Awaited<ReturnType<typeof backUpArchive>>

/** What a kind brings back of all the things it archived. */
export const archiveOutcome = (kind: string, done: readonly Archived[]) => {
  const backups = done.flatMap(({ made }) => made ?? [])
  return {
    completed: backups.length === done.length && done.length > 0,
    findings: done.flatMap(({ findings }) => findings),
    backups,
    line: `${kind} ${backups.length} of ${done.length}`,
    ...(done.some(({ leftBehind }) => leftBehind) ? { leftBehind: true as const } : {}),
  }
}
