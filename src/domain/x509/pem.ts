/** One block as OpenSSL takes it. `body` is its Base64, kept of certificates only; `line` counts from 1. */
export type PemBlock = { readonly label: string; readonly line: number; readonly body: string }

/** A text read as OpenSSL reads it: what it takes, and what makes it give up. */
export type Pem = { readonly blocks: readonly PemBlock[]; readonly fault: (PemBlock & { readonly why: string }) | undefined }

/** OpenSSL takes a line in pieces of this size. */
const pieceBytes = 254
/** With the line end, of what stands behind a header. */
const longestAfterHeader = 65
const [begin, end, tail] = ['-----BEGIN ', '-----END ', '-----']

/** `raw`: as it stands. `text`: without what OpenSSL strips. `goesOn`: it does not end its line. */
type Piece = { readonly raw: string; readonly text: string; readonly line: number; readonly goesOn: boolean }

/** White space, control characters, and all that is no ASCII, for a `char` has a sign. */
const stripped = (text: string): string => {
  let length = text.length
  while (length > 0 && (text.charCodeAt(length - 1) <= 0x20 || text.charCodeAt(length - 1) >= 0x80)) length -= 1
  return text.slice(0, length)
}

/** A zero byte ends a piece, and one that begins with it ends the file. */
const piecesOf = function* (text: string): Generator<Piece, undefined> {
  let [at, line] = [0, 1]
  while (at < text.length) {
    const all = text.slice(at, at + pieceBytes)
    const taken = all.slice(0, all.indexOf('\n') + 1 || pieceBytes)
    const raw = taken.split('\0', 1)[0] ?? ''
    if (raw === '') return undefined
    yield { raw, text: stripped(raw), line, goesOn: raw.length === pieceBytes && !raw.endsWith('\n') }
    at += taken.length
    if (taken.endsWith('\n')) line += 1
  }
  return undefined
}

/** Padding ends it, and so does a dash. Counted, not decoded: it may be a private key. */
const isBase64 = (body: string): boolean => {
  const plain = body.split('-', 1)[0]?.replaceAll(/[ \t\r\n]+/g, '') ?? ''
  return plain.length > 0 && plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain)
}

type Inside = { readonly header: readonly string[]; readonly data: readonly string[] }

/** How far a block has come: in a header, perhaps; surely, for a colon stands in it; past the empty line that ends one. */
type State = { header: 'maybe' | 'in' | 'past'; readonly before: string[]; readonly after: string[]; short: boolean }

/** Behind a header lines are as long as each other, but for the last. */
const misfits = ({ header, short }: State, text: string): boolean => header === 'past' && (short || text.length + 1 > longestAfterHeader)

const ended = ({ header, before, after }: State, text: string, label: string): Inside | string => {
  if (text !== `${end}${label}${tail}`) return 'has an end that does not stand alone in its line, or is that of another block'
  return header === 'maybe' ? { header: [], data: before } : { header: before, data: after }
}

/** One line more; an answer when it ends the block, or makes it none. */
const taken = (state: State, text: string, label: string): Inside | string | undefined => {
  if (text === '' && state.header === 'past') return 'holds empty lines'
  if (text === '') {
    state.header = 'past'
    return undefined
  }
  if (text.startsWith(end)) return ended(state, text, label)
  if (misfits(state, text)) return 'holds an empty line, and lines of different length'
  state.short = state.header === 'past' && text.length + 1 < longestAfterHeader
  ;(state.header === 'past' ? state.after : state.before).push(text)
  return undefined
}

/** What stands between begin and end, or why it is none. */
const insideOf = (pieces: Iterator<Piece, undefined>, label: string): Inside | string => {
  const state: State = { header: 'maybe', before: [], after: [], short: false }
  let wentOn = false
  for (let next = pieces.next().value; next !== undefined; next = pieces.next().value) {
    // The end of a line that came in pieces is no empty one.
    const isRest = wentOn && next.text === ''
    wentOn = next.goesOn
    if (state.header === 'maybe' && next.raw.includes(':')) state.header = 'in'
    const answer = isRest ? undefined : taken(state, next.text, label)
    if (answer !== undefined) return answer
  }
  return 'has no end: the file was cut'
}

/** Labels of certificates; the last one has settings of trust behind it. */
export const isCertificate = (label: string): boolean => /^(?:X509 |TRUSTED )?CERTIFICATE$/.test(label)

const faultOf = (label: string, { header, data }: Inside): string | undefined => {
  // A key may be encrypted; a certificate has no header that could be meant.
  if (isCertificate(label) && header.length > 0) return 'holds an empty line or a header'
  return isBase64(data.join('\n')) ? undefined : 'is not Base64'
}

const labelOf = (text: string): string | undefined =>
  text.startsWith(begin) && text.endsWith(tail) && text.length >= begin.length + tail.length
    ? text.slice(begin.length, -tail.length)
    : undefined

/** Only the first bytes of what is looked through may be those of a byte order mark. */
const withoutMark = (text: string): string => (text.startsWith('\u00ef\u00bb\u00bf') ? text.slice(3) : text)

/** Reads a text of bytes (latin1) as OpenSSL does, on which web servers load their files: by lines, up to the first mistake. */
export const readPem = (text: string): Pem => {
  const blocks: PemBlock[] = []
  const pieces = piecesOf(text)
  let first = true
  for (let piece = pieces.next().value; piece !== undefined; piece = pieces.next().value) {
    const label = labelOf(first ? withoutMark(piece.text) : piece.text)
    first = label !== undefined
    if (label === undefined) continue
    const inside = insideOf(pieces, label)
    const why = typeof inside === 'string' ? inside : faultOf(label, inside)
    const block = { label, line: piece.line, body: typeof inside !== 'string' && isCertificate(label) ? inside.data.join('') : '' }
    if (why !== undefined) return { blocks, fault: { ...block, why } }
    blocks.push(block)
  }
  return { blocks, fault: undefined }
}

const marker = /^(?:\u00ef\u00bb\u00bf)?[ \t]*-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/

/** Lines that begin like a certificate, of which none was read: its marker does not stand alone in its line. */
export const unreadMarkers = (text: string, { blocks }: Pem): readonly number[] => {
  const read = new Set(blocks.map((one) => one.line))
  return text.split('\n').flatMap((line, index) => (marker.test(line) && !read.has(index + 1) ? [index + 1] : []))
}
