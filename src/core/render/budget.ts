/** Collects pieces of a text, each on lines of its own, as long as they fit. */
export interface Budget {
  /** False, and nothing added, when it does not fit any more. */
  add(piece: string): boolean
  /** Short closing pieces, for which the caller kept a reserve. */
  always(...pieces: readonly string[]): void
  /** A part of this budget with a limit of its own. */
  share(maxBytes: number): Pick<Budget, 'add'>
  /** Bytes that still fit. */
  left(): number
  text(): string
}

const sizeOf = (piece: string): number => Buffer.byteLength(piece) + 1

export const createBudget = (maxBytes: number): Budget => {
  const pieces: string[] = []
  let usedBytes = 0
  const push = (piece: string, bytes: number): void => {
    pieces.push(piece)
    usedBytes += bytes
  }
  const add = (piece: string): boolean => {
    const bytes = sizeOf(piece)
    const fits = usedBytes + bytes <= maxBytes
    if (fits) push(piece, bytes)
    return fits
  }
  return {
    add,
    always: (...given) => {
      for (const piece of given) push(piece, sizeOf(piece))
    },
    share: (shareBytes) => {
      const end = usedBytes + shareBytes
      return { add: (piece) => usedBytes + sizeOf(piece) <= end && add(piece) }
    },
    left: () => Math.max(0, maxBytes - usedBytes),
    text: () => `${pieces.join('\n')}\n`,
  }
}
