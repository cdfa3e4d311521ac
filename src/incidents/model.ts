import { z } from 'zod'
import type { Finding } from '../contract/finding.ts'
import type { History } from '../contract/history.ts'
import type { Comment, Issue, Write } from '../contract/issues.ts'
import type { Report } from '../contract/report.ts'
import type { Instant } from '../contract/seen.ts'
import type { Status } from '../contract/status.ts'
import type { Common } from '../core/options/common.ts'
import { mayBeOwnWork } from './disturbed.ts'
import type { RenamedIds } from './renamed.ts'

/** What makes an incident this one. `key` is the finding's `incidentKey`, or its subject, or the digest of either (see `digestKey`). */
export type IdentityParts = {
  readonly repository: string
  readonly server: string
  readonly project: string
  readonly action: string
  readonly id: string
  readonly key: string
}

const severity = z.enum(['warning', 'critical'])
const instant = z.number().int().nonnegative().max(8.64e15)
const count = z.number().int().nonnegative().catch(0)
const child = z.object({ id: z.string(), key: z.string(), status: z.enum(['warning', 'unknown', 'critical']) })
const event = z.object({ at: instant, what: z.string() })
const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined)

const markerFields = z.object({
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
  /** The check that looked; empty in a marker of an older release. */
  check: z.string().catch(''),
  /** Ronde's own work on the project may explain it; a marker of an older release does not say. */
  disturbed: optional(z.boolean()),
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
  /** `at`: when GitHub says that the issue was last changed, as of the last reading. */
  comments: z.object({ count, last: z.number().nonnegative(), at: instant.catch(0) }).catch({ count: 0, last: 0, at: 0 }),
  updated: instant.catch(0),
  digest: z.string().catch(''),
  firstRun: z.string().catch(''),
  latestRun: z.string().catch(''),
  events: z.array(event).catch([]),
  closed: optional(instant),
  duplicate: z.boolean().catch(false),
})

/** Identity and severity must be right, or it is no marker; anything else that a hand broke falls back to nothing. */
export const markerShape = markerFields.transform((given) => ({ ...given, disturbed: given.disturbed ?? mayBeOwnWork(given) }))

/** Everything that an open incident needs and that the state must not be trusted to keep. Times are milliseconds since the epoch. */
export type Marker = z.output<typeof markerShape>
/** What fails with an incident, and has no issue of its own. */
export type IncidentChild = Marker['children'][number]
export type Severity = Marker['status']

/** What of an incident's life is told beyond the issue. */
export const notificationKinds = ['opened', 'worsened', 'closed'] as const
export type NotificationKind = (typeof notificationKinds)[number]

/** One message to those who listen outside GitHub. Its texts may hold untrusted parts. */
export type Notification = {
  readonly kind: NotificationKind
  readonly title: string
  readonly server: string
  readonly status: Status
  /** The issue; none while GitHub cannot be reached. */
  readonly url: string | undefined
  readonly text: string
}

/** A notification with the incident it is about, for the outbox. `url` is undefined for an issue that this run creates. */
export type IncidentNotification = Notification & {
  /** The identity: the same whether or not the repository is public. */
  readonly fingerprint: string
  /** Undefined for an issue that this run creates. */
  readonly number: number | undefined
  readonly contacts: readonly string[]
}

/** A comment with GitHub's word on whether its author may write to the repository. */
export type CommentWithRights = Comment & { readonly mayWrite: boolean }

/** What this run says about one incident, open or not. */
export type IncidentVerdict = {
  readonly kind: 'service' | 'monitoring'
  readonly parts: IdentityParts
  readonly identity: string
  readonly report: Report
  readonly history: History
  /** Those that share the incident; the worst one is shown. */
  readonly findings: readonly Finding[]
  readonly finding: Finding
  /** `unseen` touches nothing; `uncleared` is ok, and not beyond the clear value. */
  readonly says: 'bad' | 'good' | 'uncleared' | 'unseen'
}

