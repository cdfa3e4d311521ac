import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { readJson } from '../core/read-json.ts'

/** GitHub sends no larger one. */
const mostBytes = 32 * 1024 * 1024
const mostValues = 2_000_000

const contentOf = (path: string): string => {
  // Not to wait for the other end, if it is a pipe.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    return stats.isFile() && stats.size <= mostBytes ? readFileSync(file, 'utf8') : ''
  } finally {
    closeSync(file)
  }
}

/** The event's payload, parts of which anybody can write. `undefined` without one: a shell, a test, a file that is no payload. */
export const readEventPayload = (path: string | undefined): unknown => {
  if (path === undefined || path === '') return undefined
  try {
    const read = readJson(contentOf(path), mostValues)
    return 'value' in read ? read.value : undefined
  } catch {
    // A runner always writes it; where it cannot be read there is nothing to compare with.
    return undefined
  }
}
