import type { LeastRoleNames, OwnerCode } from './owner-code.ts'

/** A constraint, or a unique index, as its rows can be tested against it. Names are already quoted where SQL wants it. */
export type Constraint = {
  /** Of the constraint or the index. */
  readonly oid: number
  readonly kind: 'check' | 'not null' | 'foreign key' | 'unique'
  /** `public.game` */
  readonly table: string
  readonly name: string
  /** As PostgreSQL writes it: `CHECK ((points >= 0))`. */
  readonly definition: string
  /** False: PostgreSQL itself does not vouch for the rows that are there (NOT VALID; an index that a failed build left). */
  readonly validated: boolean
  /** The rows of partitions and heirs count as well. */
  readonly withHeirs: boolean
  /** Its own table, and the one that a foreign key leads to. */
  readonly relations: readonly number[]
  /** For each of them, whether our role may read all of its columns. */
  readonly mayLock: readonly boolean[]
  /** It calls functions, operators or types that somebody made in this database, or has effects; they would run with our rights. */
  readonly callsOwnCode: boolean
  /** Why our role must not read one of its tables at all. */
  readonly ownerCode: (OwnerCode & { readonly names: LeastRoleNames }) | undefined
  /** The check's or the index's condition; empty when there is none. */
  readonly condition: string
  /** Columns or expressions that must be unique, not null, or be found in the other table. */
  readonly keys: readonly string[]
  /** Two rows without a value are the same as well. */
  readonly nullsEqual: boolean
  readonly reference: Reference | undefined
}

/** What a foreign key leads to: one key and one operator for each of its columns. */
export type Reference = {
  readonly table: string
  readonly withHeirs: boolean
  readonly keys: readonly string[]
  /** `OPERATOR(pg_catalog.=)`, the other table's key on its left. */
  readonly operators: readonly string[]
  /** MATCH FULL: all of the columns have a value, or none. */
  readonly full: boolean
}

const from = (table: string, withHeirs: boolean): string => `${withHeirs ? '' : 'ONLY '}${table}`
const all = (conditions: readonly string[]): string => conditions.join(' AND ')

const orphans = ({ table, withHeirs, keys }: Constraint, reference: Reference): string => {
  const given = keys.map((key) => `child.${key} IS NOT NULL`)
  const matching = keys.map((key, index) => `parent.${reference.keys[index]} ${reference.operators[index]} child.${key}`)
  const missing = `${all(given)} AND NOT EXISTS (SELECT FROM ${from(reference.table, reference.withHeirs)} AS parent WHERE ${all(matching)})`
  const nulls = `pg_catalog.num_nulls(${keys.map((key) => `child.${key}`).join(', ')})`
  const mixed = `${nulls} OPERATOR(pg_catalog.>) 0 AND ${nulls} OPERATOR(pg_catalog.<) ${keys.length}`
  const wrong = reference.full && keys.length > 1 ? `(${missing}) OR (${mixed})` : missing
  return `FROM ${from(table, withHeirs)} AS child WHERE ${wrong}`
}

/** For a person to read it is `HAVING count(*) > 1`. */
export const moreThanOnce = 'HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1'

const duplicates = ({ table, withHeirs, keys, condition, nullsEqual }: Constraint): string => {
  const expressions = keys.map((key) => `(${key})`)
  const conditions = [
    ...(nullsEqual ? [] : expressions.map((key) => `${key} IS NOT NULL`)),
    ...(condition === '' ? [] : [`(${condition})`]),
  ]
  const where = conditions.length === 0 ? '' : ` WHERE ${all(conditions)}`
  return `FROM ${from(table, withHeirs)}${where} GROUP BY ${expressions.join(', ')} ${moreThanOnce}`
}

/** The rows that break a constraint, from FROM on: `SELECT 1 … LIMIT 1` tells whether there are any. `undefined` where it cannot be asked so. */
export const violations = (constraint: Constraint): string | undefined => {
  const { kind, table, withHeirs, condition, keys, reference } = constraint
  if (kind === 'check') return condition === '' ? undefined : `FROM ${from(table, withHeirs)} WHERE NOT (${condition})`
  if (keys.length === 0) return undefined
  if (kind === 'not null') return `FROM ${from(table, withHeirs)} WHERE ${keys.map((key) => `${key} IS NULL`).join(' OR ')}`
  if (kind === 'unique') return duplicates(constraint)
  return reference === undefined ? undefined : orphans(constraint, reference)
}
