import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
// Not by `import()`: the bundler loses the names of a module that is a function itself.
import { pipeline } from 'node:stream'
import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { grantCommand, type RightsAdvice } from '../certbot/rights.ts'
import { type LogLine, type LogText, longestLine } from './source.ts'

/** Of each file, from its end; of a compressed one, from its start. */
const mostBytes = 32 * 1024 * 1024
/** Of all of them: what is kept for the search. */
const mostChars = 64 * 1024 * 1024
const mostFiles = 10
const mostLines = 500_000

type Part = { readonly path: string; readonly sizeBytes: number; readonly changedAt: Instant }

/** `app.log`, and beside it what rotation made of it: `app.log.1`, `app.log-20261205`, `app.log.2.gz`, changed since then. */
const partsOf = async (path: string, since: Instant): Promise<readonly Part[]> => {
  const [folder, name] = [dirname(path), basename(path)]
  const own = await stat(path)
  if (!own.isFile()) throw Object.assign(new Error('not a file'), { code: 'not a regular file' })
  const beside = (await readdir(folder).catch(() => [])).filter((one) => one.startsWith(`${name}.`) || one.startsWith(`${name}-`))
  const rotated = await Promise.all(
    beside.map(async (one) => ({ one, found: await stat(join(folder, one)).catch(() => undefined) })), // rotated away in between
  )
  const parts = rotated.flatMap(({ one, found }) =>
    found?.isFile() && found.mtimeMs >= since ? [{ path: join(folder, one), sizeBytes: found.size, changedAt: found.mtimeMs }] : [],
  )
  return [{ path, sizeBytes: own.size, changedAt: own.mtimeMs }, ...parts.toSorted((a, b) => b.changedAt - a.changedAt).slice(0, mostFiles)]
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const { StringDecoder } = await import('node:string_decoder')
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    const pieces = `${rest}${decoder.write(chunk)}`.split('\n')
    rest = (pieces.pop() ?? '').slice(0, longestLine)
    for (const one of pieces) yield one.slice(0, longestLine)
  }
  if (rest !== '') yield rest
}

async function* bounded(chunks: AsyncIterable<Buffer>, most: number, cut: () => void): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of chunks) {
    yield chunk
    bytes += chunk.length
    if (bytes < most) continue
    cut()
    return
  }
}

/** A compressed file is read as far as its bound: it may be a bomb. */
const bytesOf = async ({ path, sizeBytes }: Part, cut: () => void): Promise<AsyncIterable<Buffer>> => {
  // What was a file a moment ago may be a pipe now: it is not waited for.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if (path.endsWith('.gz')) {
    const { createGunzip } = await import('node:zlib')
    const unpacked = createGunzip()
    // An error of either side ends the reading below.
    pipeline(handle.createReadStream(), unpacked, () => {})
    return bounded(unpacked, mostBytes, cut)
  }
  if (sizeBytes > mostBytes) cut()
  return bounded(handle.createReadStream({ start: Math.max(0, sizeBytes - mostBytes) }), mostBytes, cut)
}

const broken = 'what rotation compressed is not whole: see it with gzip --test, and move it aside'
/** What helps against an error that no right would change. */
const adviceByCode: Readonly<Record<string, string>> = {
  'not a regular file': 'name a file as log.path',
  EISDIR: 'name a file as log.path',
  ENOTDIR: 'correct log.path: what stands before its last name is no folder',
  ELOOP: 'correct log.path: its links lead in a circle',
  ENAMETOOLONG: 'correct log.path',
  EIO: 'the disk does not give it: read the log of the kernel with dmesg',
}

const unreadable = (path: string, error: unknown, grant: RightsAdvice): Seen<never> => {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : String(error)
  if (code === 'ENOENT') return couldNotLook(`${path} is not there`, 'correct log.path')
  const cause = `${path} cannot be read (${code})`
  if (code === 'EACCES' || code === 'EPERM') return couldNotLook(cause, grant('r', [path], 'USER'))
  return couldNotLook(cause, adviceByCode[code] ?? (code.startsWith('Z_') ? broken : 'see why with: sudo head -c 1 on that file'))
}

type Collected = { readonly lines: LogLine[]; chars: number; cut: boolean }

const collect = async (part: Part, into: Collected, { since, timeOf }: Reading): Promise<void> => {
  const noteCut = () => {
    into.cut = true
  }
  for await (const text of linesOf(await bytesOf(part, noteCut))) {
    const at = timeOf(text)
    if (at !== undefined && at < since) continue
    if (into.lines.length >= mostLines || into.chars >= mostChars) return noteCut()
    into.chars += text.length
    into.lines.push({ at, text })
  }
}

/** `timeOf` reads the time of a line. */
type Reading = {
  readonly since: Instant
  readonly timeOf: (line: string) => Instant | undefined
  readonly seeGrant?: () => Promise<RightsAdvice>
}

/** What a file holds, and what rotation made of it since a moment. */
export const seeFileLog = async (path: string, reading: Reading): Promise<Seen<LogText>> => {
  const collected: Collected = { lines: [], chars: 0, cut: false }
  try {
    for (const part of await partsOf(path, reading.since)) await collect(part, collected, reading)
    return saw({ lines: collected.lines, cut: collected.cut }, Date.now())
  } catch (error) {
    // Not there, not permitted, or not what its name says: the user must know which.
    return unreadable(path, error, (await reading.seeGrant?.()) ?? grantCommand)
  }
}
