import type { HttpAnswer } from './answer.ts'

/** A body as text. `whole` is false when only its beginning was read. */
export type BodyText = { readonly text: string; readonly whole: boolean } | { readonly unreadable: string }

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>
const decoders = ['gzip', 'x-gzip', 'deflate', 'br', 'zstd'] as const
type Coding = (typeof decoders)[number]

/** `deflate` comes with its wrapper or without, as every client knows. */
const decodersOf = async (coding: Coding): Promise<readonly Decoder[]> => {
  const { promisify } = await import('node:util')
  const { brotliDecompress, inflateRaw, unzip, zstdDecompress } = await import('node:zlib')
  if (coding === 'br') return [promisify(brotliDecompress)]
  if (coding === 'zstd') return [promisify(zstdDecompress)]
  return coding === 'deflate' ? [promisify(unzip), promisify(inflateRaw)] : [promisify(unzip)]
}

/** Names that mean nothing, which servers write all the same: as curl and fetch take them. */
const plainly: ReadonlySet<string> = new Set(['', 'identity', 'none'])
/** In the order in which they were packed. */
const codingsOf = ({ headers }: HttpAnswer): readonly string[] =>
  (headers.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .filter((one) => !plainly.has(one))
const mostCodings = 3

const isTooLong = (error: unknown): boolean => Error.isError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

const unpack = async (body: Buffer, coding: Coding, maxBytes: number): Promise<Buffer> => {
  const [first, ...others] = await decodersOf(coding)
  try {
    return (await first?.(body, { maxOutputLength: maxBytes })) ?? body
  } catch (error) {
    const other = others[0]
    if (other === undefined || isTooLong(error)) throw error
    return other(body, { maxOutputLength: maxBytes })
  }
}

const charsetIn = /;[ \t]*charset[ \t]*=[ \t]*(?:"([^"]{1,40})"|([^\s;"]{1,40}))/i
const decoderFor = (label: string): { readonly decode: (bytes: Buffer) => string } | undefined => {
  try {
    return new TextDecoder(label)
  } catch {
    // A charset that nobody knows: taken as UTF-8, as without one.
    return undefined
  }
}

/** Marks of the byte order, as hexadecimal digits. */
const marks: readonly (readonly [mark: string, charset: string])[] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
]
const saidCharset = (contentType: string): string => {
  const [, quoted, bare] = charsetIn.exec(contentType) ?? []
  return (quoted ?? bare ?? 'utf-8').trim()
}

/** Bytes as text, in the charset that the answer says; a mark of the byte order says it better, and is no content. */
export const textOf = (body: Buffer, contentType = ''): string => {
  const beginning = body.toString('hex', 0, 3)
  const [mark = '', marked] = marks.find(([one]) => beginning.startsWith(one)) ?? []
  const charset = marked ?? saidCharset(contentType)
  const decoder = /^utf-?8$/i.test(charset) ? undefined : decoderFor(charset)
  return decoder === undefined ? body.toString('utf8', mark.length / 2) : decoder.decode(body)
}

/** Unpacks what a server packed unasked (we ask for `identity`), to at most `maxBytes`: a small answer may unpack to gigabytes. */
export const readBody = async (answer: HttpAnswer, maxBytes: number): Promise<BodyText> => {
  const { body, headers, ended, bodyBytes } = answer
  const whole = ended === 'whole' && bodyBytes === body.length
  const named = codingsOf(answer)
  const contentType = headers.get('content-type')
  if (named.length === 0 || bodyBytes === 0) return { text: textOf(body, contentType), whole }
  const known = named.flatMap((name) => decoders.find((one) => one === name) ?? [])
  if (known.length < named.length || known.length > mostCodings) return { unreadable: 'it is packed in a way that was not asked for' }
  if (!whole) return { unreadable: 'it is packed and longer than what is read' }
  let unpacked = body
  for (const coding of known.toReversed()) {
    try {
      unpacked = await unpack(unpacked, coding, maxBytes)
    } catch (error) {
      // The packed bytes are the server's: too much of them, or not what it said, is told as a fault of the body.
      return { unreadable: isTooLong(error) ? 'it unpacks to more than what is read' : `it is not ${coding} as it says` }
    }
  }
  return { text: textOf(unpacked, contentType), whole }
}
