import type { Issue } from '../../contract/issues.ts'
import type { Instant } from '../../contract/seen.ts'
import { readMarker } from '../../incidents/marker.ts'
import type { Marker } from '../../incidents/model.ts'

/** A closed incident that belongs into the journal. Its texts are untrusted. */
export type JournalEntry = {
  /** Unique for each closing: an incident that is reopened closes again. */
  readonly key: string
  readonly number: number
  readonly title: string
  readonly since: Instant
  readonly closedAt: Instant
  readonly cause: string
  readonly fix: string
  /** Who did something about it, as far as the incident knows. */
  readonly deeds: string
  readonly postMortem: boolean
  readonly events: Marker['events']
  /** Something happened to the issue after it had closed, and the comments up to this one were read before. */
  readonly maySayMore: boolean
  readonly readUpTo: number
  /** How many comments the issue has. */
  readonly comments: number
  /** The line as it may stand in the journal already, without what was stated later. */
  readonly replaces?: string
}

export type Chosen = {
  /** The oldest closing first. */
  readonly entries: readonly JournalEntry[]
  /** Closed by a person a moment ago: while it is bad that is an acknowledgement, and it may be reopened. */
  readonly waiting: readonly number[]
}

const dayMs = 24 * 3_600_000
const longMs = 30 * 60_000
/** Our own writes of a closing are over by then. */
const ownWritesMs = 2 * 60_000

const deedsOf = ({ events, closed }: Marker, { closedBy }: Issue): string =>
  [
    ...events.filter(({ what }) => what.startsWith('acknowledged')).map(({ what }) => what),
    closed === undefined ? `closed by ${closedBy ?? 'somebody'}` : 'closed by itself',
  ].join('; ')

const redacted = (entry: JournalEntry, redact: (text: string) => string): JournalEntry => ({
  ...entry,
  title: redact(entry.title),
  cause: redact(entry.cause),
  fix: redact(entry.fix),
  deeds: redact(entry.deeds),
  events: entry.events.map((one) => ({ ...one, what: redact(one.what) })),
})

/** Rule 9: `sev1`, longer than 30 minutes, or reopened twice; also where a person closed it, so that no closing comment says so. */
const needsPostMortem = ({ escalated, since, reopened }: Marker, closedAt: Instant): boolean =>
  escalated || closedAt - since > longMs || reopened >= 2

const entryOf = (issue: Issue, marker: Marker): JournalEntry => {
  const closedAt = marker.closed ?? issue.closedAt ?? issue.updatedAt
  return {
    key: `${issue.number}:${closedAt}`,
    number: issue.number,
    title: issue.title,
    since: marker.since,
    closedAt,
    cause: marker.cause,
    fix: marker.fix,
    deeds: deedsOf(marker, issue),
    postMortem: needsPostMortem(marker, closedAt),
    events: marker.events,
    maySayMore: issue.comments > 0 && issue.updatedAt > closedAt + ownWritesMs,
    readUpTo: marker.comments.last,
    comments: issue.comments,
  }
}

export type JournalScope = {
  readonly authors: readonly string[]
  readonly repository: string
  readonly now: Instant
  /** What people typed into a comment may hold a secret. */
  readonly redact: (text: string) => string
}

/** The incidents among closed issues: of our authors, with a marker that counts, of this repository; doubles left out. */
export const entriesOf = (closed: readonly Issue[], { authors, repository, now, redact }: JournalScope): Chosen => {
  const incidents = closed.flatMap((issue) => {
    const read = readMarker(issue, authors)
    return read.kind === 'ours' && read.marker.repository === repository && !read.marker.duplicate ? [{ issue, marker: read.marker }] : []
  })
  const mayReopen = ({ issue, marker }: (typeof incidents)[number]): boolean =>
    marker.closed === undefined && now - (issue.closedAt ?? issue.updatedAt) < dayMs
  return {
    entries: incidents
      .filter((one) => !mayReopen(one))
      .map(({ issue, marker }) => redacted(entryOf(issue, marker), redact))
      .toSorted((a, b) => a.closedAt - b.closedAt || a.number - b.number),
    waiting: incidents.filter(mayReopen).map(({ issue }) => issue.number),
  }
}
