import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { backupFiles, backupKinds, timeOfBackupId } from '../../domain/backup/layout.ts'
import { readManifest, readProof } from '../../domain/backup/manifest.ts'
import { signerOf } from '../../domain/backup/signing.ts'
import { readCopies, type StoredBackup, type StoredMark, storedMarks } from '../../domain/backup/stored.ts'

const mostBytes = 256 * 1024 * 1024

const entriesOf = async (folder: string): Promise<readonly string[]> => (await readdir(folder).catch((): string[] => [])).toSorted()

/** A folder that is no link. */
const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** A file that is no link and not too large; undefined when it cannot be read. */
const readFileOf = async (path: string): Promise<Buffer | undefined> => {
  try {
    const found = await lstat(path)
    if (!found.isFile() || found.size > mostBytes) return undefined
    const handle = await open(path, 'r')
    try {
      return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch {
    // Gone, or not ours to read: then it says nothing.
    return undefined
  }
}

/** A document that one of the keys signed. */
const signedText = async (
  folder: string,
  [name, signature]: readonly [string, string],
  keys: readonly string[],
): Promise<string | undefined> => {
  const [bytes, signed] = [await readFileOf(join(folder, name)), await readFileOf(join(folder, signature))]
  if (bytes === undefined || signed === undefined || signerOf(bytes, signed, keys) === undefined) return undefined
  return bytes.toString('utf8')
}

/** One backup, when it is one: a folder with a manifest that a known key signed and that is of this folder. */
export const seeStoredBackup = async (path: string, id: string, keys: readonly string[]): Promise<StoredBackup | undefined> => {
  if (timeOfBackupId(id) === undefined || !(await isFolder(path))) return undefined
  const text = await signedText(path, [backupFiles.manifest, backupFiles.manifestSignature], keys)
  const manifest = text === undefined ? undefined : readManifest(text)
  if (manifest === undefined || !('value' in manifest) || manifest.value.id !== id) return undefined
  const told = await signedText(path, [backupFiles.proof, backupFiles.proofSignature], keys)
  const proof = told === undefined ? undefined : readProof(told)
  const names = new Set(await entriesOf(path))
  const copies = (await readFileOf(join(path, backupFiles.copies)))?.toString('utf8')
  return {
    path,
    manifest: manifest.value,
    proof: proof !== undefined && 'value' in proof ? proof.value : undefined,
    marks: new Set<StoredMark>(storedMarks.filter((mark) => names.has(mark))),
    copies: copies === undefined ? [] : readCopies(copies),
  }
}

/** One that a person names and trusts though no known key signed it; it counts as unproven. Undefined when there is none, or its manifest is none. */
export const seeUnsigned = async (root: string, id: string): Promise<StoredBackup | undefined> => {
  for (const source of await seeSourceFolders(root)) {
    const path = join(root, source, id)
    if (!(await isFolder(join(root, source))) || !(await isFolder(path))) continue
    const text = (await readFileOf(join(path, backupFiles.manifest)))?.toString('utf8')
    const manifest = text === undefined ? undefined : readManifest(text)
    if (manifest === undefined || !('value' in manifest) || manifest.value.id !== id) continue
    return { path, manifest: manifest.value, proof: undefined, marks: new Set(), copies: [] }
  }
  return undefined
}

/** Folders of sources below a root: `<server>--<name>--<kind>`. */
export const seeSourceFolders = async (root: string): Promise<readonly string[]> => {
  const names = await entriesOf(root)
  return names.filter((name) => !name.startsWith('.') && backupKinds.some((kind) => name.endsWith(`--${kind}`)))
}

/** Ids of a source's folder, the newest first; what is named otherwise is not ours. */
export const seeBackupIds = async (folder: string): Promise<readonly string[]> =>
  (await entriesOf(folder)).filter((name) => timeOfBackupId(name) !== undefined).toReversed()

/** All backups of a root that a known key signed. Foreign files, links and what nobody signed are not among them, and so never touched. */
export const seeStored = async (root: string, keys: readonly string[]): Promise<readonly StoredBackup[]> => {
  const found: StoredBackup[] = []
  for (const source of await seeSourceFolders(root)) {
    const folder = join(root, source)
    if (!(await isFolder(folder))) continue
    for (const id of await seeBackupIds(folder)) {
      const stored = await seeStoredBackup(join(folder, id), id, keys)
      if (stored !== undefined) found.push(stored)
    }
  }
  return found
}
