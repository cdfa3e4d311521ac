/** A reading of a text: what it says when some of its notations are undone, and where in the source each UTF-16 unit stands. */
export type TextReading = {
  readonly text: string
  /** Undefined for the source itself. */
  readonly places: Places | undefined
}
type Places = { readonly from: Uint32Array; readonly to: Uint32Array }

/** Stands between pieces of a view that are no neighbours, so that no secret is read over two of them: a noncharacter. */
export const pieceEnd = 0xffff

/** Part of a text, `to` exclusive. */
export type Span = { readonly from: number; readonly to: number }

/** Where a part of a view stands in the source. */
export const sourceSpan = ({ places }: TextReading, from: number, to: number): Span =>
  places === undefined || to <= from ? { from, to } : { from: places.from[from] ?? 0, to: places.to[to - 1] ?? 0 }

/** Collects a view unit by unit; each is given with the part of the view before that it was read from. */
export interface ViewWriter {
  put(unit: number, from: number, to: number): void
  codePoint(code: number, from: number, to: number): void
  readonly length: () => number
  /** Forgets what was written behind this length. */
  truncate(length: number): void
  view(): TextReading
}

const grown = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
  const more = new Uint32Array(old.length * 2)
  more.set(old)
  return more
}

export const createViewWriter = (source: TextReading, expected = 64): ViewWriter => {
  let units = new Uint16Array(expected)
  let [from, to] = [new Uint32Array(expected), new Uint32Array(expected)]
  let length = 0
  const { places } = source
  const grow = (): void => {
    const more = new Uint16Array(units.length * 2)
    more.set(units)
    units = more
    from = grown(from)
    to = grown(to)
  }
  const put = (unit: number, begin: number, end: number): void => {
    if (length === units.length) grow()
    units[length] = unit
    from[length] = places === undefined ? begin : (places.from[begin] ?? 0)
    to[length] = places === undefined ? end : (places.to[end - 1] ?? 0)
    length += 1
  }
  return {
    put,
    codePoint: (code, begin, end) => {
      if (code < 0x10000) return put(code, begin, end)
      put(0xd800 + ((code - 0x10000) >> 10), begin, end)
      put(0xdc00 + ((code - 0x10000) & 0x3ff), begin, end)
    },
    length: () => length,
    truncate: (kept) => {
      length = kept
    },
    view: () => ({
      text: Buffer.from(units.buffer, 0, length * 2).toString('utf16le'),
      places: { from: from.subarray(0, length), to: to.subarray(0, length) },
    }),
  }
}
