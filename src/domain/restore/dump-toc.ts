/**
 * An entry of the table of contents of pg_dump's archive, with its names as they are: in the lists and texts that pg_restore writes, a name with
 * a space or a line in it could pass for another object or another owner.
 */
export type TocEntry = {
  /** `TABLE`, `FUNCTION`, `TABLE DATA` … */
  readonly type: string
  readonly name: string
  /** Empty where it lies in none. */
  readonly schema: string
  readonly owner: string
  /** `DROP FUNCTION app.touch();`, by pg_dump's own quoting; empty for what has no owner of its own. */
  readonly drop: string
  readonly definition: string
}

export type DumpToc = { readonly entries: readonly TocEntry[] }
export type ReadToc = DumpToc | { readonly trouble: string }

/** Of PostgreSQL 13 to 15, 16, and 17 or later. */
const knownVersions: ReadonlySet<number> = new Set([14, 15, 16])
const magic = 'PGDMP'
const customFormat = 1
const mostEntries = 5_000_000

type TocReader = {
  readonly byte: () => number
  readonly integer: () => number
  readonly text: () => string | undefined
  readonly skip: (bytes: number) => void
}

/** Reads past the end throw a RangeError, which is told as a file that is too short. */
const readerOf = (bytes: Buffer, start: number, integerBytes: number): TocReader => {
  let at = start
  const byte = () => bytes.readUInt8(at++)
  const integer = (): number => {
    const sign = byte()
    const value = bytes.readUIntLE(at, integerBytes)
    at += integerBytes
    return sign === 0 ? value : -value
  }
  const skip = (count: number) => {
    if (at + count > bytes.length) throw new RangeError('past the end')
    at += count
  }
  const text = (): string | undefined => {
    const length = integer()
    if (length < 0) return undefined
    const from = at
    skip(length)
    return bytes.toString('utf8', from, at)
  }
  return { byte, integer, text, skip }
}

type TocLayout = { readonly minor: number; readonly offsetBytes: number }

const skipDependencies = ({ text }: TocReader): void => {
  while (text() !== undefined) continue
}

const entryOf = (read: TocReader, { minor, offsetBytes }: TocLayout): TocEntry => {
  read.integer()
  read.integer()
  read.text()
  read.text()
  const [name = '', type = ''] = [read.text(), read.text()]
  read.integer()
  const [definition = '', drop = ''] = [read.text(), read.text()]
  read.text()
  const schema = read.text() ?? ''
  read.text()
  read.text()
  if (minor >= 16) read.integer()
  const owner = read.text() ?? ''
  read.text()
  skipDependencies(read)
  read.skip(1 + offsetBytes)
  return { type, name, schema, owner, drop, definition }
}

const timeFields = 7

const readEntries = (bytes: Buffer): DumpToc => {
  const [minor, integerBytes, offsetBytes] = [bytes.readUInt8(6), bytes.readUInt8(8), bytes.readUInt8(9)]
  const read = readerOf(bytes, 11, integerBytes)
  if (minor >= 15) read.byte()
  else read.integer()
  for (let nth = 0; nth < timeFields; nth += 1) read.integer()
  for (let nth = 0; nth < 3; nth += 1) read.text()
  const count = read.integer()
  if (count < 0 || count > mostEntries) throw new RangeError('past the end')
  return { entries: Array.from({ length: count }, () => entryOf(read, { minor, offsetBytes })) }
}

/** Whether these first bytes hold all of the table of contents is not known before: `short` asks for more of the file. */
export const readDumpToc = (bytes: Buffer): ReadToc | 'short' => {
  if (bytes.length < 11) return 'short'
  if (bytes.toString('latin1', 0, 5) !== magic || bytes.readUInt8(10) !== customFormat) return { trouble: 'is no archive of pg_dump -Fc' }
  const version = `${bytes.readUInt8(5)}.${bytes.readUInt8(6)}`
  if (bytes.readUInt8(5) !== 1 || !knownVersions.has(bytes.readUInt8(6)))
    return { trouble: `is an archive of the unknown version ${version}` }
  if (bytes.readUInt8(8) !== 4) return { trouble: 'was written by a machine with other integers' }
  try {
    return readEntries(bytes)
  } catch (error) {
    // The bytes end before their table does.
    if (Error.isError(error) && error.name === 'RangeError') return 'short'
    throw error
  }
}
