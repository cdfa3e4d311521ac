import type { Compose } from '../../core/compose.ts'
import type { Secrets } from '../../core/context.ts'
import type { DatabaseOptions } from '../../core/database.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../../core/seen.ts'

/** What finding a database needs of the world. */
export type ConnectServices = {
  readonly options: DatabaseOptions
  readonly compose: Compose
  readonly secrets: Secrets
  readonly now: () => Instant
  /** The system's name of the user who runs this, libpq's default role. */
  readonly userName: () => string
  readonly readFile: (path: string) => Promise<Seen<string>>
}

const mostBytes = 64 * 1024

/** A small regular file, such as a certificate or a secret; never a device, a pipe or a link to one. */
export const readSmallFile = async (path: string): Promise<Seen<string>> => {
  const { open } = await import('node:fs/promises')
  const { constants } = await import('node:fs')
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { size } = await file.stat()
    const isFile = (await file.stat()).isFile()
    if (!isFile || size > mostBytes)
      return couldNotLook(`${path} is ${isFile ? `over ${mostBytes} bytes` : 'not a file'}`, 'name a certificate, key or password file')
    return saw(await file.readFile('utf8'), Date.now())
  } catch (error) {
    // Why it cannot be read is what the user must know.
    const code = Error.isError(error) && 'code' in error ? String(error.code) : String(error)
    return couldNotLook(`${path} cannot be read (${code})`, 'correct the path, or let the user who runs this read it')
  }
}
