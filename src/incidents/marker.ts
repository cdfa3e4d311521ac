import { hash } from 'node:crypto'
import type { Issue } from '../contract/issues.ts'
import type { Instant } from '../contract/seen.ts'
import { jsonValue } from '../core/read-json.ts'
import { shorten } from '../core/text/plain.ts'
import { type IdentityParts, type Marker, markerShape } from './model.ts'
import { currentId, type RenamedIds, renamedIds } from './renamed.ts'

/** Whether a login is one of those whose issues and markers count. GitHub's logins are the same in any case; an empty one is nobody's. */
export const isAuthor = (authors: readonly string[], login: string | undefined): boolean =>
  login !== undefined && login !== '' && authors.some((one) => one.toLowerCase() === login.toLowerCase())

const maxKeyChars = 300
const digested = /^sha256:[0-9a-f]{24}$/
const keyDigest = (key: string): string => `sha256:${hash('sha256', key).slice(0, 24)}`

/** A key that tells nothing, for public repositories. */
export const digestKey = (key: string): string => (digested.test(key) ? key : keyDigest(key))

/** A key as a marker keeps it: itself, or its digest when it is very long. */
export const plainKey = (key: string): string => (key.length > maxKeyChars ? digestKey(key) : key)

/** `v1` and 12 hexadecimal digits. */
export const fingerprint = ({ repository, server, project, action, id, key }: IdentityParts): string =>
  `v1${hash('sha256', [repository, server, project, action, id, key].join('|')).slice(0, 12)}`

/** The same for an incident whether its marker keeps the key or only its digest: a repository that becomes public keeps its incidents. */
export const identityOf = (parts: IdentityParts): string => fingerprint({ ...parts, key: digestKey(parts.key) })

/** The identity that a marker names. */
export const partsOf = ({ repository, server, project, action, id, key }: Marker): IdentityParts => ({
  repository,
  server,
  project,
  action,
  id,
  key,
})

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

/** A body's marker as text. Only what stands before any code block: evidence may hold a copied one. */
export const markerText = (body: string): string | undefined => {
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

/** What an issue is to us. */
type ReadMarker =
  | { readonly kind: 'ours'; readonly marker: Marker }
  /** Written by one of `authors`, and no marker of ours can be read any more: edited by hand, or emptied. */
  | { readonly kind: 'unreadable' }
  /** A silence by dispatch (its own marker): never an incident, whatever else stands in it. */
  | { readonly kind: 'silence' }
  /** Somebody else's issue, whatever stands in it. */
  | { readonly kind: 'foreign' }

/** An incident that was opened under a name that its finding had before goes on under the new one. */
const underCurrentIds = (marker: Marker, renamed: RenamedIds): Marker => {
  const children = marker.children.map((one) => ({ ...one, id: currentId(one.id, renamed) }))
  const current = { ...marker, id: currentId(marker.id, renamed), children }
  return { ...current, fingerprint: fingerprint(partsOf(current)) }
}

/** A marker counts only when its author is one of `authors` and the fingerprint follows from its parts, as they were called when it was written. */
export const readMarker = (
  { author, body }: Pick<Issue, 'author' | 'body'>,
  authors: readonly string[],
  renamed: RenamedIds = renamedIds,
): ReadMarker => {
  if (!isAuthor(authors, author)) return { kind: 'foreign' }
  if (isSilence(body)) return { kind: 'silence' }
  const json = markerText(body)
  const read = json === undefined ? undefined : markerShape.safeParse(parsedMarker(json))
  if (read?.success !== true || fingerprint(partsOf(read.data)) !== read.data.fingerprint) return { kind: 'unreadable' }
  return { kind: 'ours', marker: underCurrentIds(read.data, renamed) }
}

/** A body without its marker. */
export const withoutMarker = (body: string): string => {
  const json = markerText(body)
  return (json === undefined ? body : body.replace(`${start}${json}${end}`, '')).trimStart()
}

/** Clocks differ a little; what lies further ahead was written by one that was wrong. */
const aheadMs = 2 * 60_000

/** A marker whose times lie in the past: what a clock wrote that was ahead counts as of the issue's own last change, by GitHub's clock. */
export const withoutFuture = (marker: Marker, { updatedAt, createdAt }: Issue, now: Instant): Marker => {
  const isAhead = (at: number): boolean => at > now + aheadMs
  const written = Math.min(now, updatedAt)
  const past = (at: number, instead = written): number => (isAhead(at) ? instead : at)
  const maybe = (at: number | undefined, instead?: number): number | undefined => (at === undefined ? undefined : past(at, instead))
  return {
    ...marker,
    since: past(marker.since, Math.min(now, createdAt)),
    criticalSince: maybe(marker.criticalSince, Math.min(now, createdAt)),
    lastBad: past(marker.lastBad),
    uncleared: maybe(marker.uncleared),
    updated: past(marker.updated),
    reminders: { ...marker.reminders, last: past(marker.reminders.last) },
    good: { ...marker.good, since: past(marker.good.since) },
    closed: maybe(marker.closed),
  }
}

/** No `/ack` and no `/silence` lasts longer, whatever it asks for and whatever stands in a body. */
export const longestMs = { acknowledged: 24 * 3_600_000, silenced: 7 * 86_400_000 } as const

/**
 * What was agreed on and goes on now. An end that no command could have set counts for nothing: whoever may edit the body of an issue could
 * else write one that never comes.
 */
export const agreedNow = <What extends keyof typeof longestMs>(marker: Pick<Marker, What>, what: What, now: Instant): Marker[What] => {
  const one: { readonly until: Instant } | undefined = marker[what]
  return one !== undefined && one.until > now && one.until <= now + longestMs[what] ? marker[what] : undefined
}

/** Whether a `/silence` goes on. */
export const isSilenced = (marker: Marker, now: number): boolean => agreedNow(marker, 'silenced', now) !== undefined
/** Whether an `/ack` goes on. */
export const isAcknowledged = (marker: Marker, now: number): boolean => agreedNow(marker, 'acknowledged', now) !== undefined
/** Whether comments and notifications are unwanted. */
export const isMuted = (marker: Marker, now: number): boolean => marker.flapping || isSilenced(marker, now)

/** What a repository that became public must not tell any longer. */
export const withoutDetails = (marker: Marker): Marker => {
  const bare: Marker = {
    ...marker,
    key: digestKey(marker.key),
    worst: { ...marker.worst, observed: '' },
    values: [],
    children: marker.children.map((one) => ({ ...one, key: digestKey(one.key) })),
  }
  return { ...bare, fingerprint: fingerprint(partsOf(bare)) }
}
