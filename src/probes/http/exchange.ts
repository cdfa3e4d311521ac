import { unescape } from 'node:querystring'
import { type Dial, type Dialed, placeOf, stopped } from '../net/dial.ts'
import { codeOf, type Failure, failed, failureOf } from '../net/fault.ts'
import type { Stop } from '../net/stop.ts'
import { type AnswerProgress, createReader, type HttpAnswer } from './answer.ts'
import type { Hop } from './redirect.ts'
import type { HttpRequest } from './request.ts'

/** What is kept of a body that is wanted. */
export const keptBytes = 1024 * 1024
/** What is kept of any other one, to show how it begins. */
const beginningBytes = 1024
/** What is read of a body that is not wanted, before it counts as endless. */
const droppedBytes = 8 * keptBytes

const basic = ({ username, password }: URL): string =>
  `Basic ${Buffer.from(`${unescape(username)}:${unescape(password)}`).toString('base64')}`

/** The bytes of a request. Names and values were checked where they were written: no line break can stand in them. */
const written = ({ url, method, headers, body }: Hop): string => {
  const given = Object.entries(headers)
  const names = new Set(given.map(([name]) => name.toLowerCase()))
  const line = (name: string, value: string) => (names.has(name) ? '' : `${name}: ${value}\r\n`)
  const credentials = url.username === '' && url.password === '' ? '' : line('authorization', basic(url))
  const length = body === undefined ? '' : line('content-length', String(Buffer.byteLength(body)))
  const defaults = `${line('host', url.host)}${line('accept', '*/*')}${line('user-agent', 'ronde')}${credentials}${length}`
  const own = given.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const fixed = `${line('accept-encoding', 'identity')}connection: close\r\n`
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${defaults}${own}${fixed}\r\n${body ?? ''}`
}

export type TimedAnswer = { readonly answer: HttpAnswer; readonly firstByteMs: number; readonly bodyMs: number }

/** Writes the request and reads the answer; the connection is closed in every case. */
const exchange = ({ socket }: Dialed, hop: Hop, wantsBody: boolean, stop: Stop): Promise<TimedAnswer | Failure> =>
  new Promise((settle) => {
    const startedAt = performance.now()
    let firstAt = 0
    const phase = () => (firstAt === 0 ? ('first-byte' as const) : ('body' as const))
    const reader = createReader({
      method: hop.method,
      keepBytes: wantsBody ? keptBytes : beginningBytes,
      readBytes: wantsBody ? keptBytes : droppedBytes,
    })
    const finish = (result: TimedAnswer | Failure) => {
      socket.removeListener('data', take)
      socket.destroy()
      settle(result)
    }
    const advance = (progress: AnswerProgress) => {
      if (progress.is === 'more') return
      if (progress.is !== 'done') return finish(failed(progress.is, phase(), ''))
      const now = performance.now()
      finish({ answer: progress.answer, firstByteMs: (firstAt || now) - startedAt, bodyMs: firstAt === 0 ? 0 : now - firstAt })
    }
    const take = (piece: Buffer) => {
      if (firstAt === 0) firstAt = performance.now()
      advance(reader.push(piece))
    }
    socket.on('data', take)
    socket.once('end', () => advance(reader.end()))
    socket.on('error', (error) => finish(failureOf(codeOf(error), phase())))
    socket.once('close', () => finish(failed(firstAt === 0 ? 'closed' : 'cut', phase(), '')))
    stop.whenStopped(() => finish(stopped(stop, phase())))
    socket.resume()
    socket.write(written(hop))
  })

/** One request and its answer; redirects are not followed here. */
export const ask = async (request: HttpRequest, hop: Hop, dial: Dial, stop: Stop) => {
  const { url } = hop
  const secure = url.protocol === 'https:'
  const tls = url.hostname === request.url.hostname ? request.tls : { ...request.tls, serverName: undefined }
  const dialed = await dial({ ...placeOf(url), tls: secure ? tls : undefined }, stop)
  if (!('socket' in dialed)) return dialed
  const exchanged = await exchange(dialed, hop, request.wantsBody, stop)
  return 'answer' in exchanged ? { ...exchanged, dialed } : exchanged
}
