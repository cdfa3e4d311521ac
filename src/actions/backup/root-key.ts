import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { rootFiles } from '../../domain/backup/layout.ts'
import { publicKeyOf, publicKeysIn } from '../../domain/backup/signing.ts'
import { replaceSynced } from '../../tools/backup-folder.ts'

const sameKey = (one: string, other: string): boolean => one.replaceAll(/\s/g, '') === other.replaceAll(/\s/g, '')

const newKey = (root: string): JudgedFinding<'backup.key'> =>
  finding({
    id: 'backup.key',
    subject: `backups/${root}`,
    status: 'warning',
    title: 'backups are signed with a key that earlier ones here were not signed with',
    observed: `${rootFiles.publicKey} holds another key`,
    expected: 'the key of the server whose backups lie here',
    advice: 'after a rebuild: compare the file with your recovery sheet, and write the new key there; two servers want two roots',
    certainty: 'hard',
    audience: 'security',
  })

const untrustedKey = (): JudgedFinding<'backup.key'> =>
  finding({
    id: 'backup.key',
    subject: 'backups/trusted-keys',
    status: 'warning',
    title: 'this server signs with a key that `trusted-keys` does not name',
    observed: `the public half is in ${rootFiles.publicKey}, beside the backups`,
    expected: 'a key of `trusted-keys`: on a new machine nothing else tells which backups are yours',
    advice: 'compare the file with your recovery sheet, then add its newest block to `trusted-keys`',
    certainty: 'hard',
    audience: 'security',
  })

/** Where keys are named, this server's must be among them. */
export const judgeTrust = (signingKey: string, trusted: readonly string[]): readonly JudgedFinding<'backup.key'>[] => {
  const own = publicKeyOf(signingKey)
  return trusted.length === 0 || trusted.some((one) => sameKey(one, own)) ? [] : [untrustedKey()]
}

/** The public keys that lie beside the backups. */
export const keysBeside = async (root: string): Promise<readonly string[]> => {
  const text = await readFile(join(root, rootFiles.publicKey), 'utf8').catch(() => '')
  return publicKeysIn(text)
}

/** Puts the public half of the key beside the backups; one that is there stays, and a stranger's is told. */
export const showPublicKey = async (root: string, signingKey: string): Promise<readonly JudgedFinding<'backup.key'>[]> => {
  const own = publicKeyOf(signingKey)
  const path = join(root, rootFiles.publicKey)
  const known = await keysBeside(root)
  if (known.some((one) => sameKey(one, own))) return []
  await replaceSynced(path, [...known.map((one) => `${one.trim()}\n`), own].join(''))
  return known.length === 0 ? [] : [newKey(root)]
}
