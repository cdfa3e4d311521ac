import type { Table } from '../task.ts'

/** One statement for one table. */
export type Step = { readonly table: Table; readonly does: 'vacuum' | 'vacuum-analyze' | 'analyze' }

/**
 * Leaf by leaf, for each is a table of its own; a partitioned parent has no rows to vacuum, but statistics of the whole. Since PostgreSQL 18
 * `ANALYZE ONLY` makes those alone; before, ANALYZE of the topmost parent makes them for all below it, leaves included, which are then
 * not analyzed a second time.
 */
export const planVacuum = (tables: readonly Table[], major: number): readonly Step[] => {
  const parents = new Set(tables.filter((one) => one.kind === 'p').map((one) => one.oid))
  const below = (table: Table): boolean => table.ancestors.some((one) => parents.has(one))
  const leaves = tables.filter((one) => one.kind !== 'p')
  const tops = tables.filter((one) => one.kind === 'p' && (major >= 18 || !below(one)))
  return [
    ...leaves.map((table): Step => ({ table, does: major < 18 && below(table) ? 'vacuum' : 'vacuum-analyze' })),
    ...tops.map((table): Step => ({ table, does: 'analyze' })),
  ]
}

/** Nothing is cut off the end of a file: that takes a lock which stops everybody, also on standbys. */
const options: Record<Step['does'], string> = {
  vacuum: 'VACUUM (SKIP_LOCKED, TRUNCATE false)',
  'vacuum-analyze': 'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false)',
  analyze: 'ANALYZE (SKIP_LOCKED)',
}

/** The whole statement; `quoted` is the table's name as an identifier. */
export const statementOf = ({ does, table }: Step, quoted: string, major: number): string =>
  `${options[does]} ${does === 'analyze' && table.kind === 'p' && major >= 18 ? 'ONLY ' : ''}${quoted}`
