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

type Room = { units: Uint16Array; from: Uint32Array; to: Uint32Array }

const newRoom = (size: number): Room => ({ units: new Uint16Array(size), from: new Uint32Array(size), to: new Uint32Array(size) })
/** Larger rooms are not kept: they would be held for the rest of the run. */
const largestKept = 16_384
/** The room of the writer that was done last: one after another is made, and making room costs more than most views. */
let spareRoom: Room | undefined

const takeRoom = (expected: number): Room => {
  const room = spareRoom !== undefined && spareRoom.units.length >= expected ? spareRoom : newRoom(Math.max(1_024, expected))
  spareRoom = undefined
  return room
}

const growRoom = (room: Room): void => {
  const { units, from, to } = room
  Object.assign(room, newRoom(units.length * 2))
  room.units.set(units)
  room.from.set(from)
  room.to.set(to)
}

/** A writer is of no use once its view was made. */
export const createViewWriter = ({ places }: TextReading, expected = 0): ViewWriter => {
  const room = takeRoom(expected)
  let length = 0
  const put = (unit: number, begin: number, end: number): void => {
    if (length === room.units.length) growRoom(room)
    room.units[length] = unit
    room.from[length] = places === undefined ? begin : (places.from[begin] ?? 0)
    room.to[length] = places === undefined ? end : (places.to[end - 1] ?? 0)
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
    view: () => {
      const text = Buffer.from(room.units.buffer, 0, length * 2).toString('utf16le')
      const made: TextReading = { text, places: { from: room.from.slice(0, length), to: room.to.slice(0, length) } }
      if (room.units.length <= largestKept) spareRoom = room
      return made
    },
  }
}
