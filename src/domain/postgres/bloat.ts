/** How full a table or a B-tree index is. */
export type Filling = {
  readonly kind: 'table' | 'index'
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly sizeBytes: number
  /** Bytes that hold nothing: estimated from the planner's statistics, or measured by pgstattuple. */
  readonly emptyBytes: number
  readonly how: 'estimated' | 'measured'
}

export const whyWithheld = ['held', 'stale', 'not-analyzed', 'switched-off', 'unreadable', 'row-security'] as const

/** One whose statistics say too little, and why: changed much since, or never analyzed; a column of it not; not to be read by our role; or somebody holds it. */
export type Withheld = {
  readonly kind: 'table' | 'index'
  readonly name: string
  readonly schema?: string
  readonly sizeBytes: number
  readonly why: (typeof whyWithheld)[number]
}

export type Bloat = { readonly fillings: readonly Filling[]; readonly withheld: readonly Withheld[] }

/** One sequence, and how far it is in the numbers that it, and the column it fills, can hold. */
export type Sequence = {
  readonly schema: string
  readonly name: string
  /** The narrowest column that it fills, `public.game.id`; empty when there is none. */
  readonly column: string
  /** The last number given; absent when none was, or when our role may not read it. */
  readonly last: number | undefined
  readonly readable: boolean
  /** Somebody changes it just now: how far it is was not asked. */
  readonly held: boolean
  readonly first: number
  /** The last number that fits, into the sequence and into its column. */
  readonly limit: number
  readonly cycles: boolean
}

/** A collation whose rules are not those that the indexes were built with. */
export type CollationMismatch = {
  /** `database quiz`, or `collation "fr-x-icu"`. */
  readonly name: string
  readonly recorded: string
  readonly actual: string
  /** Some index or column goes by it. */
  readonly used: boolean
}
