import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Instant } from '../../../contract/seen.ts'
import { crc32c, crc32cText } from '../../../core/crc32c.ts'
import { jsonValue } from '../../../core/read-json.ts'
import { type Asking, fetchFile } from './ask.ts'
import { oldestKeptMs } from './kev-store.ts'
import { indexZip } from './zip-index.ts'

export type ZipStoreParts = {
  /** In front of `/<ecosystem>/all.zip`. */
  readonly url: string
  readonly folder: string
  readonly now: Instant
  readonly asking: Asking
  /** A file that was fetched less long ago is used without asking for a newer one. */
  readonly freshMs: number
}

/** A file that was opened, with its index. `note`: what is to be known about it. */
export type OpenZip = {
  readonly file: FileHandle
  readonly index: string
  readonly fetchedAt: Instant
  readonly unreadable: number
  readonly note: string | undefined
}

const kept = z.object({
  /** Its name says nothing of what it holds: two runs at once never write one. */
  file: z.string().regex(/^[\w-]{1,80}$/),
  crc32c: z.string(),
  fetchedAt: z.number(),
  unreadable: z.number(),
  /** Who published it said this sum. */
  checked: z.boolean(),
})
type KeptZip = z.output<typeof kept>

const sumOf = async (file: FileHandle): Promise<string> => {
  const piece = Buffer.allocUnsafe(1024 * 1024)
  let sum = 0
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return crc32cText(sum)
    sum = crc32c(piece.subarray(0, bytesRead), sum)
    at += bytesRead
  }
}

const withFile = async <T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(path)
  try {
    return await use(file)
  } finally {
    await file.close()
  }
}

const pathOf = ({ folder }: ZipStoreParts, name: string): string => join(folder, name)

/** What an earlier run kept, or nothing: not there, written by another release, cut, or changed since. */
const readKept = async (ecosystem: string, parts: ZipStoreParts): Promise<OpenZip | undefined> => {
  try {
    const read = kept.safeParse(jsonValue(await readFile(pathOf(parts, `${ecosystem}.json`), 'utf8')))
    if (!read.success) return undefined
    return await openKept(read.data, parts)
  } catch {
    // Whatever stands in the way, it is fetched anew.
    return undefined
  }
}

const openKept = async (one: KeptZip, parts: ZipStoreParts): Promise<OpenZip | undefined> => {
  const file = await open(pathOf(parts, `${one.file}.zip`))
  if ((await sumOf(file)) !== one.crc32c) {
    await file.close()
    return undefined
  }
  const index = await readFile(pathOf(parts, `${one.file}.index`), 'utf8')
  const note = one.checked ? undefined : 'who sends it says no checksum'
  return { file, index, fetchedAt: one.fetchedAt, unreadable: one.unreadable, note }
}

/** `crc32c=AAAAAA==,md5=…` */
const saidSum = (hash: string | undefined): string | undefined => /(?:^|,)\s{0,5}crc32c=([\w+/=]{1,20})/.exec(hash ?? '')?.[1]

type Fetched = { readonly part: string; readonly sum: string; readonly checked: boolean } | { readonly cause: string }

const mostTries = 3

/** Until it is what its sender says of it. */
const fetchZip = async (ecosystem: string, parts: ZipStoreParts): Promise<Fetched> => {
  const { url, asking } = parts
  for (let tried = 1; ; tried += 1) {
    const part = pathOf(parts, `${ecosystem}-${randomUUID()}.part`)
    const answer = await fetchFile(`${url}/${encodeURIComponent(ecosystem)}/all.zip`, part, asking)
    if (!answer.ok) return { cause: answer.missing === true ? 'there is no such file' : answer.cause }
    const sum = await withFile(part, sumOf)
    const said = saidSum(answer.hash)
    if (said === undefined || said === sum) return { part, sum, checked: said !== undefined }
    await rm(part, { force: true })
    if (tried === mostTries) return { cause: `what came is not what was sent (CRC-32C ${sum}, not ${said})` }
  }
}

/** What is not of the file that is kept now; other runs hold theirs open. */
const sweep = async (ecosystem: string, current: string, { folder }: ZipStoreParts): Promise<void> => {
  const others = (await readdir(folder)).filter((name) => name.startsWith(`${ecosystem}-`) && !name.startsWith(`${current}.`))
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })))
}

const takeOver = async (ecosystem: string, fetched: Exclude<Fetched, { cause: string }>, parts: ZipStoreParts) => {
  const { part, sum, checked } = fetched
  const index = await withFile(part, indexZip)
  if ('trouble' in index) return { cause: index.trouble }
  const one: KeptZip = { file: `${ecosystem}-${randomUUID()}`, crc32c: sum, fetchedAt: parts.now, unreadable: index.unreadable, checked }
  await writeFile(pathOf(parts, `${one.file}.index`), index.text, { mode: 0o600, flag: 'wx' })
  await rename(part, pathOf(parts, `${one.file}.zip`))
  const manifest = pathOf(parts, `${one.file}.json`)
  await writeFile(manifest, JSON.stringify(one), { mode: 0o600, flag: 'wx' })
  const opened = await openKept(one, parts)
  // Last, so that nothing names a file that is not whole.
  await rename(manifest, pathOf(parts, `${ecosystem}.json`))
  await sweep(ecosystem, one.file, parts)
  return opened ?? { cause: 'it changed while it was read' }
}

const fetchAnew = async (ecosystem: string, parts: ZipStoreParts): Promise<OpenZip | { readonly cause: string }> => {
  try {
    const fetched = await fetchZip(ecosystem, parts)
    return 'cause' in fetched ? fetched : await takeOver(ecosystem, fetched, parts)
  } catch (error) {
    // A disk that is full, a folder that went away.
    return { cause: `it cannot be kept: ${Error.isError(error) && 'code' in error ? String(error.code) : 'the folder is not usable'}` }
  }
}

/** OSV's file of all records of an ecosystem: what is kept, as long as it is fresh; else fetched anew; else what is kept and not too old. */
export const openZip = async (ecosystem: string, parts: ZipStoreParts): Promise<OpenZip | { readonly cause: string }> => {
  const before = await readKept(ecosystem, parts)
  const ageMs = before === undefined ? Number.POSITIVE_INFINITY : Math.max(0, parts.now - before.fetchedAt)
  if (before !== undefined && ageMs <= parts.freshMs) return before
  const fetched = await fetchAnew(ecosystem, parts)
  if (!('cause' in fetched)) return (await before?.file.close(), fetched)
  if (before !== undefined && ageMs <= oldestKeptMs) return { ...before, note: `no newer one came: ${fetched.cause}` }
  await before?.file.close()
  return before === undefined ? fetched : { cause: `${fetched.cause}, and what is kept is older than a week` }
}
