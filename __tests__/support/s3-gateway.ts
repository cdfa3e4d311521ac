import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const listens = async (port: number, child: ChildProcess): Promise<void> => {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const heard = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(() => false)
    socket.destroy()
    if (heard) return
    await sleep(20)
  }
}

/** What the relay does with a request: hands it on, or one of the ways in which a store fails. */
export type S3Fault =
  | { readonly kind: 'pass' }
  | { readonly kind: 'status'; readonly status: number }
  /** The connection is lost after so many bytes of the upload. */
  | { readonly kind: 'cut-upload'; readonly bytes: number }
  /** A byte of what is read is another. */
  | { readonly kind: 'turn-download' }
  /** The answer ends early, as a connection does that is lost. */
  | { readonly kind: 'cut-download' }

type Rule = (asked: IncomingMessage, count: number) => S3Fault

const passOn = (asked: IncomingMessage, answer: ServerResponse, port: number, fault: S3Fault): void => {
  const onward = request(
    { host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.headers, setHost: false },
    (got) => {
      answer.writeHead(got.statusCode ?? 500, got.headers)
      let first = true
      got.on('data', (chunk: Buffer) => {
        if (fault.kind === 'turn-download' && first) chunk[0] = (chunk[0] ?? 0) ^ 1
        first = false
        if (fault.kind === 'cut-download') {
          answer.write(chunk.subarray(0, chunk.length >> 1))
          answer.socket?.end()
          got.destroy()
        } else answer.write(chunk)
      })
      got.on('end', () => answer.end())
      // A cut of ours.
      got.on('error', () => {})
    },
  )
  onward.on('error', () => answer.destroy())
  let sent = 0
  asked.on('data', (chunk: Buffer) => {
    sent += chunk.length
    if (fault.kind === 'cut-upload' && sent > fault.bytes) {
      onward.destroy()
      asked.socket.destroy()
    } else onward.write(chunk)
  })
  asked.on('end', () => onward.end())
  // The client has gone; so goes what it asked for.
  asked.on('error', () => onward.destroy())
}

/** versitygw on a folder, and in front of it a relay that fails as it is told. */
export const startS3Gateway = async ({ versioning = false } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'ronde-s3-'))
  const [store, versions] = [join(folder, 'store'), join(folder, 'versions')]
  await mkdir(store)
  await mkdir(versions)
  const port = await freePort()
  const keys = { accessKey: 'RONDETESTACCESS', secretKey: 'gateway-secret-0123456789' }
  const child = spawn(
    'versitygw',
    ['--quiet', '--port', `127.0.0.1:${port}`, 'posix', ...(versioning ? ['--versioning-dir', versions] : []), store],
    { stdio: 'ignore', env: { PATH: process.env['PATH'], ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey } },
  )
  await listens(port, child)
  let rule: Rule = () => ({ kind: 'pass' })
  let count = 0
  const asked: IncomingMessage[] = []
  const relay = createServer((incoming, answer) => {
    count += 1
    asked.push(incoming)
    const fault = rule(incoming, count)
    if (fault.kind !== 'status') return passOn(incoming, answer, port, fault)
    incoming.resume()
    answer.writeHead(fault.status, { 'content-type': 'application/xml' })
    answer.end(`<?xml version="1.0"?><Error><Code>Fault${fault.status}</Code><Message>a fault of the test</Message></Error>`)
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  return {
    ...keys,
    endpoint: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
    region: 'us-east-1',
    /** Where its objects lie: `<bucket>/<key>`. */
    store,
    /** From now on each request is judged by this. */
    fail: (next: Rule) => {
      rule = next
      count = 0
    },
    heal: () => {
      rule = () => ({ kind: 'pass' })
    },
    /** `METHOD path` of all requests so far. */
    requests: (): readonly string[] => asked.map(({ method, url }) => `${method} ${url?.split('?')[0]}`),
    [Symbol.asyncDispose]: async () => {
      relay.closeAllConnections()
      relay.close()
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await rm(folder, { recursive: true })
    },
  }
}

export type S3Gateway = Awaited<ReturnType<typeof startS3Gateway>>
