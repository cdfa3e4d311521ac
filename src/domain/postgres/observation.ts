import type { Seen } from '../../contract/seen.ts'

/** One session of the server; ages are by the server's clock, in milliseconds. Texts are untrusted. */
export type Session = {
  readonly pid: number
  readonly user: string
  readonly database: string
  readonly application: string
  /** PostgreSQL's word: active, idle in transaction, … */
  readonly state: string
  readonly backendType: string
  /** Since its transaction began; absent outside a transaction. */
  readonly transactionMs: number | undefined
  /** Since its state changed. */
  readonly stateMs: number | undefined
  /** Since its query began; absent when it runs none. */
  readonly queryMs: number | undefined
  /** Since it began to wait for a lock; absent when it waits for none. */
  readonly waitingMs: number | undefined
  /** Who holds or queues before the lock; 0 is a prepared transaction. Empty when it waits for none. */
  readonly blockedBy: readonly number[]
  /** Who holds the advisory lock for which it queues: that is how programs choose a leader, and no row waits. */
  readonly queuedBehind: readonly number[]
  /** Bounded, white space and literals already taken out. */
  readonly query: string
  /** When the session and its state began, in the server's words: together with the pid they tell this very moment of this session. Empty when hidden. */
  readonly backendStart: string
  readonly stateChange: string
}

/** A transaction of which only a person, or the program that prepared it, can say how it ends. */
export type PreparedTransaction = { readonly gid: string; readonly user: string; readonly database: string; readonly ageMs: number }

/** The waiting sessions and those that block them, those idle in a transaction, the oldest transactions and queries; each list is bounded. */
export type Sessions = {
  readonly list: readonly Session[]
  /** The oldest prepared transactions of all databases. */
  readonly prepared: readonly PreparedTransaction[]
  /** Sessions of other roles of which this role may see nothing. */
  readonly hidden: number
}

export type Connections = {
  readonly used: number
  /** What ordinary roles may use: max_connections without the reserved ones. */
  readonly available: number
  readonly max: number
  /** Only of the sessions that this role may see: `{ active: 1, idle: 11 }`. */
  readonly byState: Readonly<Record<string, number>>
}

/** Counters of this database since `statsReset` (ISO 8601; empty when they were never reset). */
export type DatabaseCounters = {
  readonly deadlocks: number
  readonly blocksHit: number
  readonly blocksRead: number
  readonly statsReset: string
}

/** The database of the server whose oldest rows are the furthest from being frozen. */
export type FreezeAge = {
  readonly database: string
  readonly ageTransactions: number
  readonly freezeMaxAge: number
  readonly kind: 'transaction' | 'multixact'
}

/** One way that changes take: a standby of this server, a slot that nobody reads, or this server as a standby. */
export type ReplicationLink = {
  readonly kind: 'standby' | 'idle-slot' | 'lost-slot' | 'self'
  readonly name: string
  /** `streaming`, `catchup`, …; of a slot `inactive`; of one that is lost why; of a standby itself `streaming`, `disconnected` or `from the archive`. */
  readonly state: string
  readonly lagBytes: number | undefined
  readonly lagMs: number | undefined
}

export type Replication = { readonly links: readonly ReplicationLink[]; readonly hidden: number }

export type ServerFacts = {
  readonly version: string
  readonly major: number
  readonly standby: boolean
  /** The role that looked. */
  readonly user: string
}

/** What one look at a PostgreSQL server saw. A part that could not be looked at says why; the others stand. */
export type PostgresObservation = {
  readonly server: ServerFacts
  readonly connections: Seen<Connections>
  readonly sessions: Seen<Sessions>
  readonly counters: Seen<DatabaseCounters>
  readonly freezeAge: Seen<FreezeAge>
  readonly replication: Seen<Replication>
  readonly sizeBytes: Seen<number>
}
