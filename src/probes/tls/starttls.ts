import type { Socket } from 'node:net'
import { stopped } from '../net/dial.ts'
import { codeOf, type Failure, failed, failureOf } from '../net/fault.ts'
import type { Stop } from '../net/stop.ts'
import { type AnswerReader, type GreetingStep, type StartTls, steps } from './starttls-steps.ts'

/** What is read of one answer: greetings are short. */
const maxAnswerBytes = 16 * 1024

/** Waits for one answer; what was sent behind it goes back into the socket. */
const hearOut = (socket: Socket, read: AnswerReader, stop: Stop): Promise<Failure | undefined> =>
  new Promise((settle) => {
    let heard = Buffer.alloc(0)
    const finish = (failure?: Failure) => {
      socket.off('data', hear).off('close', closed).off('error', broken)
      socket.pause()
      settle(failure)
    }
    const closed = () => finish(failed('closed', 'first-byte', ''))
    const broken = (error: unknown) => finish(failureOf(codeOf(error), 'first-byte'))
    const hear = (piece: Buffer) => {
      heard = Buffer.concat([heard, piece])
      const reading = read(heard)
      if (reading.is === 'refused') return finish(failed('garbage', 'first-byte', reading.said))
      if (reading.is === 'more')
        return heard.length > maxAnswerBytes ? finish(failed('garbage', 'first-byte', 'a greeting without an end')) : undefined
      finish()
      if (reading.bytes < heard.length) socket.unshift(heard.subarray(reading.bytes))
    }
    socket.on('data', hear).once('close', closed).once('error', broken)
    stop.whenStopped(() => finish(stopped(stop, 'first-byte')))
    socket.resume()
  })

const take = async (socket: Socket, { say, read }: GreetingStep, stop: Stop): Promise<Failure | undefined> => {
  if (say !== undefined) socket.write(typeof say === 'function' ? say(socket.localAddress ?? '') : say)
  return read === undefined ? undefined : hearOut(socket, read, stop)
}

/** Asks a server to change to TLS on an open, paused connection, which is paused again when this returns. */
export const startTls = async (socket: Socket, protocol: StartTls, stop: Stop): Promise<Failure | undefined> => {
  for (const step of steps[protocol]) {
    const failure = await take(socket, step, stop)
    if (failure !== undefined) return failure
  }
  return undefined
}
