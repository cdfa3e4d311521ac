import type { HttpAnswer } from './answer.ts'

/** A body as text. `whole` is false when only its beginning was read. */
export type BodyText = { readonly text: string; readonly whole: boolean } | { readonly unreadable: string }

type Decoder = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>
const decoders = ['gzip', 'x-gzip', 'deflate', 'br'] as const

const decoderOf = async (encoding: (typeof decoders)[number]): Promise<Decoder> => {
  const { promisify } = await import('node:util')
  const { brotliDecompress, unzip } = await import('node:zlib')
  return encoding === 'br' ? promisify(brotliDecompress) : promisify(unzip)
}

/** Unpacks what a server packed unasked (we ask for `identity`), to at most `maxBytes`: a small answer may unpack to gigabytes. */
export const readBody = async ({ body, headers, ended, bodyBytes }: HttpAnswer, maxBytes: number): Promise<BodyText> => {
  const whole = ended === 'whole' && bodyBytes === body.length
  const encoding = (headers.get('content-encoding') ?? 'identity').toLowerCase()
  if (encoding === 'identity') return { text: body.toString('utf8'), whole }
  const known = decoders.find((one) => one === encoding)
  if (known === undefined) return { unreadable: 'it is packed in a way that was not asked for' }
  if (!whole) return { unreadable: 'it is packed and longer than what is read' }
  try {
    const decode = await decoderOf(known)
    return { text: (await decode(body, { maxOutputLength: maxBytes })).toString('utf8'), whole }
  } catch (error) {
    // The packed bytes are the server's: too much of them, or not what it said, is told as a fault of the body.
    const tooLong = Error.isError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return { unreadable: tooLong ? 'it unpacks to more than what is read' : `it is not ${known} as it says` }
  }
}
