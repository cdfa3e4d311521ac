import type { Duplex } from 'node:stream'
import type { SpeakTls, Spoken } from '../../contract/database.ts'
import { Ended } from '../../contract/ended.ts'
import type { Conversation, RunProgram } from '../../contract/process.ts'
import { howEnded, keptBytes, type LookerProgram, longestMs } from './looker.ts'

/** What the process in between says once: the handshake is done, or why it is not. */
export type FromTunnel = { readonly secured: true } | { readonly code: string; readonly message: string }

/**
 * Speaks TLS to a server by a process of its own for each connection: this one hears and says what stands in it. That process is ended with
 * the connection, and by what a server sends only that process.
 */
export const createSpeakTls =
  ({ program, run }: { readonly program: LookerProgram; readonly run: RunProgram }): SpeakTls =>
  (socket, wanted, cut) => {
    const { promise: plainSide, resolve: secured, reject: refused } = Promise.withResolvers<Duplex>()
    const conversation = ({ say, hear, line }: Conversation) => {
      if (line === undefined) return refused(new Error('no line to the process in between'))
      // The driver listens as soon as it has it; until then an error is only that of a line that is about to be told as refused.
      line.on('error', () => {})
      hear((message) => {
        // The list in which a looker says that it is ready.
        if (Array.isArray(message)) return
        if (typeof message !== 'object' || message === null) return refused(new Error('what the process in between said was no answer'))
        const said = message as FromTunnel
        if ('secured' in said) secured(line)
        else refused(Object.assign(new Error(said.message), { code: said.code }))
      })
      say({ tunnel: wanted }, socket)
    }
    const { nodePath, flags, script, environment } = program
    const options = { environment, timeoutMs: longestMs, signal: cut, maxBytes: keptBytes, conversation, line: true }
    const ended = run(nodePath, [...flags, script], options).then((finished) => {
      const how = finished.ended === 'cancelled' || (finished.ended === 'exit' && finished.exitCode === 0) ? undefined : howEnded(finished)
      refused(how === undefined ? new Error('Connection terminated before TLS was spoken') : new Ended(wanted.subject, how))
      return how
    })
    return plainSide.then((plain): Spoken => ({ plain, ended }))
  }
