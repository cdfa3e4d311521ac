import type { FileHandle } from 'node:fs/promises'

/** One file of an archive, and where its content is. Names are untrusted. */
export type TarEntry = {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly offset: number
  readonly bytes: number
}

/** A part of a file that is an archive: a layer inside of an image inside of a file. */
export type TarPlace = { readonly file: FileHandle; readonly from: number; readonly bytes: number }

const blockBytes = 512
const windowBytes = 64 * 1024
const mostNameBytes = 64 * 1024

const createRead = ({ file, from, bytes }: TarPlace) => {
  let start = 0
  let window: Buffer = Buffer.alloc(0)
  return async (offset: number, length: number): Promise<Buffer> => {
    if (offset < start || offset + length > start + window.length) {
      const wanted = Math.min(Math.max(length, windowBytes), Math.max(0, bytes - offset))
      const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, from + offset)
      start = offset
      window = buffer.subarray(0, bytesRead)
    }
    return window.subarray(offset - start, offset - start + length)
  }
}

const textAt = (block: Buffer, from: number, length: number): string => {
  const part = block.subarray(from, from + length)
  const end = part.indexOf(0)
  return part.subarray(0, end === -1 ? length : end).toString('utf8')
}

/** Octal, or the number itself where it does not fit (GNU). */
const numberAt = (block: Buffer, from: number, length: number): number => {
  if (((block[from] ?? 0) & 0x80) !== 0) return block.readUIntBE(from + length - 6, 6)
  return Number.parseInt(textAt(block, from, length).trim() || '0', 8)
}

/** `30 mtime=1350244992.023960108\n`, each with its length in front. */
const paxFields = (text: Buffer): Readonly<Record<string, string>> => {
  const fields: [string, string][] = []
  for (let at = 0; at < text.length; ) {
    const space = text.indexOf(0x20, at)
    const length = Number(text.subarray(at, space).toString('latin1'))
    if (space === -1 || !Number.isInteger(length) || length <= 0) break
    const [name = '', ...value] = text
      .subarray(space + 1, at + length - 1)
      .toString('utf8')
      .split('=')
    fields.push([name, value.join('=')])
    at += length
  }
  return Object.fromEntries(fields)
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = { '0': 'file', '': 'file', '7': 'file', '5': 'folder', '1': 'link', '2': 'link' }

const nameOf = (block: Buffer): string => {
  const prefix = textAt(block, 257, 5) === 'ustar' ? textAt(block, 345, 155) : ''
  return `${prefix === '' ? '' : `${prefix}/`}${textAt(block, 0, 100)}`
}

/** Without `./` and `/` in front; undefined for a name that leads elsewhere. */
const plainPath = (name: string): string | undefined => {
  const words = name.split('/').filter((word) => word !== '' && word !== '.')
  return words.includes('..') ? undefined : words.join('/')
}

/** What stood before a header and is about it: a longer name, a larger size. */
type Ahead = { readonly path?: string; readonly size?: number }

/** A header with the bytes behind it. */
type Header = { readonly flag: string; readonly block: Buffer; readonly bytes: number; readonly at: number }

const takeAhead = (ahead: Ahead, flag: string, content: Buffer): Ahead => {
  if (flag === 'L') return { ...ahead, path: textAt(content, 0, content.length) }
  const { path = ahead.path, size } = paxFields(content)
  return Object.assign({}, path === undefined ? {} : { path }, size === undefined ? {} : { size: Number(size) })
}

/** Undefined for what is no header, or says more than there is. */
const headerAt = (block: Buffer, at: number, { bytes: all }: TarPlace, size: number | undefined): Header | undefined => {
  if (block.length < blockBytes || block[0] === 0) return undefined
  const bytes = size ?? numberAt(block, 124, 12)
  const isSound = Number.isSafeInteger(bytes) && bytes >= 0 && at + blockBytes + bytes <= all
  return isSound ? { flag: textAt(block, 156, 1), block, bytes, at } : undefined
}

const isAbout = ({ flag }: Header): boolean => flag === 'L' || flag === 'x'
/** Of the whole archive, or of a link: nothing of it is needed. */
const isPassedOver = ({ flag }: Header): boolean => flag === 'g' || flag === 'K'

const entryOf = ({ flag, block, bytes, at }: Header, { path: longer }: Ahead, from: number): TarEntry | undefined => {
  const path = plainPath(longer ?? nameOf(block))
  return path === undefined ? undefined : { path, kind: kinds[flag] ?? 'other', offset: from + at + blockBytes, bytes }
}

/** The files of an archive in their order: only headers are read. It ends at the first that is none. */
export async function* tarEntries(place: TarPlace): AsyncGenerator<TarEntry> {
  const read = createRead(place)
  let ahead: Ahead = {}
  for (let at = 0; at + blockBytes <= place.bytes; ) {
    const header = headerAt(await read(at, blockBytes), at, place, ahead.size)
    if (header === undefined || (isAbout(header) && header.bytes > mostNameBytes)) return
    at += blockBytes + Math.ceil(header.bytes / blockBytes) * blockBytes
    if (isAbout(header)) {
      ahead = takeAhead(ahead, header.flag, await read(header.at + blockBytes, header.bytes))
      continue
    }
    if (isPassedOver(header)) continue
    const entry = entryOf(header, ahead, place.from)
    ahead = {}
    if (entry !== undefined) yield entry
  }
}

/** The content of one of its files; undefined where it is longer than that, or cut. */
export const readTarEntry = async (file: FileHandle, { offset, bytes }: TarEntry, maxBytes: number): Promise<Buffer | undefined> => {
  if (bytes > maxBytes) return undefined
  const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, offset)
  return bytesRead === bytes ? buffer : undefined
}
