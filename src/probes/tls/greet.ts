import { type Dialed, stopped } from '../net/dial.ts'
import { codeOf, type Failure, failed, failureOf } from '../net/fault.ts'
import type { Stop } from '../net/stop.ts'
import { clientHello, type Offer, oldOffer, rsaOffer, wholeOffer } from './client-hello.ts'
import { type PlainAnswer, readPlainAnswer } from './plain-answer.ts'

/** More than a server says before it waits for the client. */
const maxHeardBytes = 64 * 1024

type Asked = { readonly serverName: string; readonly stop: Stop }

/** Says a greeting of our own and hears until the answer can be read. Closes the connection. */
const greet = <T>(
  { socket }: Dialed,
  offer: Offer,
  { serverName, stop }: Asked,
  read: (heard: Buffer) => T | undefined,
): Promise<T | Failure> =>
  new Promise((settle) => {
    let heard: Buffer = Buffer.alloc(0)
    const finish = (answer: T | Failure) => {
      socket.removeAllListeners('data')
      socket.destroy()
      settle(answer)
    }
    socket.on('data', (piece: Buffer) => {
      heard = heard.length === 0 ? piece : Buffer.concat([heard, piece])
      const answer = heard.length > maxHeardBytes ? failed('garbage', 'tls', 'an answer without an end') : read(heard)
      if (answer !== undefined) finish(answer)
    })
    socket.once('close', () => finish(failed('closed', 'tls', '')))
    socket.on('error', (error) => finish(failureOf(codeOf(error), 'tls')))
    stop.whenStopped(() => finish(stopped(stop, 'tls')))
    socket.resume()
    socket.write(clientHello(serverName, offer))
  })

/** A server that goes on with TLS 1.1 or earlier, or that does not. */
export type OldAnswer = { readonly accepted: string } | { readonly refused: true }

const versions: Readonly<Record<number, string>> = { 0x0302: 'TLSv1.1', 0x0301: 'TLSv1', 0x0300: 'SSLv3' }
/** Record header, kind and length of the message, version. */
const neededBytes = 11

/** The first bytes of a server's answer; `undefined` while they are too few. Anything but a ServerHello refuses. */
const readOldAnswer = (heard: Buffer): OldAnswer | undefined => {
  if (heard.length > 0 && heard[0] !== 0x16) return { refused: true }
  if (heard.length < neededBytes) return undefined
  const accepted = heard[5] === 2 ? versions[heard.readUInt16BE(9)] : undefined
  return accepted === undefined ? { refused: true } : { accepted }
}

/**
 * Asks whether a server speaks TLS 1.1 or an earlier one, by a greeting of our own: any OpenSSL can then be asked with, and a thousand
 * servers cost half of what a second handshake of node:tls takes.
 */
export const askOldVersions = (dialed: Dialed, serverName: string, stop: Stop): Promise<OldAnswer | Failure> =>
  greet(dialed, oldOffer, { serverName, stop }, readOldAnswer)

type Plain = PlainAnswer | { readonly refused: true }

const readPlain =
  (whole: boolean) =>
  (heard: Buffer): Plain | undefined => {
    const answer = readPlainAnswer(heard, whole)
    return answer === 'more' ? undefined : answer === 'refused' ? { refused: true } : answer
  }

/** What a server presents by TLS 1.2, also one that ends the handshake when no certificate of ours comes (ADR 43). */
export const askPlainly = (dialed: Dialed, serverName: string, stop: Stop): Promise<Plain | Failure> =>
  greet(dialed, wholeOffer, { serverName, stop }, readPlain(true))

/** What it presents to a client that knows RSA only. */
export const askForRsa = (dialed: Dialed, serverName: string, stop: Stop): Promise<Plain | Failure> =>
  greet(dialed, rsaOffer, { serverName, stop }, readPlain(false))
