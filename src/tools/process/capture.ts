import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** Keeps the head of a stream and reads the rest away, so that a talkative program neither blocks nor fills our memory. */
export const capture = (stream: Readable | null, maxBytes: number) => {
  const chunks: Buffer[] = []
  let keptBytes = 0
  let truncated = false
  stream?.on('data', (chunk: Buffer) => {
    const head = chunk.subarray(0, maxBytes - keptBytes)
    if (head.length > 0) chunks.push(head)
    keptBytes += head.length
    truncated ||= head.length < chunk.length
  })
  // A pipe that breaks ends the output; how the program ended is told by its exit.
  stream?.on('error', () => {})
  return {
    truncated: () => truncated,
    bytes: () => Buffer.concat(chunks),
    text: () => {
      const bytes = Buffer.concat(chunks)
      return truncated ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8')
    },
  }
}
