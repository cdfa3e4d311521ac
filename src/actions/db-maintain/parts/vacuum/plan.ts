import type { Table } from '../../part.ts'

/** One statement for one table. */
export type VacuumStep = { readonly table: Table; readonly does: 'vacuum' | 'vacuum-analyze' | 'analyze' }

type Parts = { readonly leaves: readonly Table[]; readonly tops: readonly Table[]; readonly coveredByTop: (leaf: Table) => boolean }

/**
 * A partitioned parent has no rows to vacuum, but statistics of the whole. Since PostgreSQL 18 `ANALYZE ONLY` makes those alone, one parent
 * at a time; before, ANALYZE of the topmost parent makes them for all below it, leaves included.
 */
const partsOf = (tables: readonly Table[], major: number): Parts => {
  const parents = new Set(tables.filter((one) => one.kind === 'p').map((one) => one.oid))
  const below = (table: Table): boolean => table.ancestors.some((one) => parents.has(one))
  return {
    leaves: tables.filter((one) => one.kind !== 'p'),
    tops: tables.filter((one) => one.kind === 'p' && (major >= 18 || !below(one))),
    coveredByTop: (leaf) => major < 18 && below(leaf),
  }
}

/** Leaf by leaf, for each is a table of its own, then the parents; no leaf is analyzed twice. */
export const planVacuum = (tables: readonly Table[], major: number): readonly VacuumStep[] => {
  const { leaves, tops, coveredByTop } = partsOf(tables, major)
  return [
    ...leaves.map((table): VacuumStep => ({ table, does: coveredByTop(table) ? 'vacuum' : 'vacuum-analyze' })),
    ...tops.map((table): VacuumStep => ({ table, does: 'analyze' })),
  ]
}

/** The same without VACUUM. */
export const planAnalyze = (tables: readonly Table[], major: number): readonly VacuumStep[] => {
  const { leaves, tops, coveredByTop } = partsOf(tables, major)
  return [...leaves.filter((one) => !coveredByTop(one)), ...tops].map((table) => ({ table, does: 'analyze' }))
}

/** Nothing is cut off the end of a file: that takes a lock which stops everybody, also on standbys. */
const options: Record<VacuumStep['does'], string> = {
  vacuum: 'VACUUM (SKIP_LOCKED, TRUNCATE false)',
  'vacuum-analyze': 'VACUUM (ANALYZE, SKIP_LOCKED, TRUNCATE false)',
  analyze: 'ANALYZE (SKIP_LOCKED)',
}

/** The whole statement; `quoted` is the table's name as an identifier. */
export const statementOf = ({ does, table }: VacuumStep, quoted: string, major: number): string =>
  `${options[does]} ${does === 'analyze' && table.kind === 'p' && major >= 18 ? 'ONLY ' : ''}${quoted}`
