import type { Writable } from 'node:stream'

/** The longest time in which a reader takes nothing and is still waited for. */
const patienceMs = 15_000
const lookMs = 50

/** What a stream still holds: in Node's queue, and of the part that the system is being given, where it says so (Node's own handle of a pipe or socket). */
const waitingOf = (stream: Writable): string => {
  const { _handle } = stream as Writable & { readonly _handle?: { readonly writeQueueSize?: number } | null }
  return `${stream.writableLength} ${_handle?.writeQueueSize ?? 0}`
}

/** Resolves when everything was taken, when nothing was for `quietMs`, counted anew at each byte that is, or when the reader has gone. */
export const drained = (stream: Writable, quietMs = patienceMs): Promise<void> =>
  new Promise((resolve) => {
    let waiting = waitingOf(stream)
    let takenAt = performance.now()
    const done = () => {
      clearInterval(timer)
      stream.off('drain', look).off('error', done).off('close', done)
      resolve()
    }
    const look = () => {
      if (stream.writableLength === 0 || stream.destroyed) return done()
      const now = waitingOf(stream)
      if (now !== waiting) [waiting, takenAt] = [now, performance.now()]
      else if (performance.now() - takenAt >= quietMs) done()
    }
    const timer = setInterval(look, lookMs)
    stream.on('drain', look).once('error', done).once('close', done)
    look()
  })
