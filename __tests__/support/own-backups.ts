import { readFileSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { backupIdOf } from '../../src/domain/backup/layout.ts'
import { type BackupManifest, type BackupProof, documentText } from '../../src/domain/backup/manifest.ts'
import { signatureOf } from '../../src/domain/backup/signing.ts'

export type AgedBackup = { readonly at: Date; readonly verified?: boolean; readonly random: string }

/** A backup of this server from another time: a copy of one that the action made, dated and signed anew with the server's own key. */
export const agedCopy = async (path: string, stateHome: string, { at, verified = true, random }: AgedBackup): Promise<string> => {
  const key = readFileSync(join(stateHome, 'ronde', 'backup-signing-key.pem'), 'utf8')
  const id = backupIdOf(at, random)
  const copy = join(dirname(path), id)
  await cp(path, copy, { recursive: true })
  const document = (name: string): unknown => JSON.parse(readFileSync(join(path, name), 'utf8'))
  const sign = async (name: string, text: string) => {
    await writeFile(join(copy, `${name}.json`), text)
    await writeFile(join(copy, `${name}.sig`), signatureOf(new TextEncoder().encode(text), key))
  }
  const manifest = document('manifest.json') as BackupManifest
  await sign('manifest', documentText({ ...manifest, id, startedAt: at.toISOString(), finishedAt: at.toISOString() }))
  await sign('verify', documentText({ ...(document('verify.json') as BackupProof), verified, failures: verified ? [] : ['of the test'] }))
  if (basename(copy) !== id) throw new Error('the copy has another name')
  return copy
}
