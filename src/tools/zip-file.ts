import type { FileHandle } from 'node:fs/promises'
import { crc32, inflateRawSync } from 'node:zlib'

/** Where one file of an archive is, and what it must turn out to be. */
export type ZipEntry = {
  /** Of its local header. */
  readonly offset: number
  readonly compressedBytes: number
  readonly bytes: number
  readonly crc: number
  readonly method: number
}

/** The list of an archive's files, read only as it is asked for. */
export type ZipDirectory = { readonly entries: () => Iterable<ZipEntry> } | { readonly trouble: string }

const mostDirectoryBytes = 256 * 1024 * 1024
/** The end of an archive may be followed by a comment of this length. */
const mostCommentBytes = 65_535
const endBytes = 22
const end = 0x06054b50
const locator = 0x07064b50
const end64 = 0x06064b50
const central = 0x02014b50
const local = 0x04034b50
const localBytes = 30
const full32 = 0xffff_ffff

const trouble = (what: string) => ({ trouble: `it is no zip, or not a whole one: ${what}` })

const bytesAt = async (file: FileHandle, offset: number, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}

type Place = { readonly offset: number; readonly bytes: number }

/** More than 65,535 files, or 4 GiB: the numbers stand in a record of their own. */
const place64 = async (file: FileHandle, tail: Buffer, at: number): Promise<Place | undefined> => {
  if (at < 20 || tail.readUInt32LE(at - 20) !== locator) return undefined
  const record = await bytesAt(file, Number(tail.readBigUInt64LE(at - 20 + 8)), 56)
  if (record.length < 56 || record.readUInt32LE(0) !== end64) return undefined
  return { bytes: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) }
}

const directoryPlace = async (file: FileHandle, size: number): Promise<Place | undefined> => {
  const length = Math.min(size, mostCommentBytes + endBytes + 20)
  const tail = await bytesAt(file, size - length, length)
  for (let at = tail.length - endBytes; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== end) continue
    const place = { bytes: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) }
    const isFull = place.bytes === full32 || place.offset === full32 || tail.readUInt16LE(at + 10) === 0xffff
    return isFull ? ((await place64(file, tail, at)) ?? place) : place
  }
  return undefined
}

/** Numbers that do not fit into 32 bits stand in an extra field, in this order, each only where it does not fit. */
const wide = (numbers: readonly number[], extra: Buffer): readonly number[] => {
  if (!numbers.includes(full32)) return numbers
  let at = 0
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2)
  let next = at + 4
  return numbers.map((one) => {
    if (one !== full32 || next + 8 > extra.length) return one
    next += 8
    return Number(extra.readBigUInt64LE(next - 8))
  })
}

function* entriesIn(directory: Buffer): Generator<ZipEntry> {
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === central; ) {
    const [name, extra, comment] = [28, 30, 32].map((from) => directory.readUInt16LE(at + from)) as [number, number, number]
    const numbers = [24, 20, 42].map((from) => directory.readUInt32LE(at + from))
    const [bytes = 0, compressedBytes = 0, offset = 0] = wide(numbers, directory.subarray(at + 46 + name, at + 46 + name + extra))
    yield { offset, compressedBytes, bytes, crc: directory.readUInt32LE(at + 16), method: directory.readUInt16LE(at + 10) }
    at += 46 + name + extra + comment
  }
}

/** The files of an archive; its directory stands at its end, so that one that was cut has none. */
export const readZipDirectory = async (file: FileHandle): Promise<ZipDirectory> => {
  const { size } = await file.stat()
  const place = size < endBytes ? undefined : await directoryPlace(file, size)
  if (place === undefined) return trouble('it has no directory')
  const isInside = Number.isSafeInteger(place.offset) && place.offset + place.bytes <= size && place.bytes <= mostDirectoryBytes
  if (!isInside) return trouble('its directory is not where it says')
  const directory = await bytesAt(file, place.offset, place.bytes)
  return { entries: () => entriesIn(directory) }
}

const windowBytes = 1024 * 1024

/** Small files that follow each other are read together. */
const createWindow = (file: FileHandle) => {
  let from = 0
  let bytes: Buffer = Buffer.alloc(0)
  return async (offset: number, length: number): Promise<Buffer> => {
    if (offset < from || offset + length > from + bytes.length) {
      from = offset
      bytes = await bytesAt(file, offset, Math.max(length, windowBytes))
    }
    return bytes.subarray(offset - from, offset - from + length)
  }
}

const unpacked = (packed: Buffer, { method, bytes }: ZipEntry): Buffer | undefined => {
  if (method === 0) return packed
  try {
    return method === 8 ? inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) }) : undefined
  } catch {
    // Broken, or longer than it said.
    return undefined
  }
}

/** Reads files of an archive, best in their order; undefined for one that is not what the directory says of it. */
export const createZipReader = (file: FileHandle, maxBytes: number) => {
  const window = createWindow(file)
  return async (entry: ZipEntry): Promise<Buffer | undefined> => {
    if (entry.bytes > maxBytes || entry.compressedBytes > maxBytes) return undefined
    const head = await window(entry.offset, localBytes)
    if (head.length < localBytes || head.readUInt32LE(0) !== local) return undefined
    const from = entry.offset + localBytes + head.readUInt16LE(26) + head.readUInt16LE(28)
    const content = unpacked(await window(from, entry.compressedBytes), entry)
    return content?.length === entry.bytes && crc32(content) === entry.crc ? content : undefined
  }
}
