import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { createKeep } from '../../core/keep.ts'

/** Keeps the head of a stream and reads the rest away, so that a talkative program neither blocks nor fills our memory. */
export const capture = (stream: Readable | null, maxBytes: number, encoding: 'utf8' | 'latin1' = 'utf8') => {
  const kept = createKeep(maxBytes)
  let truncated = false
  stream?.on('data', (chunk: Buffer) => {
    truncated ||= chunk.length > maxBytes - kept.bytes().length
    kept.add(chunk, 0, chunk.length)
  })
  // A pipe that breaks ends the output; how the program ended is told by its exit.
  stream?.on('error', () => {})
  return {
    truncated: () => truncated,
    text: () => {
      const bytes = kept.bytes()
      return truncated ? new StringDecoder(encoding).write(bytes) : bytes.toString(encoding)
    },
  }
}
