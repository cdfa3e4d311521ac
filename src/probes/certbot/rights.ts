import { userInfo } from 'node:os'
import { shellCommand } from '../../core/text/shell-command.ts'

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

/** The command that gives this user a right to paths, and nothing more; words when a name cannot stand in a command. */
export const grantCommand = (right: Right, paths: readonly string[], user: string = accountName()): string => {
  const named = /^[a-z_][a-z0-9_-]{0,31}$/.test(user)
  const command = named
    ? shellCommand(['sudo', 'setfacl', '-m', `u:${user}:${right}`, ...paths.map((name) => ({ kind: 'path' as const, name }))])
    : undefined
  return command === undefined ? 'give the user of the runner the right to read it' : `run: ${command}`
}

/** A command about one path to look with; words when the path cannot stand in a command. */
export const lookCommand = (words: readonly string[], path: string): string => {
  const command = shellCommand([...words, { kind: 'path', name: path }])
  return command === undefined ? 'look at it on the server' : `look at it: ${command}`
}
