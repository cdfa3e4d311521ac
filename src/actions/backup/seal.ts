import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupArtifact, BackupManifest, BackupProof } from '../../domain/backup/manifest.ts'
import { decryptFileStage } from '../../tools/age.ts'
import { pipelineTrouble, writeArtifact } from '../../tools/artifact.ts'
import { followFile } from './follow-file.ts'
import type { BackupSite } from './part.ts'

const longestMs = 6 * 3_600_000

/** Encrypts what the proof has read in plain; the plain file goes at once. */
const seal = async ({ context, encryption }: BackupSite, folder: string, artifact: BackupArtifact): Promise<BackupArtifact> => {
  const { recipients } = encryption
  if (recipients.length === 0 || artifact.recipients.length > 0) return artifact
  const [plain, name] = [join(folder, artifact.name), `${artifact.name}.age`]
  const limits = { signal: context.signal, timeoutMs: longestMs }
  const stages = [{ program: 'cat', args: ['--', plain] }]
  const file = join(folder, name)
  const followed = { path: file, what: 'encrypted', expectedBytes: artifact.bytes }
  const stored = await followFile(context.progress, followed, () =>
    writeArtifact(context.programs.pipe, { stages, file, recipients, limits }),
  )
  if (!stored.ok) throw new Error(`${artifact.name} could not be encrypted: ${stored.cause}`)
  const { bytes, sha256, sha256Plain } = stored
  if (sha256Plain !== artifact.sha256Plain) throw new Error(`${artifact.name} changed between its proof and its encryption`)
  await rm(plain)
  return { ...artifact, name, bytes, sha256, sha256Plain, recipients: [...recipients] }
}

/** The plain content of a stored file, by the drill key, as its hash. */
const openedHash = async ({ context }: BackupSite, file: string, drillKey: string): Promise<string> => {
  const hash = createHash('sha256')
  const each = (chunk: Uint8Array) => void hash.update(chunk)
  const limits = { signal: context.signal, timeoutMs: longestMs }
  const ending = await context.programs.pipe([decryptFileStage(file)], { ...limits, stdin: `${drillKey.trim()}\n`, stdout: { each } })
  const trouble = pipelineTrouble(ending)
  if (trouble !== undefined) throw new Error(`the drill key does not open it: ${trouble}`)
  return hash.digest('hex')
}

const ciphertextFailures = async (site: BackupSite, folder: string, artifacts: readonly BackupArtifact[], drillKey: string) => {
  const failures: string[] = []
  for (const { name, sha256Plain } of artifacts) {
    try {
      if ((await openedHash(site, join(folder, name), drillKey)) !== sha256Plain)
        failures.push(`${name}: what was stored is not what was proven`)
    } catch (error) {
      failures.push(`${name}: ${Error.isError(error) ? error.message : String(error)}`)
    }
  }
  return failures
}

export type SealedBackup = { readonly manifest: BackupManifest; readonly proof: BackupProof }

/** Encrypts the artifacts of a backup that is filled, and reads them again where there is a drill key: then the ciphertext is proven, too. */
export const sealBackup = async (site: BackupSite, folder: string, { manifest, proof }: SealedBackup): Promise<SealedBackup> => {
  const { recipients, drillKey } = site.encryption
  if (recipients.length === 0) return { manifest, proof }
  const artifacts: BackupArtifact[] = []
  for (const one of manifest.artifacts) artifacts.push(await seal(site, folder, one))
  const sealed = { ...manifest, artifacts }
  if (drillKey === undefined) return { manifest: sealed, proof: { ...proof, ciphertext: 'unproven' } }
  const failures = await ciphertextFailures(site, folder, artifacts, drillKey)
  if (failures.length === 0) return { manifest: sealed, proof: { ...proof, ciphertext: 'proven' } }
  return { manifest: sealed, proof: { ...proof, verified: false, failures: [...proof.failures, ...failures], ciphertext: 'unproven' } }
}