/** Something that is known and explains findings, so that they open nothing until it is over. `why` is for the log. */
export type QuietPeriod =
  /** By dispatch. A list that is absent means all. It explains nothing that is worse than `upTo`. */
  | {
      readonly kind: 'silence'
      readonly until: Instant
      readonly servers?: readonly string[]
      readonly ids?: readonly string[]
      readonly subjects?: readonly string[]
      readonly upTo?: 'warning' | 'critical'
      readonly why: string
    }
  /** Ronde's own work on this compose project: a live ledger, up to its deadline. */
  | { readonly kind: 'work'; readonly until: Instant; readonly why: string }

/** All that a reconcile of one server knows. */
export type ReconcileInput = {
  /** Redacted. */
  readonly reports: readonly Report[]
  /** Name of the round that ran them: absence counts only in the round that saw the subject. */
  readonly round?: string | undefined
  /** `formerly`: words by which the same project was known before; its open incidents are carried over. */
  readonly identity: { readonly repository: string; readonly project: string; readonly formerly?: readonly string[] }
  /** With the label `ronde`; the closed ones of `closedLookBackMs`, undefined until they were wanted. */
  readonly issues: { readonly open: readonly Issue[]; readonly closed?: readonly Issue[] | undefined }
  /** Of the issues that were wanted, by number. */
  readonly comments: ReadonlyMap<number, readonly CommentWithRights[]>
  /** What earlier runs of an action left; entries of this very run are passed over. */
  readonly history: (action: string) => History
  readonly stateUsable: boolean
  /** `authors` may hold one more than the configuration: who an earlier run learned that it writes as. */
  readonly options: Common['incidents']
  /** Whose issues silence: the authors of the configuration, where `options` holds more of them. */
  readonly silencers?: readonly string[] | undefined
  readonly contacts: Common['contacts']
  readonly maintenance: Common['maintenance']
  /** Live ledgers up to their deadline. Silences by dispatch are found among the issues. */
  readonly quiet?: readonly QuietPeriod[] | undefined
  readonly timeZone: string
  readonly publicRepository: boolean
  readonly now: Instant
  readonly run: { readonly url: string }
  /** Base URL of the runbooks with its last slash; without it no links. */
  readonly runbooks?: string | undefined
  /** Finding ids that were renamed; by default those of this release. */
  readonly renamed?: RenamedIds | undefined
}

/** An issue of ours. `healed`: its marker held times of a clock that was ahead, and is to be written anew. */
export type Incident = { readonly issue: Issue; readonly marker: Marker; readonly healed: boolean }

/** An open incident that nobody looks at any more: people must close it, or look at it again. */
export type UnspokenIncident = { readonly number: number; readonly title: string; readonly url: string; readonly why: string }

/** What goes first when a run has more to write than it may. */
export const ranks = ['open-critical', 'close', 'worse', 'escalate', 'open', 'duplicate', 'change', 'remind', 'update'] as const
export type WriteRank = (typeof ranks)[number]

/** Why an incident closes, and whether people should look back at it. */
export type IncidentClosing = { readonly how: string; readonly postMortem: boolean }

/** What this run makes of an open incident, rule by rule. */
export type IncidentUpdate = {
  readonly incident: Incident
  readonly marker: Marker
  /** What the run says of it; undefined when it says nothing. */
  readonly verdict: IncidentVerdict | undefined
  readonly comments: readonly string[]
  readonly notifications: readonly IncidentNotification[]
  readonly labels: readonly string[]
  /** The marker must be written now, not at the next half hour. */
  readonly urgent: boolean
  readonly rank: WriteRank
  readonly closing: IncidentClosing | undefined
}

/** What a closed incident leaves for the journal. */
export type ClosedIncident = {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly since: Instant
  readonly until: Instant
  readonly cause: string
  readonly fix: string
  readonly postMortem: boolean
}

/** Writes that belong together: all of them in one run, or none. */
export type PlannedWrites = {
  readonly rank: WriteRank
  readonly writes: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  readonly closed?: ClosedIncident | undefined
}
