import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What one session sent: the startup packet's settings, then every text of SQL in its order. */
export type Recorded = { readonly startup: Readonly<Record<string, string>>; readonly statements: readonly string[] }

const plainOnly = 80_877_103
const cancel = 80_877_102

const startupOf = (body: Buffer): Readonly<Record<string, string>> => {
  const words = body.toString('utf8').split('\0')
  return Object.fromEntries(Array.from({ length: Math.floor(words.length / 2) }, (_, at) => [words[2 * at] ?? '', words[2 * at + 1] ?? '']))
}

/** The text of a Query, or of a Parse behind the name of its statement. */
const sqlOf = (kind: string, body: Buffer): string | undefined => {
  const texts = body.toString('utf8').split('\0')
  return kind === 'Q' ? texts[0] : kind === 'P' ? texts[1] : undefined
}

/** Where the first message ends; a startup packet and its like have no kind before their length. */
const endOf = (rest: Buffer, started: boolean): number => {
  const head = started ? 1 : 0
  return rest.length < head + 4 ? Number.POSITIVE_INFINITY : head + rest.readUInt32BE(head)
}

type Recording = { startup: Record<string, string>; statements: string[] }

/** Reads what a client says to a server; answers that there is no TLS by itself, so that all of it can be read. */
const listen = (near: Socket, toServer: Socket, recorded: Recording): void => {
  let rest = Buffer.alloc(0)
  let started = false
  const hear = (frame: Buffer): void => {
    const sql = sqlOf(String.fromCharCode(frame[0] ?? 0), frame.subarray(5))
    if (sql !== undefined) recorded.statements.push(sql)
  }
  const begin = (frame: Buffer): 'answered' | 'passed on' => {
    const code = frame.readUInt32BE(4)
    if (code === plainOnly) {
      near.write('N')
      return 'answered'
    }
    if (code !== cancel) Object.assign(recorded.startup, startupOf(frame.subarray(8)))
    started = code !== cancel
    return 'passed on'
  }
  near.on('data', (piece) => {
    rest = Buffer.concat([rest, piece])
    for (let end = endOf(rest, started); rest.length >= end; end = endOf(rest, started)) {
      const frame = rest.subarray(0, end)
      rest = rest.subarray(end)
      if (started) hear(frame)
      else if (begin(frame) === 'answered') continue
      toServer.write(frame)
    }
  })
}

/** A way to a server of PostgreSQL that writes down every statement of every session. */
export const startRecorder = async (port: number) => {
  const sessions: Recorded[] = []
  const sockets = new Set<Socket>()
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    const recorded: Recording = { startup: {}, statements: [] }
    sessions.push(recorded)
    listen(near, far, recorded)
    far.pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    /** Of sessions that logged in; a request to cancel is none. */
    sessions: (): readonly Recorded[] => sessions.filter((one) => one.startup['user'] !== undefined),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
