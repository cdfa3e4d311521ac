import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { selfSigned } from '../__tests__/support/self-signed.ts'

export type Front = {
  readonly endpoint: string
  /** Presents a new certificate of 90 days, of which these are left. */
  present(daysLeft: number): void
  close(): void
}

const dayMs = 86_400_000
const lifetimeDays = 90

/** A TLS server whose certificates are their own authorities: `authorities` is the file that trusts them. */
export const startFront = async (authorities: string): Promise<Front> => {
  const renewed = (daysLeft: number) => {
    const notAfter = new Date(Date.now() + daysLeft * dayMs)
    const made = selfSigned({ names: ['localhost'], notBefore: new Date(notAfter.getTime() - lifetimeDays * dayMs), notAfter })
    writeFileSync(authorities, made.cert)
    return made
  }
  const server = createServer(renewed(lifetimeDays - 1), (socket) => {
    // A look that ends with the handshake is no fault of the server.
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    endpoint: `localhost:${(server.address() as AddressInfo).port}`,
    present: (daysLeft) => server.setSecureContext(renewed(daysLeft)),
    close: () => void server.close(),
  }
}
