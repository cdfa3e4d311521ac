/** The beginning of a stream in one buffer. */
export type BufferKeep = { readonly add: (piece: Buffer, from: number, to: number) => void; readonly bytes: () => Buffer }

/** Copies instead of keeping a view of each piece, so that a body of one-byte chunks does not fill the memory. */
export const createKeep = (maxBytes: number): BufferKeep => {
  let buffer = Buffer.alloc(0)
  let length = 0
  return {
    add: (piece, from, to) => {
      const count = Math.min(to - from, maxBytes - length)
      if (count <= 0) return
      if (length + count > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(1024, 2 * (length + count))))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      piece.copy(buffer, length, from, from + count)
      length += count
    },
    bytes: () => buffer.subarray(0, length),
  }
}
