import type { Issue } from '../contract/issues.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { isAuthor } from './authors.ts'
import { digestKey, fingerprint } from './fingerprint.ts'
import { type Marker, markerShape, type Parts } from './model.ts'

const maxTextChars = 300
/** More things that fail with one are neither listed nor told. */
export const mostChildren = 200
const maxChildKeyChars = 80
const maxEvents = 30
const maxEventChars = 80
const maxValues = 12
const start = '<!-- ronde:'
const end = ' -->'

/** Nothing that ends the comment, that GitHub turns into a mention or a reference, or that is not plain ASCII. */
export const armoured = (json: string): string =>
  json.replace(/[<>&@#`]|-(?=-)|[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** Many of them must fit: a long key is told from others by its digest. */
const childKey = (key: string): string => (armoured(key).length > maxChildKeyChars ? digestKey(key) : key)

/** The hidden first line of an issue's body. */
export const writeMarker = (marker: Marker): string => {
  const bounded: Marker = {
    ...marker,
    worst: { ...marker.worst, observed: shorten(marker.worst.observed, maxTextChars) },
    cause: shorten(marker.cause, maxTextChars),
    fix: shorten(marker.fix, maxTextChars),
    children: marker.children.slice(0, mostChildren).map((one) => ({ ...one, key: childKey(one.key) })),
    events: (marker.events.length > maxEvents ? [...marker.events.slice(0, 1), ...marker.events.slice(1 - maxEvents)] : marker.events).map(
      (one) => ({ ...one, what: shorten(one.what, maxEventChars) }),
    ),
    values: marker.values.slice(-maxValues),
  }
  return `${start}${armoured(JSON.stringify(bounded))}${end}`
}

/** Only what stands before any code block: evidence may hold a copied marker. */
const found = (body: string): string | undefined => {
  const head = body.split('```', 1)[0] ?? ''
  const from = head.indexOf(start)
  const to = from === -1 ? -1 : head.indexOf(end, from)
  return to === -1 ? undefined : head.slice(from + start.length, to)
}

/** What a silence's body begins with. An incident's begins with its own marker, so that no text inside of it makes it a silence. */
export const silenceStart = '<!-- ronde-silence:'
const isSilence = (body: string): boolean => body.startsWith(silenceStart)

/** A marker's JSON; undefined when a hand or a cut broke it. */
export const parsedMarker = (json: string): unknown => jsonValue(json)

export const partsOf = ({ repository, server, project, action, id, key }: Marker): Parts => ({
  repository,
  server,
  project,
  action,
  id,
  key,
})

export type ReadMarker =
  | { readonly kind: 'ours'; readonly marker: Marker }
  /** Written by one of `authors`, and no marker of ours can be read any more: edited by hand, or emptied. */
  | { readonly kind: 'unreadable' }
  /** A silence by dispatch (its own marker): never an incident, whatever else stands in it. */
  | { readonly kind: 'silence' }
  /** Somebody else's issue, whatever stands in it. */
  | { readonly kind: 'foreign' }

/** A marker counts only when its author is one of `authors` and the fingerprint follows from its parts. */
export const readMarker = ({ author, body }: Pick<Issue, 'author' | 'body'>, authors: readonly string[]): ReadMarker => {
  if (!isAuthor(authors, author)) return { kind: 'foreign' }
  if (isSilence(body)) return { kind: 'silence' }
  const json = found(body)
  const read = json === undefined ? undefined : markerShape.safeParse(parsedMarker(json))
  if (read?.success !== true || fingerprint(partsOf(read.data)) !== read.data.fingerprint) return { kind: 'unreadable' }
  return { kind: 'ours', marker: read.data }
}

/** A body without its marker. */
export const withoutMarker = (body: string): string => {
  const json = found(body)
  return (json === undefined ? body : body.replace(`${start}${json}${end}`, '')).trimStart()
}
