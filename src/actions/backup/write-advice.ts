import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFiles, fileNameOf, rootFiles, timeOfBackupId } from '../../domain/backup/layout.ts'
import { readManifest, readProof } from '../../domain/backup/manifest.ts'
import { type NewestBackup, restoreAdviceText } from '../../domain/backup/restore-advice.ts'
import { publicKeyOf } from '../../domain/backup/signing.ts'
import { replaceSynced } from '../../tools/backup-folder.ts'
import type { BackupSite } from './part.ts'

const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '')

const valueIn = <T>(read: { readonly value: T } | { readonly trouble: string }): T | undefined => ('value' in read ? read.value : undefined)

const newestIn = async (folder: string): Promise<NewestBackup | undefined> => {
  const ids = (await readdir(folder).catch(() => [])).filter((name) => timeOfBackupId(name) !== undefined).toSorted()
  for (const id of ids.toReversed()) {
    const path = join(folder, id)
    const manifest = valueIn(readManifest(await readText(join(path, backupFiles.manifest))))
    if (manifest !== undefined) return { path, manifest, proof: valueIn(readProof(await readText(join(path, backupFiles.proof)))) }
  }
  return undefined
}

/** The newest whole backup of each source of this server. */
const newestOf = async ({ root, context }: BackupSite): Promise<readonly NewestBackup[]> => {
  const names = await readdir(root)
  const own = names.filter((name) => name.startsWith(`${fileNameOf(context.server)}--`)).toSorted()
  return (await Promise.all(own.map((name) => newestIn(join(root, name))))).filter((one) => one !== undefined)
}

/** Writes what somebody needs who has the folder and no Ronde. */
export const writeRestoreAdvice = async (site: BackupSite): Promise<void> => {
  const { root, context, signingKey } = site
  const text = restoreAdviceText({ server: context.server, root, publicKey: publicKeyOf(signingKey), newest: await newestOf(site) })
  await replaceSynced(join(root, rootFiles.advice), text)
}
