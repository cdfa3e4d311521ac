import { accessSync, chmodSync, constants, lstatSync, mkdirSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { UserError } from '../../core/user-error.ts'
import { errorCode, foreignOwner, systemTrouble, type Trouble } from './trouble.ts'

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

/** The administrator, who is another number at the root of a user namespace. */
const administrators = (): ReadonlySet<number> => new Set([0, lstatSync('/').uid])

/** Somebody else could lead us to another place through it. */
const ancestorTrouble = (path: string): Trouble | undefined => {
  const stats = lstatSync(path)
  if (!ours(stats) && !administrators().has(stats.uid)) return foreignOwner(path, stats.uid)
  if (stats.isSymbolicLink()) return undefined
  const anyoneCanRename = (stats.mode & 0o002) !== 0 && (stats.mode & 0o1000) === 0
  return anyoneCanRename
    ? { cause: `${path}: everybody can write here`, advice: 'set state-dir to a folder that only its user can reach' }
    : undefined
}

const ancestors = (path: string): readonly string[] => (dirname(path) === path ? [] : [...ancestors(dirname(path)), dirname(path)])

/** Owner and links of every component; `absent` when it is not there. Changes nothing. */
export const inspectFolder = (directory: string): Trouble | 'absent' | undefined => {
  try {
    for (const path of ancestors(resolve(directory))) {
      const trouble = ancestorTrouble(path)
      if (trouble !== undefined) return trouble
    }
    const stats = lstatSync(directory)
    if (stats.isSymbolicLink()) return { cause: `${directory}: is a symbolic link`, advice: 'set state-dir to the folder itself' }
    if (!stats.isDirectory()) return { cause: `${directory}: is not a folder`, advice: 'set state-dir to a folder' }
    return ours(stats) ? undefined : foreignOwner(directory, stats.uid)
  } catch (error) {
    // Absent is an answer; anything else is told.
    return errorCode(error) === 'ENOENT' ? 'absent' : systemTrouble(directory, error)
  }
}

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
export const prepareFolder = (directory: string): Trouble | undefined => {
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
