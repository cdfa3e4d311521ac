import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Certificate } from './certificates.ts'
import { listening, type TestServer } from './http-server.ts'

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

/** A process that ends while it is read is none. */
const ofProcess = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const hex = (port = 0): string => port.toString(16).toUpperCase().padStart(4, '0')

/** The number of the socket at the other end, which stands on this machine too. */
const socketNumber = ({ localPort, remotePort }: Socket): string | undefined =>
  readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local = '', remote = '']) => local.endsWith(`:${hex(remotePort)}`) && remote.endsWith(`:${hex(localPort)}`))?.[9]

const holds = (pid: number, socket: string): boolean =>
  ofProcess(() => readdirSync(`/proc/${pid}/fd`).some((fd) => ofProcess(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) === socket)) ?? false

const isLooker = (pid: number): boolean => ofProcess(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('/looker.js')) ?? false

const holderAt = (socket: Socket, among: (pid: number) => boolean): number | undefined => {
  const number = socketNumber(socket)
  return number === undefined ? undefined : pids().find((pid) => among(pid) && holds(pid, `socket:[${number}]`))
}

/** The process that looks over this connection, from this machine. */
const lookerAt = (socket: Socket): number | undefined => holderAt(socket, isLooker)
/** Whatever process speaks over it, but for that of the test. */
const speakerAt = (socket: Socket): number | undefined => holderAt(socket, (pid) => pid !== process.pid)

export type KillerServer = TestServer & { readonly killed: () => number }

/** Ends whoever connects with a signal, so many times; afterwards it presents this certificate. */
export const killerServer = async (
  signal: NodeJS.Signals,
  certificate: Certificate,
  times = Number.POSITIVE_INFINITY,
): Promise<KillerServer> => {
  let killed = 0
  const mild = createTlsServer(certificate, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'))
  }).on('tlsClientError', () => {})
  const server = createServer((socket) => {
    const client = lookerAt(socket)
    if (killed >= times || client === undefined) mild.emit('connection', socket)
    else {
      killed += 1
      process.kill(client, signal)
    }
  })
  return { ...(await listening(server, '127.0.0.1', 'https')), killed: () => killed }
}

/** The processes of this machine that run this script. */
export const runningScripts = (script: string): readonly number[] =>
  pids().filter((pid) => ofProcess(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(script)) ?? false)

/** A PostgreSQL that agrees to TLS, and then ends whoever speaks it, so many times; afterwards it closes the connection. */
export const killerPostgres = (signal: NodeJS.Signals, times = Number.POSITIVE_INFINITY): Promise<KillerServer> => {
  let killed = 0
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write('S')
      socket.once('data', () => {
        const client = lookerAt(socket)
        if (killed >= times || client === undefined) socket.destroy()
        else {
          killed += 1
          process.kill(client, signal)
        }
      })
    })
  })
  return listening(server).then((listener) => ({ ...listener, killed: () => killed }))
}

type Front = {
  /** What a request begins with that ends whoever sent it; all of them by default. */
  readonly on?: string
  readonly times?: number
  readonly certificate: Certificate
  /** The port of a plain server on loopback, which answers everything else. */
  readonly before: number
}

/** TLS before a plain server: it ends whoever asks with a signal, so many times, before that server has heard of it. */
export const killerFront = (signal: NodeJS.Signals, { on = '', times = Number.POSITIVE_INFINITY, certificate, before }: Front) => {
  let killed = 0
  const server = createTlsServer(certificate, (socket) => {
    const behind = connect(before, '127.0.0.1')
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    behind.pipe(socket)
    socket
      .on('error', () => {})
      .on('close', () => behind.destroy())
      .on('data', (piece: Buffer) => {
        const client = killed < times && piece.toString('latin1').startsWith(on) ? speakerAt(socket) : undefined
        if (client === undefined) behind.write(piece)
        else {
          killed += 1
          process.kill(client, signal)
        }
      })
  }).on('tlsClientError', () => {})
  return listening(server, '127.0.0.1', 'https').then((listener): KillerServer => ({ ...listener, killed: () => killed }))
}
