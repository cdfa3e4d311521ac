import type { PostgresTarget } from '../../contract/database.ts'

/** What the server gave at login, as the driver keeps it. */
export type BackendKey = { readonly processID: number | null; readonly secretKey: number | null }

const packetBytes = 16
const cancelCode = 80_877_102
const longestMs = 2_000

/**
 * The protocol's own way to stop a statement: a connection of its own that carries nothing but the key of the session. It takes no
 * connection slot, needs no password and, unlike `pg_cancel_backend`, works when every slot is taken.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export const requestCancel = async (target: PostgresTarget, { processID, secretKey }: BackendKey): Promise<void> => {
  if (processID === null || secretKey === null) return
  const packet = Buffer.alloc(packetBytes)
  for (const [index, word] of [packetBytes, cancelCode, processID, secretKey].entries()) packet.writeInt32BE(word, index * 4)
  const { connect } = await import('node:net')
  const { host, port } = target
  const place = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  await new Promise<void>((resolve) => {
    const socket = connect(place, () => socket.end(packet))
    socket.setTimeout(longestMs, () => socket.destroy())
    // A server that is gone runs nothing any more.
    socket.on('error', () => {})
    socket.once('close', () => resolve())
    socket.resume()
  })
}
