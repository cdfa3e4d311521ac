import { z } from 'zod'
import type { Issue } from '../contract/issues.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { isAuthor } from './authors.ts'
import { digestKey, fingerprint, type Parts } from './fingerprint.ts'

const severity = z.enum(['warning', 'critical'])
const instant = z.number().int().nonnegative().max(8.64e15)
const count = z.number().int().nonnegative().catch(0)
const child = z.object({ id: z.string(), key: z.string(), status: z.enum(['warning', 'unknown', 'critical']) })
const event = z.object({ at: instant, what: z.string() })
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

/** Identity and severity must be right, or it is no marker; anything else that a hand broke falls back to nothing. */
const schema = z.object({
  fingerprint: z.string(),
  repository: z.string(),
  server: z.string(),
  project: z.string(),
  action: z.string(),
  id: z.string(),
  key: z.string(),
  since: instant,
  status: severity,
  worst: z.object({ status: severity, observed: z.string() }),
  hard: z.boolean().catch(false),
  slow: z.boolean().catch(false),
  round: z.string().catch(''),
  /** Of the finding, where its id does not tell; else empty. */
  check: z.string().catch(''),
  audience: z.enum(['technical', 'security', 'infrastructure']).catch('technical'),
  /** 1: larger values are worse; -1: smaller ones; 0: not known. */
  direction: z.number().catch(0),
  worstValue: optional(z.number()),
  criticalSince: optional(instant),
  lastBad: instant.catch(0),
  uncleared: optional(instant),
  seen: count,
  values: z.array(z.number()).catch([]),
  reminders: z.object({ count, last: instant }).catch({ count: 0, last: 0 }),
  acknowledged: optional(z.object({ by: z.string(), until: instant })),
  silenced: optional(z.object({ by: z.string(), until: instant, status: severity })),
  good: z.object({ runs: count, since: instant }).catch({ runs: 0, since: 0 }),
  gone: count,
  reopened: count,
  children: z.array(child).catch([]),
  flapping: z.boolean().catch(false),
  escalated: z.boolean().catch(false),
  cause: z.string().catch(''),
  fix: z.string().catch(''),
  comments: z.object({ count, last: z.number().nonnegative() }).catch({ count: 0, last: 0 }),
  updated: instant.catch(0),
  digest: z.string().catch(''),
  firstRun: z.string().catch(''),
  latestRun: z.string().catch(''),
  events: z.array(event).catch([]),
  closed: optional(instant),
  duplicate: z.boolean().catch(false),
})

/** Everything that an open incident needs and that the state must not be trusted to keep. Times are milliseconds since the epoch. */
export type Marker = z.output<typeof schema>
export type Child = Marker['children'][number]
export type Severity = Marker['status']

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
  const read = json === undefined ? undefined : schema.safeParse(parsedMarker(json))
  if (read?.success !== true || fingerprint(partsOf(read.data)) !== read.data.fingerprint) return { kind: 'unreadable' }
  return { kind: 'ours', marker: read.data }
}

/** A body without its marker. */
export const withoutMarker = (body: string): string => {
  const json = found(body)
  return (json === undefined ? body : body.replace(`${start}${json}${end}`, '')).trimStart()
}
