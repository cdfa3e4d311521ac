import type { Readable, Writable } from 'node:stream'

/** Writes chunks as fast as the reader takes them, then ends its input. False when the reader had gone before the last one was written. */
export const pumpInto = async (input: AsyncIterable<Uint8Array>, writable: Writable): Promise<boolean> => {
  const gone = Promise.withResolvers<'gone'>()
  let isGone = false
  const leave = () => {
    isGone = true
    gone.resolve('gone')
  }
  // EPIPE: the reader ended; its exit tells whether that was wrong.
  writable.on('error', leave)
  writable.once('close', leave)
  for await (const chunk of input) {
    if (isGone) return false
    if (!writable.write(chunk)) await Promise.race([new Promise<void>((drained) => writable.once('drain', drained)), gone.promise])
  }
  if (isGone) return false
  writable.end()
  return true
}

/** Gives every chunk to `each`, one after the other: what writes waits meanwhile. Rejects with what `each` or the stream threw. */
export const pumpOut = async (readable: Readable, each: (chunk: Uint8Array) => Promise<void> | void): Promise<void> => {
  for await (const chunk of readable) await each(chunk as Uint8Array)
}

/** Keeps all of an output; throws when it is longer than it may be. */
export const keeper = (maxBytes: number) => {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    each: (chunk: Uint8Array) => {
      length += chunk.length
      if (length > maxBytes) throw new Error(`its output is longer than ${maxBytes} bytes`)
      chunks.push(chunk)
    },
    bytes: (): Uint8Array => Buffer.concat(chunks),
  }
}
