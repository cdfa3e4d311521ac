import { connect, type Socket } from 'node:net'
import type { PostgresTarget, SpeakTls, Spoken } from '../../contract/database.ts'
import { isEnded } from '../../contract/ended.ts'
import type { Line } from './line.ts'

/** Asks for TLS; https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const keepAliveMs = 30_000
const yes = 'S'.charCodeAt(0)
const no = 'N'.charCodeAt(0)

/** As the driver says it. */
const refusal = (answer: number | undefined): Error =>
  new Error(answer === no ? 'The server does not support SSL connections' : 'There was an error establishing an SSL connection')

/** A connection whose server has agreed to speak TLS. Of what it sends one byte is read and nothing more: the rest is another's. */
const agreed = ({ host, port }: PostgresTarget, line: Line): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const answer = (_count: number, [first]: Uint8Array): boolean => {
      if (first === yes) resolve(socket)
      else reject(refusal(first))
      return false
    }
    const socket = line.hold(connect({ host, port, onread: { buffer: Buffer.alloc(1), callback: answer } }))
    socket.once('connect', () => {
      socket.setNoDelay(true).setKeepAlive(true, keepAliveMs)
      socket.write(sslRequest)
    })
    socket.on('error', reject).once('close', () => reject(new Error('Connection terminated unexpectedly')))
  })

/** TLS that another process speaks. When that is ended by it, once more: what happens twice is told. */
export const openSecured = async (target: PostgresTarget, speakTls: SpeakTls, line: Line): Promise<Spoken> => {
  const open = async () =>
    speakTls(await agreed(target, line), { host: target.host, ssl: target.ssl, subject: target.subject }, line.signal)
  try {
    return await open()
  } catch (error) {
    if (!isEnded(error) || line.signal.aborted) throw error
    return open()
  }
}

/** What a process that was ended leaves behind is told within this. */
const graceMs = 500

/** How the process in between was ended, if that is why nothing comes any more. */
export const endedBy = async ({ plain, ended }: Spoken): Promise<string | undefined> => {
  if (!plain.destroyed && !plain.readableEnded) return undefined
  const late = new Promise<undefined>((settle) => {
    setTimeout(() => settle(undefined), graceMs).unref()
  })
  return Promise.race([ended, late])
}
