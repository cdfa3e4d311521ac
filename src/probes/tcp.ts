import { type Network, nameMs } from './net/dial.ts'
import { type Fault, type Probed, probed } from './net/fault.ts'
import { createStop } from './net/stop.ts'

/** What opening a TCP connection showed; nothing is sent over it. */
export type TcpSeen =
  | { readonly kind: 'open'; readonly address: string; readonly dnsMs: number; readonly connectMs: number }
  | { readonly kind: 'fault'; readonly fault: Fault }

export type TcpRequest = { readonly hostname: string; readonly port: number; readonly timeoutMs: number }

/** Opens a TCP connection and closes it. */
export const probeTcp = async ({ hostname, port, timeoutMs }: TcpRequest, { dial, signal, now }: Network): Promise<Probed<TcpSeen>> => {
  const stop = createStop(timeoutMs, signal)
  const dialed = await dial({ hostname, port }, stop)
  stop.release()
  if ('unseen' in dialed) return dialed.unseen
  if ('fault' in dialed) return probed({ kind: 'fault', fault: dialed.fault }, now())
  dialed.socket.destroy()
  const { address, connectMs } = dialed
  return probed({ kind: 'open', address, dnsMs: nameMs(dialed), connectMs }, now())
}
