import type { EventEmitter } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { createServer, type TlsOptions } from 'node:tls'
import type { Certificate } from './certificates.ts'
import { fixedServer, listening, type TestServer } from './http-server.ts'

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure'

/** An HTTPS server with this certificate; by default it answers `secure`. */
export const tlsServer = ({ key, cert }: Certificate, bytes: string | Buffer = answer, options: TlsOptions = {}): Promise<TestServer> =>
  listening(
    createServer({ key, cert, ...options }, (socket) => {
      // A client that goes away, or refuses the certificate, is no fault of the server.
      socket.on('error', () => {})
      socket.once('data', () => socket.end(bytes))
    }).on('tlsClientError', () => {}),
    '127.0.0.1',
    'https',
  )

/** Ten megabytes of body over TLS. */
export const largeTlsServer = (certificate: Certificate): Promise<TestServer> => {
  const body = Buffer.alloc(10 * 1024 * 1024, 'x')
  return tlsServer(
    certificate,
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`), body]),
  )
}

/** Speaks only a version of TLS that is no longer accepted. */
export const oldTlsServer = (certificate: Certificate): Promise<TestServer> =>
  tlsServer(certificate, answer, { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })

/** Accepts the connection, takes what comes and never finishes the handshake. */
export const hangingTlsServer = (): Promise<TestServer> =>
  listening(
    createTcpServer((socket) => void socket.resume()),
    '127.0.0.1',
    'https',
  )

/** Plain HTTP on a port that is meant for TLS. */
export const plainOnTlsPort = async (): Promise<TestServer> => {
  const server = await fixedServer()
  return { ...server, origin: server.origin.replace('http:', 'https:') }
}

/** A TLS server at any loopback address and port. */
export const tlsServerAt = (address: string, port: number, { key, cert }: Pick<TlsOptions, 'key' | 'cert'>, options: TlsOptions = {}) =>
  new Promise<AsyncDisposable & { readonly port: number; readonly events: EventEmitter }>((resolve, reject) => {
    const server = createServer({ key, cert, ...options }, (socket) => void socket.on('error', () => {})).on('tlsClientError', () => {})
    server.once('error', reject)
    server.listen(port, address, () => {
      const bound = server.address()
      resolve({
        events: server,
        port: typeof bound === 'object' && bound !== null ? bound.port : 0,
        [Symbol.asyncDispose]: () =>
          new Promise((closed) => {
            server.close(() => closed())
          }),
      })
    })
  })
