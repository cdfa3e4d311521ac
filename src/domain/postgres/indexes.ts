/** One index of a table, as the catalogue has it. Names are untrusted. */
export type Index = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly table: string
  readonly tableOid: number
  /** Of the table; absent when that is a superuser. */
  readonly owner: string | undefined
  readonly valid: boolean
  readonly ready: boolean
  /** CREATE INDEX or REINDEX is at work on it. */
  readonly building: boolean
  readonly unique: boolean
  /** Uniqueness is checked at once: ON CONFLICT and foreign keys need that. */
  readonly immediate: boolean
  /** NULLS NOT DISTINCT. */
  readonly nullsEqual: boolean
  /** Somebody holds its table: what it does was not seen. */
  readonly held: boolean
  /** A primary key, a unique or an exclusion constraint rests on it, or a foreign key points at it. */
  readonly ofConstraint: boolean
  /** It is the replica identity of its table, or CLUSTER goes by it. */
  readonly ofTable: boolean
  /** On a partitioned parent: it holds nothing itself. */
  readonly partitioned: boolean
  /** Of a partition, and attached to the index of its parent: it cannot be dropped by itself. */
  readonly attached: boolean
  readonly sizeBytes: number
  readonly scans: number
  /** How it sorts, without its name: two of a table with the same one do the same. */
  readonly definition: string
}

/** How a table was read since the counters began. */
export type TableScans = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly liveRows: number
  readonly sequentialScans: number
  /** Rows that those read. */
  readonly sequentialRows: number
  readonly indexScans: number
}
