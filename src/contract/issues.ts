import type { Instant, Obstacle } from './seen.ts'

/** An issue as GitHub lists it. Its texts are untrusted. */
export type Issue = {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly state: 'open' | 'closed'
  readonly author: string
  readonly labels: readonly string[]
  readonly assignees: readonly string[]
  readonly locked: boolean
  /** How many comments it has; they are read only when this grew. */
  readonly comments: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly closedAt: Instant | undefined
  readonly closedBy: string | undefined
  readonly url: string
}

export type Comment = {
  readonly id: number
  readonly author: string
  readonly body: string
  readonly createdAt: Instant
  /** Later than `createdAt` when it was edited: an edited command does not count. */
  readonly updatedAt: Instant
  /** GitHub's hint that the author belongs to the repository: about whom to ask first, and no right. */
  readonly near?: boolean
}

/** Comments of an issue that were not read yet. */
export type UnreadComments = {
  readonly number: number
  /** How many it has. */
  readonly count: number
  /** The id of the last one that was read; 0: none. */
  readonly after: number
}

/** Labels that an issue gets, and those that it loses. */
export type LabelChange = { readonly add: readonly string[]; readonly remove: readonly string[] }

/** One change on GitHub. An update says only what changes. */
export type Write =
  | {
      readonly kind: 'create'
      /** The identity of the incident: its notification has the same. */
      readonly fingerprint: string
      readonly title: string
      readonly body: string
      readonly labels: readonly string[]
      readonly assignees: readonly string[]
    }
  | {
      readonly kind: 'update'
      readonly number: number
      readonly title?: string
      readonly body?: string
      readonly state?: 'open' | 'closed'
      readonly stateReason?: 'completed' | 'not_planned' | 'reopened' | 'duplicate'
      /** What changes: those that people added meanwhile stay. */
      readonly labels?: LabelChange
      /** The body that this was decided on. Where it is another one by now, another run was faster, and nothing is written. */
      readonly basedOn?: string
    }
  | {
      readonly kind: 'comment'
      readonly number: number
      readonly body: string
      /** The body that was written just before it: of two runs that wrote at once only the last one says something. */
      readonly basedOn?: string
    }

/** Why GitHub did not do what was asked. `forbidden`: 403 without a rate limit, or 410; nobody would be told, so the step fails. */
export type IssuesFailure =
  | ({ readonly kind: 'forbidden' } & Obstacle)
  | { readonly kind: 'gone'; readonly cause: string }
  /** Another run has written the issue since it was listed. */
  | { readonly kind: 'overtaken'; readonly cause: string }
  | { readonly kind: 'rate-limited'; readonly cause: string; readonly retryAt: Instant }
  | { readonly kind: 'unreachable'; readonly cause: string }
  /** `status`: of files and branches, where it tells that somebody else was faster. */
  | { readonly kind: 'refused'; readonly cause: string; readonly status?: number }

export type GithubAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: IssuesFailure }

/** GitHub's issues of one repository. Lists, never searches; all pages; pull requests left out. */
export interface Issues {
  /** Issues with the label `ronde`, open ones, of whoever. One charged call for each hundred. */
  listOpen(): Promise<GithubAnswer<readonly Issue[]>>
  /** Closed ones with the label, updated since; asked only before something is created. */
  listClosed(since: Instant): Promise<GithubAnswer<readonly Issue[]>>
  /** Oldest first; of many unread ones the newest thousand, and besides perhaps some that were read. */
  comments(unread: UnreadComments): Promise<GithubAnswer<readonly Comment[]>>
  /** Oldest first, of all pages. */
  allComments(number: number): Promise<GithubAnswer<readonly Comment[]>>
  /** `write` includes maintain and admin. */
  mayWrite(login: string): Promise<GithubAnswer<boolean>>
  isPublic(): Promise<GithubAnswer<boolean>>
  /** Serial, at least one second after the write before. The number of the issue that was written. */
  perform(write: Write): Promise<GithubAnswer<{ readonly number: number; readonly author: string | undefined }>>
  /** Replaces the text of a comment; as serial as every write. */
  editComment(id: number, body: string): Promise<GithubAnswer<'done'>>
  /** Requests of this run: all, those that count against the rate limit, and writes. */
  counts(): { readonly requests: number; readonly charged: number; readonly writes: number }
}
