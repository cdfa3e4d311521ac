import {
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ownFileFault } from './own-file.ts'
import { errorCode } from './trouble.ts'

const temporaryPrefix = '.new-'
const staleTemporaryMs = 24 * 60 * 60 * 1000

/** Syncs a folder, so that a name in it survives a power cut. */
export const syncFolder = (directory: string): void => {
  const descriptor = openSync(directory, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Removes what a kill between two system calls left behind. */
const sweep = (directory: string) => {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(temporaryPrefix)) continue
    const path = join(directory, name)
    const modified = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY
    if (Date.now() - modified > staleTemporaryMs) rmSync(path, { force: true })
  }
}

/** Writes and syncs `text` under a name of its own, then gives it to `place`, which puts it where it belongs in one system call. */
const writeAside = (path: string, text: string, place: (temporary: string) => void) => {
  const directory = dirname(path)
  sweep(directory)
  const temporary = join(directory, temporaryPrefix + crypto.randomUUID())
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: 0o600, flush: true })
    place(temporary)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** A new file that appears whole and synced, or not at all; false when the name is taken. Throws what the system says. */
export const createWhole = (path: string, text: string): boolean => {
  try {
    writeAside(path, text, (temporary) => linkSync(temporary, path))
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** The same in place of a file that is there: at no moment is the name free. */
export const replaceWhole = (path: string, text: string): void => writeAside(path, text, (temporary) => renameSync(temporary, path))

/** What stands in a file that must be ours: untrusted until it is parsed. */
export type OwnFile =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  /** Not a plain file of ours, too large, or not readable. */
  | { readonly kind: 'refused'; readonly cause: string }

const refusal = (path: string, maxBytes: number): string | undefined => {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return `${path}: is a symbolic link`
  const fault = ownFileFault(path)
  if (fault !== undefined) return fault.cause
  const { size } = stats
  return size > maxBytes ? `${path}: ${size} bytes, more than the ${maxBytes} that are read` : undefined
}

/** Reads a small file below the state folder. A link of either kind, a device, a foreign owner, a size over `maxBytes` are refused in words, never thrown. */
export const readOwnFile = (path: string, maxBytes: number): OwnFile => {
  try {
    const cause = refusal(path, maxBytes)
    if (cause !== undefined) return { kind: 'refused', cause }
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      return { kind: 'text', text: readFileSync(descriptor, 'utf8') }
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    // Gone between two calls, or not readable: both are answers.
    return errorCode(error) === 'ENOENT' ? { kind: 'absent' } : { kind: 'refused', cause: `${path}: ${errorCode(error)}` }
  }
}

/** A part of a file name: the word itself when it is plain, otherwise its digest. */
export const nameForFile = (word: string): string => {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/.test(word)) return word
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `x${createHash('sha256').update(word).digest('hex').slice(0, 32)}`
}
