import { type BufferKeep, createKeep } from '../../core/keep.ts'
import { lengthIn, trimmed } from './header-text.ts'

/** What an HTTP/1 answer said. Header names are lower-case; repeated ones are joined by a comma. Everything is untrusted. */
export type HttpAnswer = {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  /** The first bytes of the body as sent, at most what was to be kept. */
  readonly body: Buffer
  /** What was read of it; more than `body` when not everything was to be kept. */
  readonly bodyBytes: number
  /** `bound`: longer than what was to be read; the rest was left. */
  readonly ended: 'whole' | 'bound'
}

/** `cut`: the connection ended inside the answer. `closed`: before it. */
export type AnswerProgress =
  | { readonly is: 'more' }
  | { readonly is: 'done'; readonly answer: HttpAnswer }
  /** `oversize`: its header is longer than what is read. */
  | { readonly is: 'garbage' | 'oversize' | 'cut' | 'closed' }

export type ReaderOptions = {
  readonly method: string
  readonly keepBytes: number
  readonly readBytes: number
}

/** Reads one answer, fed in pieces of any size. */
export type Reader = { readonly push: (piece: Buffer) => AnswerProgress; readonly end: () => AnswerProgress }

type LineStep = 'status' | 'header' | 'size' | 'separator' | 'trailer'
type Step = LineStep | 'data' | 'done' | 'garbage' | 'oversize'

type State = {
  readonly method: string
  readonly readBytes: number
  readonly kept: BufferKeep
  step: Step
  /** The part of a line that has come so far. */
  line: string
  headBytes: number
  status: number
  headers: Map<string, string>
  /** The header that a folded line goes on with. */
  lastName: string
  chunked: boolean
  /** Bytes that this body or chunk still has; infinite when the end of the connection ends the body. */
  left: number
  bodyBytes: number
  bound: boolean
}

const bodiless: ReadonlySet<number> = new Set([101, 204, 304])
/** As much as curl takes. */
export const maxLineBytes = 100 * 1024
/** As much as curl takes, of all lines together. */
export const maxHeadBytes = 300 * 1024
const more: AnswerProgress = { is: 'more' }
const statusLine = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/
const headerLine = /^([!#$%&'*+.^_`|~\w-]+):(.*)$/
const sizeLine = /^([0-9a-fA-F]{1,12})[ \t]*(?:;|$)/

const beginBody = (state: State): Step => {
  const { status, headers } = state
  if (status < 200 && status !== 101) {
    // An interim answer (100 Continue, 103 Early Hints): the real one follows.
    state.headers = new Map()
    state.lastName = ''
    return 'status'
  }
  if (state.method === 'HEAD' || bodiless.has(status)) return 'done'
  state.chunked = /(^|,)\s*chunked$/i.test(headers.get('transfer-encoding') ?? '')
  if (state.chunked) return 'size'
  const said = headers.get('content-length')
  const length = said === undefined ? Number.POSITIVE_INFINITY : lengthIn(said)
  if (length === undefined) return 'garbage'
  state.left = length
  return state.left === 0 ? 'done' : 'data'
}

/** An old way to break a long line (RFC 9112, 5.2): what goes on stands behind a space. */
const onFolded = (state: State, text: string): Step => {
  const known = state.headers.get(state.lastName)
  if (known === undefined) return 'garbage'
  if (text !== '') state.headers.set(state.lastName, known === '' ? text : `${known} ${text}`)
  return 'header'
}

const onHeader = (state: State, text: string): Step => {
  if (text === '') return beginBody(state)
  if (/^[ \t]/.test(text)) return onFolded(state, trimmed(text))
  const [, name, spaced = ''] = headerLine.exec(trimmed(text)) ?? []
  if (name === undefined) return 'garbage'
  const key = name.toLowerCase()
  const before = state.headers.get(key)
  state.lastName = key
  state.headers.set(key, before === undefined ? trimmed(spaced) : `${before}, ${trimmed(spaced)}`)
  return 'header'
}

const onLine: Record<LineStep, (state: State, text: string) => Step> = {
  status: (state, text) => {
    state.status = Number(statusLine.exec(text)?.[1] ?? 0)
    return state.status === 0 ? 'garbage' : 'header'
  },
  header: onHeader,
  size: (state, text) => {
    const digits = sizeLine.exec(text)?.[1]
    if (digits === undefined) return 'garbage'
    state.left = Number.parseInt(digits, 16)
    return state.left === 0 ? 'trailer' : 'data'
  },
  separator: (_state, text) => (text === '' ? 'size' : 'garbage'),
  trailer: (_state, text) => (text === '' ? 'done' : 'trailer'),
}
const inHead: Record<LineStep, boolean> = { status: true, header: true, trailer: true, size: false, separator: false }

/** Takes a line or a part of one; gives where to go on in the piece. */
const takeLine = (state: State, piece: Buffer, from: number, step: LineStep): number => {
  const newline = piece.indexOf(10, from)
  const to = newline === -1 ? piece.length : newline
  state.line += piece.toString('latin1', from, to)
  if (inHead[step]) state.headBytes += to - from + 1
  if (state.line.length > maxLineBytes || state.headBytes > maxHeadBytes) state.step = inHead[step] ? 'oversize' : 'garbage'
  else if (newline !== -1) {
    const { line } = state
    state.line = ''
    state.step = onLine[step](state, line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  return to + 1
}

const takeData = (state: State, piece: Buffer, from: number): number => {
  const to = Math.min(piece.length, from + state.left)
  state.kept.add(piece, from, to)
  state.bodyBytes += to - from
  state.left -= to - from
  state.bound = state.bodyBytes > state.readBytes
  if (state.bound) state.step = 'done'
  else if (state.left === 0) state.step = state.chunked ? 'separator' : 'done'
  return to
}

const done = ({ status, headers, kept, bodyBytes, bound }: State): AnswerProgress => ({
  is: 'done',
  answer: { status, headers, body: kept.bytes(), bodyBytes, ended: bound ? 'bound' : 'whole' },
})

const push = (state: State, piece: Buffer): AnswerProgress => {
  let at = 0
  while (at < piece.length && state.step !== 'done' && state.step !== 'garbage' && state.step !== 'oversize') {
    at = state.step === 'data' ? takeData(state, piece, at) : takeLine(state, piece, at, state.step)
  }
  // What cannot become `HTTP/1.` is told at once: such a server may wait for us for ever.
  const hopeless = state.step === 'status' && !'HTTP/1.'.startsWith(state.line.slice(0, 7))
  if (state.step === 'oversize') return { is: 'oversize' }
  if (state.step === 'garbage' || hopeless) return { is: 'garbage' }
  return state.step === 'done' ? done(state) : more
}

const end = (state: State): AnswerProgress => {
  if (state.step === 'done' || (state.step === 'data' && state.left === Number.POSITIVE_INFINITY)) return done(state)
  return { is: state.headBytes === 0 ? 'closed' : 'cut' }
}

/**
 * HTTP/1.1 as RFC 9112 frames it, without node:http: a thousand checks then cost half the CPU and 20 MB less.
 * It reads one answer of one connection and is strict: what it does not understand is `garbage`.
 */
export const createReader = ({ method, keepBytes, readBytes }: ReaderOptions): Reader => {
  const state: State = {
    method,
    readBytes,
    kept: createKeep(keepBytes),
    step: 'status',
    line: '',
    headBytes: 0,
    status: 0,
    headers: new Map(),
    lastName: '',
    chunked: false,
    left: 0,
    bodyBytes: 0,
    bound: false,
  }
  return { push: (piece) => push(state, piece), end: () => end(state) }
}
