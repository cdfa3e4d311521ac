import { createServer, type Server, type Socket } from 'node:net'
import type { Finished, RunProgram } from '../../contract/process.ts'
import { isRefused } from '../../core/net/address.ts'
import { jsonValue } from '../../core/read-json.ts'
import { folderFault } from '../../tools/folder-trust.ts'
import { type Dial, refusalOf, stopped, withTls } from './dial.ts'
import { type Failure, failed, failureOfConnect, failureOfLookup, notSeen } from './fault.ts'
import { type RelayWord, relayScript } from './relay-script.ts'
import type { Stop } from './stop.ts'

/** Of our own: what it finds may run as root. */
const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A container's process, and the means to enter its network. */
export type ContainerEntry = {
  readonly service: string
  readonly pid: number
  /** `sudo`: through `sudo -n`. */
  readonly by: 'root' | 'sudo'
  readonly run: RunProgram
  readonly nodePath: string
  readonly uid: number
  readonly gid: number
}

/** Longer than any attempt: the relay ends when its socket is closed. */
const relayTimeoutMs = 3_600_000
const maxWordBytes = 4096
/** The path of a Unix socket has at most 107 bytes. */
const longestRoot = 80

/** The one command that enters a container's network; the program follows on its standard input. */
export const entryCommand = (pid: number | '[0-9]*', nodePath: string): readonly string[] => [
  'nsenter',
  `--net=/proc/${pid}/ns/net`,
  nodePath,
  '--input-type=module',
  '-',
]

/** What the runner lacks to look from inside a container, with the line that gives it. */
export const rightsAdvice = (nodePath: string): string =>
  `run the runner as root, or set "privileges: sudo" and allow its user in sudoers: NOPASSWD: /usr/bin/${entryCommand('[0-9]*', nodePath).join(' ')}`

const failureOfEntry = (finished: Finished, { service, nodePath }: ContainerEntry): Failure => {
  if (finished.ended === 'cancelled' || finished.ended === 'timeout') return failed('cancelled', 'connect', '')
  if (finished.ended === 'not-started') return notSeen(finished.cause, 'install util-linux, and sudo where privileges: sudo is set', true)
  const said = finished.stderr.trim().split('\n')[0] ?? ''
  if (/not permitted|permission denied|password is required|not allowed|may not run/i.test(said))
    return notSeen(`the network of service ${service} may not be entered: ${said}`, rightsAdvice(nodePath), true)
  const advice = `look whether service ${service} restarts, and whether the runner itself runs in a container`
  return notSeen(`the network of service ${service} could not be entered: ${said === '' ? 'no reason was given' : said}`, advice)
}

const listen = (server: Server, path: string): Promise<Socket> =>
  new Promise((settle, reject) => {
    server.once('error', reject)
    server.once('connection', settle)
    server.listen(path)
  })

/** The relay's first line; what stands behind it goes back into the socket. */
const readWord = (socket: Socket, stop: Stop): Promise<RelayWord | undefined> =>
  new Promise((settle) => {
    let text = Buffer.alloc(0)
    const finish = (word?: RelayWord) => {
      socket.off('data', take).off('close', finish)
      socket.pause()
      settle(word)
    }
    const take = (piece: Buffer) => {
      text = Buffer.concat([text, piece])
      const newline = text.indexOf(10)
      if (newline === -1) return text.length > maxWordBytes ? finish() : undefined
      const rest = text.subarray(newline + 1)
      finish(jsonValue(text.toString('utf8', 0, newline)) as RelayWord | undefined)
      if (rest.length > 0) socket.unshift(rest)
    }
    socket.on('data', take).once('close', () => finish())
    socket.on('error', () => finish())
    // It stands still since the word before.
    socket.resume()
    stop.whenStopped(() => finish())
  })

const failureOfWord = (word: Extract<RelayWord, { readonly failed: string }>): Failure => {
  return word.failed === 'dns' ? failureOfLookup(word.codes) : failureOfConnect(word.codes)
}

/** Where somebody else could rename our folder, the secrets of a request would go to a socket of theirs. */
const socketRoot = async (): Promise<string | undefined> => {
  const { tmpdir } = await import('node:os')
  return [tmpdir(), '/tmp'].find((one) => one.length <= longestRoot && folderFault(one) === undefined)
}

/** Starts the relay and gives the socket to it. The folder of that socket is gone when this returns. */
const startRelay = async (entry: ContainerEntry, where: { hostname: string; port: number }, stop: Stop): Promise<Socket | Failure> => {
  const { mkdtemp, rm } = await import('node:fs/promises')
  const root = await socketRoot()
  if (root === undefined)
    return notSeen(
      'others could take the place of the relay in the folder for temporary files',
      'set TMPDIR to a folder that only its user can write to',
    )
  const folder = await mkdtemp(`${root}/ronde-relay-`)
  const socketPath = `${folder}/s`
  const server = createServer()
  const ending = new AbortController()
  const command = entryCommand(entry.pid, entry.nodePath)
  const [program = '', ...args] = entry.by === 'sudo' ? ['sudo', '-n', ...command] : command
  try {
    const connected = listen(server, socketPath)
    const stdin = relayScript({ ...where, socketPath, pid: entry.pid, uid: entry.uid, gid: entry.gid })
    const finished = entry.run(program, args, {
      environment: { PATH: searchPath },
      stdin,
      timeoutMs: relayTimeoutMs,
      signal: ending.signal,
      maxBytes: maxWordBytes,
    })
    const late = new Promise<undefined>((settle) => stop.whenStopped(() => settle(undefined)))
    const first = await Promise.race([connected, finished, late])
    if (first !== undefined && 'destroy' in first) {
      first.once('close', () => ending.abort())
      return first
    }
    ending.abort()
    return first === undefined ? stopped(stop, 'connect') : failureOfEntry(first, entry)
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** The addresses that the relay found are judged here before it may connect to one. */
const permitted = async (socket: Socket, stop: Stop): Promise<RelayWord | Failure | undefined> => {
  const word = await readWord(socket, stop)
  if (word === undefined || !('addresses' in word)) return word
  const refused = word.addresses.find((one) => isRefused(one))
  if (refused === undefined) {
    socket.write('\n')
    return readWord(socket, stop)
  }
  socket.destroy()
  return refusalOf(refused)
}

/**
 * Opens connections from inside a container, without any program in its image: a small Node of ours enters its network namespace with
 * nsenter, connects there, and passes the bytes through a Unix socket. TLS and HTTP are spoken here.
 */
export const createContainerDial =
  (entry: ContainerEntry): Dial =>
  async (where, stop) => {
    const socket = await startRelay(entry, { hostname: where.hostname, port: where.port }, stop)
    if (!('destroy' in socket)) return socket
    const word = await permitted(socket, stop)
    if (word !== undefined && ('fault' in word || 'unseen' in word)) return word
    if (word !== undefined && 'address' in word) return withTls({ socket, ...word }, where, stop)
    socket.destroy()
    if (word !== undefined && 'failed' in word) return failureOfWord(word)
    return stop.reason() === undefined
      ? notSeen(`the relay in the network of service ${entry.service} ended without a word`, 'run it again; report it when it stays')
      : stopped(stop, 'connect')
  }
