import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { folderFault, trustedUsers } from './folder-trust.ts'

/** A file of the repository. `absent`: its place is free. `refused`: it, or a folder on the way, is not what it should be; in words. */
export type WorkspaceFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly cause: string }

/** The same file, before anybody says how it is encoded. */
export type WorkspaceBytes = Exclude<WorkspaceFile, { kind: 'text' }> | { readonly kind: 'bytes'; readonly bytes: Buffer }

const codeOf = (error: unknown): string => (Error.isError(error) && 'code' in error ? String(error.code) : String(error))

type Step = 'file' | 'folder' | 'absent' | { readonly cause: string }

const stepOf = async (workspace: string, path: string): Promise<Step> => {
  try {
    const stats = await lstat(join(workspace, path))
    if (stats.isSymbolicLink()) return { cause: `${path} is a symbolic link` }
    if (stats.isDirectory()) return 'folder'
    return stats.isFile() ? 'file' : { cause: `${path} is no plain file` }
  } catch (error) {
    // Not there, or not to be looked at: both are answers.
    return codeOf(error) === 'ENOENT' ? 'absent' : { cause: `${path}: ${codeOf(error)}` }
  }
}

/** What stands at a path, each step of it looked at by itself: a repository may hold links to anywhere. */
const standing = async (workspace: string, path: string): Promise<'file' | 'absent' | { readonly cause: string }> => {
  const words = path.split('/')
  if (words.some((word) => word === '' || word === '.' || word === '..')) return { cause: `${path} leaves the workspace` }
  for (const end of words.keys()) {
    const here = words.slice(0, end + 1).join('/')
    const step = await stepOf(workspace, here)
    if (step === 'absent' || typeof step === 'object') return step
    const wanted = end === words.length - 1 ? 'file' : 'folder'
    if (step !== wanted) return { cause: `${here} is ${step === 'file' ? 'not a folder' : 'a folder'}` }
  }
  return 'file'
}

const readBounded = async (file: FileHandle, path: string, maxBytes: number): Promise<WorkspaceBytes> => {
  const { size } = await file.stat()
  return size > maxBytes
    ? { kind: 'refused', cause: `${path}: ${size} bytes, more than the ${maxBytes} that are read` }
    : { kind: 'bytes', bytes: await file.readFile() }
}

/** Reads a file of the repository, at most `maxBytes` of it, as UTF-8. Never throws for what stands there. */
export const readWorkspaceFile = async (workspace: string, path: string, maxBytes: number): Promise<WorkspaceFile> => {
  const read = await readWorkspaceBytes(workspace, path, maxBytes)
  return read.kind === 'bytes' ? { kind: 'text', text: read.bytes.toString('utf8') } : read
}

/** As `readWorkspaceFile`, for files whose encoding is not known. */
export const readWorkspaceBytes = async (workspace: string, path: string, maxBytes: number): Promise<WorkspaceBytes> => {
  const found = await standing(workspace, path)
  if (found === 'absent') return { kind: 'absent' }
  if (found !== 'file') return { kind: 'refused', ...found }
  try {
    const file = await open(join(workspace, path), constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      return await readBounded(file, path, maxBytes)
    } finally {
      await file.close()
    }
  } catch (error) {
    // Not readable, or gone since: both are answers.
    return { kind: 'refused', cause: `${path}: ${codeOf(error)}` }
  }
}

const writeSynced = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o644)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** One by one: Node's own recursive way never ends on a file system that says ENOENT for what cannot be made. */
const makeFolders = async (workspace: string, path: string): Promise<void> => {
  const folders = path.split('/').slice(0, -1)
  for (const end of folders.keys()) {
    await mkdir(join(workspace, ...folders.slice(0, end + 1))).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error
    })
  }
}

/** Whoever checked the workspace out is trusted with it, as with its configuration; nobody else may put another file in the place of ours. */
const foreignHand = async (workspace: string, path: string): Promise<{ readonly cause: string } | undefined> => {
  try {
    const fault = folderFault(dirname(join(workspace, path)), trustedUsers((await lstat(workspace)).uid))
    return fault === undefined || fault === 'absent' ? undefined : { cause: `${fault.path}: ${fault.reason}` }
  } catch (error) {
    // A folder on the way that may not be looked at: told to the caller.
    return { cause: `${path}: ${codeOf(error)}` }
  }
}

/** Puts a file of the repository in place, whole, by rename; makes its folders. The cause in words when it cannot; then nothing is changed. */
export const writeWorkspaceFile = async (
  workspace: string,
  path: string,
  text: string,
): Promise<{ readonly cause: string } | undefined> => {
  const found = await standing(workspace, path)
  if (typeof found === 'object') return found
  const others = await foreignHand(workspace, path)
  if (others !== undefined) return others
  const target = join(workspace, path)
  const temporary = join(dirname(target), `.new-${crypto.randomUUID()}`)
  try {
    await makeFolders(workspace, path)
    await writeSynced(temporary, text)
    await rename(temporary, target)
    return undefined
  } catch (error) {
    // Not writable, no room, or a name that is too long: told to the caller.
    return { cause: `${path}: ${codeOf(error)}` }
  } finally {
    await rm(temporary, { force: true })
  }
}
