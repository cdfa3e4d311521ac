import { lstatSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import type { RunProgram } from '../../contract/process.ts'
import { shellCommand } from '../../core/text/shell-command.ts'
import { isWithin, seeWritableMounts } from '../../tools/container-mounts.ts'
import { folderFault } from '../../tools/folder-trust.ts'

/** Who runs this, for a command to copy; an account without a name in the system is left to the reader. */
const accountName = (): string => {
  try {
    return userInfo().username
  } catch {
    // This uid has no entry in the system's list of users.
    return ''
  }
}

type Right = 'r' | 'rx' | 'x'

/** Words or a command that give this user a right to paths. */
export type RightsAdvice = (right: Right, paths: readonly string[], user?: string) => string

const inWords = 'give the user of the runner the right to read it'
const inWordsElsewhere = `${inWords}, where nobody else can lead that right to another file: as a user of its group, or in a folder that only root writes`

/** Whether root may be told to change the rights of it: `setfacl` and `chmod` follow links, and whoever could put one on the way would have root change a file of their choice. */
export const isPlainPath = (path: string): boolean => {
  try {
    for (const one of withAncestors(path)) if (lstatSync(one, { throwIfNoEntry: false })?.isSymbolicLink() === true) return false
    const fault = folderFault(dirname(path))
    return fault === undefined || fault === 'absent'
  } catch (error) {
    // Below a file there is nothing, no link either; what cannot be looked at may be one.
    return Error.isError(error) && 'code' in error && error.code === 'ENOTDIR'
  }
}

const withAncestors = (path: string): readonly string[] => (dirname(path) === path ? [path] : [...withAncestors(dirname(path)), path])

/** `writable`: places of the host that containers may write to; undefined when they are not known, and then no command is given. */
export const createGrant =
  (writable: readonly string[] | undefined): RightsAdvice =>
  (right, paths, user = accountName()) => {
    const named = /^(?:[a-z_][a-z0-9_-]{0,31}|USER)$/.test(user)
    const command = named
      ? shellCommand(['sudo', 'setfacl', '-m', `u:${user}:${right}`, ...paths.map((name) => ({ kind: 'path' as const, name }))])
      : undefined
    if (command === undefined) return inWords
    const isSafe = writable !== undefined && paths.every((path) => isPlainPath(path) && !writable.some((mount) => isWithin(path, mount)))
    return isSafe ? `run: ${command}` : inWordsElsewhere
  }

/** The command that gives this user a right to paths, and nothing more; words when a name cannot stand in a command, or others could turn it. */
export const grantCommand: RightsAdvice = createGrant([])

/** The same where containers may have a hand in the paths. Root needs no rights. */
export const seeGrant = async (run: RunProgram, signal: AbortSignal): Promise<RightsAdvice> => {
  if (process.getuid?.() === 0) return grantCommand
  const mounts = await seeWritableMounts(run, signal)
  return createGrant(mounts.seen ? mounts.value : undefined)
}

/** A command about one path to look with; words when the path cannot stand in a command. */
export const lookCommand = (words: readonly string[], path: string): string => {
  const command = shellCommand([...words, { kind: 'path', name: path }])
  return command === undefined ? 'look at it on the server' : `look at it: ${command}`
}
