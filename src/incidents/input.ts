import type { History } from '../contract/history.ts'
import type { Issue, Write } from '../contract/issues.ts'
import type { Report } from '../contract/report.ts'
import type { Instant } from '../contract/seen.ts'
import type { Common } from '../core/options/common.ts'
import type { JudgedComment } from './commands.ts'
import type { Quiet } from './maintenance.ts'
import type { Notification } from './notification.ts'
import type { Held } from './openings.ts'

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
  readonly comments: ReadonlyMap<number, readonly JudgedComment[]>
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
  readonly quiet?: readonly Quiet[] | undefined
  readonly timeZone: string
  readonly publicRepository: boolean
  readonly now: Instant
  readonly run: { readonly url: string }
  /** Base URL of the runbooks with its last slash; without it no links. */
  readonly runbooks?: string | undefined
}

/** A notification with the incident it is about, for the outbox. `url` is undefined for an issue that this run creates. */
export type IncidentNotification = Notification & {
  /** The identity: the same whether or not the repository is public. */
  readonly fingerprint: string
  /** Undefined for an issue that this run creates. */
  readonly number: number | undefined
  readonly contacts: readonly string[]
}

export type ReconcileFacts = {
  /** Open incidents of these actions when the run began. */
  readonly open: number
  /** Issues of our authors whose marker cannot be read any more: left alone. */
  readonly unreadable: readonly number[]
  /** Issues that look like silences, and silence nothing. */
  readonly brokenSilences: readonly number[]
  /** Issues with our label of other people: never touched. */
  readonly foreign: readonly number[]
  /** Findings that opened nothing, and why. */
  readonly held: readonly Held[]
  /** What each closed incident of this run leaves for the journal. */
  readonly closed: readonly ClosedIncident[]
}

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

export type Reconciled = {
  /** In this order; at most ten. */
  readonly writes: readonly Write[]
  /** Left for the next run, which judges anew. */
  readonly deferred: readonly Write[]
  readonly notifications: readonly IncidentNotification[]
  /** What the deferred writes would have told: of the next run, and until then a fact of the outbox. */
  readonly later: readonly IncidentNotification[]
  /** Read these and reconcile again before anything is written; nothing is wanted twice. */
  readonly wants: { readonly closed: boolean; readonly comments: readonly number[] }
  readonly facts: ReconcileFacts
}
