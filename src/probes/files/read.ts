import { constants } from 'node:fs'
import { type FileHandle, lstat, open, readlink, stat } from 'node:fs/promises'

/** What stands at a path that a person named or a pattern matched: its first bytes, or what it is instead of a readable file. */
export type ReadFile =
  | { readonly kind: 'file'; readonly bytes: Buffer; readonly sizeBytes: number; readonly modifiedAt: number }
  | { readonly kind: 'too-large'; readonly sizeBytes: number; readonly limitBytes: number }
  | { readonly kind: 'directory' }
  /** A pipe, a socket, a device: opening one could wait for ever. */
  | { readonly kind: 'special' }
  | { readonly kind: 'dangling'; readonly target: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-permitted' }
  | { readonly kind: 'failed'; readonly code: string }

const codeOf = (error: unknown): string => (Error.isError(error) && 'code' in error ? String(error.code) : 'unknown error')

const refused = (code: string): ReadFile => (code === 'EACCES' || code === 'EPERM' ? { kind: 'not-permitted' } : { kind: 'failed', code })

const absentOrDangling = async (path: string): Promise<ReadFile> => {
  const itself = await lstat(path).catch(() => undefined)
  return itself?.isSymbolicLink() ? { kind: 'dangling', target: await readlink(path).catch(() => '') } : { kind: 'absent' }
}

/** At most `limitBytes` from `start`; fewer where the file shrinks meanwhile. */
const readPart = async (handle: FileHandle, start: number, limitBytes: number): Promise<Buffer> => {
  const bytes = Buffer.alloc(limitBytes)
  let filled = 0
  while (filled < limitBytes) {
    const { bytesRead } = await handle.read(bytes, filled, limitBytes - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

const readOpened = async (handle: FileHandle, limitBytes: number, tail: boolean): Promise<ReadFile> => {
  const found = await handle.stat()
  if (found.isDirectory()) return { kind: 'directory' }
  if (!found.isFile()) return { kind: 'special' }
  if (found.size > limitBytes && !tail) return { kind: 'too-large', sizeBytes: found.size, limitBytes }
  // Files of /proc say that they have no size.
  const length = found.size === 0 ? limitBytes : Math.min(found.size, limitBytes)
  const bytes = await readPart(handle, Math.max(0, found.size - length), length)
  return { kind: 'file', bytes, sizeBytes: found.size, modifiedAt: found.mtimeMs }
}

/** Reads a file of at most `limitBytes`, or with `tail` its last ones. Never throws for what stands there, never waits for a pipe. */
export const readBounded = async (path: string, limitBytes: number, { tail = false } = {}): Promise<ReadFile> => {
  try {
    const before = await stat(path)
    if (before.isDirectory()) return { kind: 'directory' }
    if (!before.isFile()) return { kind: 'special' }
    await using handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    return await readOpened(handle, limitBytes, tail)
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' ? absentOrDangling(path) : refused(code)
  }
}
