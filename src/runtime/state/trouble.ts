import type { Obstacle } from '../../contract/seen.ts'
/** Why the state cannot be used, and what would mend it: the text of a finding, not an exception. */
export type StateTrouble = Obstacle

/** The system's short word for an error (`EACCES`), SQLite's words, or the message when there is neither. */
export const errorCode = (error: unknown): string => {
  if (!Error.isError(error)) return String(error)
  if ('errstr' in error) return String(error.errstr)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

const ownerAdvice = 'run all runners of this server as one user, or give each user a state-dir of its own'

/** A command only for a path of plain characters; otherwise the same in words. */
export const folderAdvice = (directory: string): string =>
  /^\/[\w./@+-]*$/.test(directory)
    ? `run: sudo install -d -m 700 -o ${process.getuid?.() ?? 'runner'} ${directory}`
    : 'give the user of the runner a state-dir of its own, mode 0700'

const systemTroubles: Readonly<Record<string, (path: string) => StateTrouble>> = {
  EACCES: (path) => ({ cause: `${path}: not permitted`, advice: folderAdvice(path) }),
  EPERM: (path) => ({ cause: `${path}: not permitted`, advice: folderAdvice(path) }),
  EROFS: (path) => ({ cause: `${path}: the file system is read-only`, advice: 'set state-dir to a folder on a disk that can be written' }),
  ENOSPC: (path) => ({ cause: `${path}: the disk is full`, advice: 'make room on this disk, or set state-dir to another one' }),
  EDQUOT: (path) => ({ cause: `${path}: the disk quota is used up`, advice: 'make room on this disk, or set state-dir to another one' }),
  ENOTDIR: (path) => ({ cause: `${path}: a part of this path is not a folder`, advice: 'set state-dir to a folder' }),
  EEXIST: (path) => ({ cause: `${path}: is not a folder`, advice: 'set state-dir to a folder' }),
}

/** What a failed system call on `path` means for the person who runs the server. */
export const systemTrouble = (path: string, error: unknown): StateTrouble =>
  systemTroubles[errorCode(error)]?.(path) ?? { cause: `${path}: ${errorCode(error)}`, advice: 'look at this folder and its disk' }

export const foreignOwner = (path: string, uid: number): StateTrouble => ({ cause: `${path}: belongs to uid ${uid}`, advice: ownerAdvice })

/** SQLite's primary result code; `undefined` when the error is not SQLite's. */
export const sqliteCode = (error: unknown): number | undefined =>
  Error.isError(error) && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** What is not a number of JavaScript was never written by us. */
const isForeignNumber = (error: unknown): boolean => Error.isError(error) && 'code' in error && error.code === 'ERR_OUT_OF_RANGE'

/** CORRUPT and NOTADB: the file itself is damaged, as opposed to the disk or the rights. */
export const isDamaged = (error: unknown): boolean => [11, 26].includes(sqliteCode(error) ?? 0) || isForeignNumber(error)
