import { Socket } from 'node:net'
import type { TlsWanted } from '../../contract/database.ts'
import { loadTls } from '../../core/net/tls.ts'
import { tlsOptionsFor } from '../connect/tls-options.ts'
import type { FromTunnel } from './tunnel.ts'

/** Where the plain side is; `tools/process.ts` puts it there. */
const lineDescriptor = 4

type Told = {
  /** `then`: it has left this process. */
  readonly say: (said: FromTunnel, then: () => void) => void
  /** Nothing is passed on any more. */
  readonly left: () => void
}

/** The other side of `tunnel.ts`: TLS over the connection that was handed over, its verdict whole before anything is passed on. */
export const serveTunnel = (socket: Socket, { host, ssl }: TlsWanted, { say, left }: Told): void => {
  const plain = new Socket({ fd: lineDescriptor })
  const secure = loadTls().connect({ socket, ...tlsOptionsFor(host, ssl) })
  secure.once('secureConnect', () => {
    say({ secured: true }, () => secure.pipe(plain).pipe(secure))
  })
  secure.on('error', (error) => {
    say({ code: 'code' in error ? String(error.code) : '', message: error.message }, () => plain.destroy())
  })
  secure.once('close', () => plain.end())
  plain
    .on('error', () => secure.destroy())
    .once('close', () => {
      secure.destroy()
      left()
    })
}
