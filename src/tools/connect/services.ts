import type { Compose } from '../../contract/compose.ts'
import type { Secrets } from '../../contract/context.ts'
import type { DatabaseOptions } from '../../contract/database.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'

/** What finding a database needs of the world. */
export type ConnectServices = {
  readonly options: DatabaseOptions
  readonly compose: Compose
  readonly secrets: Secrets
  readonly now: () => Instant
  /** The system's name of the user who runs this, libpq's default role. */
  readonly userName: () => string
  readonly readFile: (path: string) => Promise<Seen<string>>
  /** The same of a path that a container may have a hand in. */
  readonly readMounted: (path: string) => Promise<Seen<string>>
}

const mostBytes = 64 * 1024

type Opened = { readonly fd: number }
const anyFile = async (): Promise<boolean> => true

/** A small regular file, such as a certificate or a secret; never a device, a pipe or a link to one. */
export const readSmallFile = async (path: string, isMeant: (opened?: Opened) => Promise<boolean> = anyFile): Promise<Seen<string>> => {
  const { open } = await import('node:fs/promises')
  const { constants } = await import('node:fs')
  try {
    if (!(await isMeant())) return throughLink(path)
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await isMeant(file))) return throughLink(path)
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

const throughLink = (path: string) => couldNotLook(`${path} leads through a link`, 'mount the file itself')

/**
 * What a container mounts is often writable for it from elsewhere: a link in its place would make us, who may be root, read any file of the
 * host and send it there as a password. So nothing on the way may be a link, also not at the moment when it was opened.
 */
export const readMountedFile = async (path: string): Promise<Seen<string>> => {
  const { realpath } = await import('node:fs/promises')
  return readSmallFile(path, async (opened) => (await realpath(opened === undefined ? path : `/proc/self/fd/${opened.fd}`)) === path)
}
