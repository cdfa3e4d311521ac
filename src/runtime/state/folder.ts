import { accessSync, chmodSync, constants, lstatSync, mkdirSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { UserError } from '../../contract/user-error.ts'
import { type FolderFault, folderFault, trustedUsers, writableByOthers } from '../../tools/folder-trust.ts'
import { errorCode, foreignOwner, type StateTrouble, systemTrouble } from './trouble.ts'

/** Where the state lives: `state-dir`, else `$XDG_STATE_HOME/ronde`, else `~/.local/state/ronde`. Throws `UserError` for a relative `state-dir`. */
export const stateDirectory = (environment: Readonly<Record<string, string | undefined>>, configured?: string): string => {
  if (configured !== undefined && !isAbsolute(configured)) {
    throw new UserError(`state-dir: ${configured} is relative; expected an absolute path, since the workspace is wiped`)
  }
  if (configured !== undefined) return resolve(configured)
  const xdg = environment['XDG_STATE_HOME']
  // The base directory specification: a relative value is ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'ronde')
  const home = environment['HOME']
  return join(home !== undefined && isAbsolute(home) ? home : userInfo().homedir, '.local', 'state', 'ronde')
}

const ours = (stats: Stats): boolean => process.getuid === undefined || stats.uid === process.getuid()

const openAdvice = 'set state-dir to a folder that only its user can write to, as can be said of all folders above it'

const troubleOf = ({ path, reason, uid }: FolderFault): StateTrouble =>
  uid === undefined ? { cause: `${path}: ${reason}`, advice: openAdvice } : foreignOwner(path, uid)

/** The folder itself: also where it is sticky others could lay their files beside ours. */
const itselfTrouble = (directory: string): StateTrouble | undefined => {
  const stats = lstatSync(directory)
  if (stats.isSymbolicLink()) return { cause: `${directory}: is a symbolic link`, advice: 'set state-dir to the folder itself' }
  if (!stats.isDirectory()) return { cause: `${directory}: is not a folder`, advice: 'set state-dir to a folder' }
  if (!ours(stats)) return foreignOwner(directory, stats.uid)
  const fault = process.getuid === undefined ? undefined : writableByOthers(directory, stats, trustedUsers())
  return fault === undefined ? undefined : troubleOf(fault)
}

/** Whether others have a hand in the folder or in any above it; `absent` when it is not there. Changes nothing. */
export const inspectFolder = (directory: string): StateTrouble | 'absent' | undefined => {
  try {
    const fault = folderFault(dirname(resolve(directory)))
    if (fault !== undefined) return fault === 'absent' ? fault : troubleOf(fault)
    return itselfTrouble(directory)
  } catch (error) {
    // Absent is an answer; anything else is told.
    return errorCode(error) === 'ENOENT' ? 'absent' : systemTrouble(directory, error)
  }
}

const ancestors = (path: string): readonly string[] => (dirname(path) === path ? [] : [...ancestors(dirname(path)), dirname(path)])

/** A folder and those above it, 0700. Not `recursive`: Node then tries for ever where the parent is there and refuses with ENOENT, as `/proc` does. */
export const makeFolder = (directory: string): void => {
  for (const path of [...ancestors(resolve(directory)), resolve(directory)]) {
    try {
      if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, 0o700)
    } catch (error) {
      // Another run made it at the same moment.
      if (errorCode(error) !== 'EEXIST') throw error
    }
  }
}

/** Makes the folder when it is absent, closes it to others (0700), and tells what stands in the way of using it. */
export const prepareFolder = (directory: string): StateTrouble | undefined => {
  try {
    const before = inspectFolder(directory)
    if (before !== 'absent' && before !== undefined) return before
    if (before === 'absent') makeFolder(directory)
    const after = before === 'absent' ? inspectFolder(directory) : before
    if (after !== undefined) return after === 'absent' ? { cause: `${directory}: vanished`, advice: 'look at this folder' } : after
    if ((lstatSync(directory).mode & 0o777) !== 0o700) chmodSync(directory, 0o700)
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    // A folder that cannot be made or used is a finding of the caller, and the run goes on.
    return systemTrouble(directory, error)
  }
}
