import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/** A real server on loopback. Closed by `await using`; closing also ends what is still connected. */
export type TestServer = {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  readonly port: number
  /** Connections that were opened so far. */
  readonly connections: () => number
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** What arrived in one request. */
export type Received = { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string }

/** Binds any server to a free port of a loopback address and closes it whole. */
export const listening = async (server: Server, host: '127.0.0.1' | '::1' = '127.0.0.1', scheme = 'http'): Promise<TestServer> => {
  const open = new Set<Socket>()
  let opened = 0
  server.on('connection', (socket: Socket) => {
    opened += 1
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    // A client that goes away is no fault of the server.
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    origin: `${scheme}://${host === '::1' ? '[::1]' : host}:${port}`,
    port,
    connections: () => opened,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** Answers as the listener says. */
export const httpServer = (listener: RequestListener, host?: '127.0.0.1' | '::1'): Promise<TestServer> =>
  listening(createHttpServer(listener), host)

/** Speaks no HTTP of its own: does with each connection what it is told, once the first bytes have come. */
const rawServer = (onRequest: (socket: Socket) => void): Promise<TestServer> =>
  listening(createServer((socket) => void socket.once('data', () => onRequest(socket))))

export type Fixed = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }

/** Always the same answer. */
export const fixedServer = ({ status = 200, headers = {}, body = 'hello' }: Fixed = {}, host?: '127.0.0.1' | '::1'): Promise<TestServer> =>
  httpServer((_request, response) => void response.writeHead(status, headers).end(body), host)

/** One answer after another; the last one repeats. */
export const changingServer = (answers: readonly Fixed[]): Promise<TestServer> => {
  let count = 0
  return httpServer((_request, response) => {
    const { status = 200, headers = {}, body = 'hello' } = answers[Math.min(count, answers.length - 1)] ?? {}
    count += 1
    response.writeHead(status, headers).end(body)
  })
}

/** Does something later, unless the client has gone by then. */
const later = (ms: number, response: ServerResponse, then: () => void) => {
  const timer = setTimeout(then, ms)
  response.once('close', () => clearTimeout(timer))
}

/** Waits before the head, or between the head and the body. */
export const slowServer = ({ headMs = 0, bodyMs = 0, body = 'late' }): Promise<TestServer> =>
  httpServer((_request, response) =>
    later(headMs, response, () => {
      response.writeHead(200).flushHeaders()
      later(bodyMs, response, () => response.end(body))
    }),
  )

/** Slow for the first requests only. */
export const warmingServer = (slow: number, slowMs: number): Promise<TestServer> => {
  let count = 0
  return httpServer((_request, response) => {
    count += 1
    later(count <= slow ? slowMs : 0, response, () => response.end('warm'))
  })
}

/** Takes the request and never answers. */
export const hangingServer = (): Promise<TestServer> => rawServer(() => {})

/** Sends a body for as long as somebody reads. */
export const endlessServer = (headers: Readonly<Record<string, string>> = {}): Promise<TestServer> =>
  httpServer((_request, response) => {
    const piece = Buffer.alloc(64 * 1024, 'x')
    const send = () => {
      while (!response.destroyed && response.write(piece));
    }
    response.writeHead(200, headers)
    response.on('drain', send)
    send()
  })

/** Answers with exactly these bytes, then closes. */
export const bytesServer = (bytes: string | Buffer): Promise<TestServer> => rawServer((socket) => socket.end(bytes))

/** What speaks first and is not HTTP, such as a mail server; it does not close. */
export const garbageServer = (): Promise<TestServer> => rawServer((socket) => socket.write('220 mail.example ESMTP ready\r\n'))

/** Closes without a word when the request has come. */
export const closingServer = (): Promise<TestServer> => rawServer((socket) => socket.end())

/** Resets the connection when the request has come. */
export const resettingServer = (): Promise<TestServer> => rawServer((socket) => socket.resetAndDestroy())

/** Promises a hundred bytes and closes after ten. */
export const cutServer = (): Promise<TestServer> => bytesServer('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789')

/** A chunked answer whose end never comes. */
export const cutChunkServer = (): Promise<TestServer> => bytesServer('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')

/** A few kB that unpack to `sizeBytes`. */
export const gzipBombServer = (sizeBytes = 64 * 1024 * 1024): Promise<TestServer> => {
  const packed = gzipSync(Buffer.alloc(sizeBytes, 'x'))
  return httpServer((_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed))
}

/** `/0` redirects to `/1` and so on; `/<length>` answers. With `loop`, the last one goes back to `/0`. */
export const redirectServer = ({ length = 3, loop = false, status = 302 } = {}): Promise<TestServer> =>
  httpServer((request, response) => {
    const at = Number(request.url?.slice(1))
    if (at < length) response.writeHead(status, { location: `/${at + 1}` }).end()
    else if (loop) response.writeHead(status, { location: '/0' }).end()
    else response.end('arrived')
  })

/** Redirects everything to one place. */
export const redirectToServer = (location: string, status = 302): Promise<TestServer> =>
  fixedServer({ status, headers: { location }, body: '' })

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** Answers `answer` and keeps what arrived. */
export const recordingServer = async (answer = 'recorded'): Promise<TestServer & { readonly received: readonly Received[] }> => {
  const received: Received[] = []
  const server = await httpServer((request, response) => {
    const record = async () => {
      received.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: await bodyOf(request) })
      response.end(answer)
    }
    void record()
  })
  return { ...server, received }
}

/** A port on which nothing listens: it was free a moment ago. */
export const unusedPort = async (): Promise<number> => {
  const server = await fixedServer()
  await server[Symbol.asyncDispose]()
  return server.port
}
