import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { errorText } from '../../core/error-chain.ts'
import { type BackupKind, backupFiles, backupIdOf, rootFiles, sourceFolderName } from '../../domain/backup/layout.ts'
import { type BackupManifest, type BackupProof, documentText } from '../../domain/backup/manifest.ts'
import { signatureOf } from '../../domain/backup/signing.ts'
import { bytesOf } from '../../domain/backup/stored.ts'
import { publishFolder, removePartial, writeSynced } from '../../tools/backup-folder.ts'
import { markSize } from './marks.ts'
import type { BackupSite, MadeBackup } from './part.ts'
import { type SealedBackup, sealBackup } from './seal.ts'

/** Folders of a backup that is being made. */
export type UnfinishedBackup = {
  readonly id: string
  readonly startedAt: Date
  /** Artifacts, and nothing else: it becomes the backup. */
  readonly folder: string
  /** Passwords and lists of a moment; gone when the backup is there. */
  readonly work: string
  /** Random to this backup: for names that nobody else may guess. */
  readonly random: string
}

/** What fills a backup: its manifest, and whether it is proven. A refusal leaves nothing behind. */
export type FilledBackup<Refusal> =
  | { readonly filled: true; readonly manifest: BackupManifest; readonly proof: BackupProof }
  | ({ readonly filled: false } & Refusal)

type Wanted = { readonly kind: BackupKind; readonly name: string }

const randomBytesOfId = 8

const begin = async ({ context, root, steps }: BackupSite): Promise<UnfinishedBackup> => {
  const random = randomBytes(randomBytesOfId).toString('hex')
  const startedAt = new Date(context.now())
  const id = backupIdOf(startedAt, random)
  const folder = join(root, `${rootFiles.partial}${id}`)
  const work = `${folder}-work`
  await steps.step('partial', { root, path: folder })
  await steps.step('partial', { root, path: work })
  return { id, startedAt, folder, work, random }
}

const signed = async (folder: string, name: string, signature: string, { text, key }: { text: string; key: string }): Promise<void> => {
  await writeSynced(join(folder, name), text)
  await writeSynced(join(folder, signature), signatureOf(new TextEncoder().encode(text), key))
}

/** The manifest comes last: a folder without one is not whole, wherever it is found. */
const finish = async (site: BackupSite, { folder, work, id }: UnfinishedBackup, filled: Wanted & SealedBackup) => {
  const { root, context, signingKey: key } = site
  const made = { ...filled, ...(await sealBackup(site, folder, filled)) }
  const marked = await markSize(folder, made.manifest, site.stored)
  const { proof, proofSignature, manifest, manifestSignature } = backupFiles
  await signed(folder, proof, proofSignature, { text: documentText(made.proof), key })
  await signed(folder, manifest, manifestSignature, { text: documentText(made.manifest), key })
  const path = join(root, sourceFolderName({ server: context.server, kind: made.kind, name: made.name }), id)
  await context.uninterrupted(() => publishFolder(folder, path))
  await removePartial(root, work)
  return { path, ...marked, manifest: made.manifest, proof: made.proof }
}

export type BackupAttempt<Refusal> =
  | { readonly kind: 'made'; readonly made: MadeBackup }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** A disk that is full, a folder that vanished, a mistake of ours; `leftBehind` when not all of it could be taken back. */
  | { readonly kind: 'broken'; readonly cause: string; readonly leftBehind: boolean }

const takeBack = ({ steps }: BackupSite): Promise<boolean> =>
  steps.undo().then(
    () => true,
    // The ledger stays, and the step's end or the next run tries again.
    () => false,
  )

const attempt = async <Refusal extends object>(
  site: BackupSite,
  wanted: Wanted,
  fill: (unfinished: UnfinishedBackup) => Promise<FilledBackup<Refusal>>,
): Promise<BackupAttempt<Refusal>> => {
  const unfinished = await begin(site)
  const filled = await fill(unfinished)
  if (!filled.filled) return { kind: 'refused', refusal: filled }
  const { manifest, ...finished } = await finish(site, unfinished, { ...wanted, manifest: filled.manifest, proof: filled.proof })
  return { kind: 'made', made: { id: unfinished.id, ...wanted, ...finished, bytes: bytesOf(manifest) } }
}

/** Makes one backup: whole and in its place, or nothing of it is left. */
export const makeBackup = async <Refusal extends object>(
  site: BackupSite,
  wanted: Wanted,
  fill: (unfinished: UnfinishedBackup) => Promise<FilledBackup<Refusal>>,
): Promise<BackupAttempt<Refusal>> => {
  try {
    const tried = await attempt(site, wanted, fill)
    if (tried.kind === 'made' || (await takeBack(site))) return tried
    return { kind: 'broken', cause: 'what was begun could not be taken back', leftBehind: true }
  } catch (error) {
    // Whatever it was, nothing half done may stay; what it was is told.
    return { kind: 'broken', cause: errorText(error), leftBehind: !(await takeBack(site)) }
  }
}
