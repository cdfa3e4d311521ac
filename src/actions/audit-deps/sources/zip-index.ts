import type { FileHandle } from 'node:fs/promises'
import { readJson } from '../../../core/read-json.ts'
import { canonicalName } from '../../../domain/packages/ecosystem.ts'
import { listOf, ownOf, textOf } from '../../../domain/packages/lockfile.ts'
import { createZipReader, readZipDirectory, type ZipEntry } from '../../../tools/zip-file.ts'

/** A record of OSV has some thousand bytes; the longest list hundreds of thousands of versions. */
const maxRecordBytes = 16 * 1024 * 1024
const mostValues = 1_000_000
const mostRecords = 2_000_000

/** Which record is about which package, as text: a line for each pair. `unreadable`: records of which nobody can say what they are about. */
export type ZipIndex = { readonly text: string; readonly records: number; readonly unreadable: number }

const lineOf = ({ offset, compressedBytes, bytes, crc, method }: ZipEntry, name: string): string =>
  `${[offset, compressedBytes, bytes, crc, method].join(' ')} ${JSON.stringify(name)}\n`

/** The JSON of a record; undefined for what cannot be read. */
const valueOf = (content: Buffer | undefined): unknown => {
  const read = content === undefined ? undefined : readJson(content.toString('utf8'), mostValues)
  return read !== undefined && 'value' in read ? read.value : undefined
}

const namesIn = (record: unknown): readonly string[] => {
  const names = listOf(ownOf(record, 'affected')).flatMap((one) => {
    const about = ownOf(one, 'package')
    const [ecosystem, name] = [textOf(about, 'ecosystem'), textOf(about, 'name')]
    return ecosystem === undefined || name === undefined ? [] : [canonicalName(ecosystem, name)]
  })
  return [...new Set(names)]
}

/** Reads every record of an archive once, so that later runs read only those that they need. */
export const indexZip = async (file: FileHandle): Promise<ZipIndex | { readonly trouble: string }> => {
  const directory = await readZipDirectory(file)
  if ('trouble' in directory) return directory
  const read = createZipReader(file, maxRecordBytes)
  const lines: string[] = []
  let [records, unreadable] = [0, 0]
  for (const entry of directory.entries()) {
    if (entry.bytes === 0) continue
    records += 1
    if (records > mostRecords) return { trouble: `it holds more than ${mostRecords} records` }
    const value = valueOf(await read(entry))
    if (value === undefined) unreadable += 1
    for (const name of namesIn(value)) lines.push(lineOf(entry, name))
  }
  return { text: lines.join(''), records, unreadable }
}

const line = /^(\d{1,15}) (\d{1,15}) (\d{1,15}) (\d{1,10}) (\d{1,2}) (".{1,2000}")$/

const entryOf = (text: string): ZipEntry | undefined => {
  const numbers = line.exec(text)?.slice(1, 6).map(Number)
  if (numbers === undefined) return undefined
  const [offset = 0, compressedBytes = 0, bytes = 0, crc = 0, method = 0] = numbers
  return { offset, compressedBytes, bytes, crc, method }
}

/** Where the records about some packages are, in the order of the archive, each once. */
const entriesAbout = (index: string, names: ReadonlySet<string>): readonly ZipEntry[] => {
  const quoted = new Set([...names].map((name) => JSON.stringify(name)))
  const found = new Map<number, ZipEntry>()
  for (let from = 0; from < index.length; ) {
    const end = index.indexOf('\n', from)
    const text = index.slice(from, end === -1 ? index.length : end)
    from += text.length + 1
    const entry = quoted.has(text.slice(text.indexOf('"'))) ? entryOf(text) : undefined
    if (entry !== undefined) found.set(entry.offset, entry)
  }
  return [...found.values()].toSorted((a, b) => a.offset - b.offset)
}

/** The records about some packages, as JSON values; `lost`: how many of them are not what the index says. */
export const recordsAbout = async (
  file: FileHandle,
  index: string,
  names: ReadonlySet<string>,
): Promise<{ readonly values: readonly unknown[]; readonly lost: number }> => {
  const read = createZipReader(file, maxRecordBytes)
  const values: unknown[] = []
  const entries = entriesAbout(index, names)
  for (const entry of entries) {
    const value = valueOf(await read(entry))
    if (value !== undefined) values.push(value)
  }
  return { values, lost: entries.length - values.length }
}
