import { type DumpEntry, turnOf } from '../backup/load-list.ts'

/**
 * In which turn of a restore an entry is loaded. Besides those of a proof: `views` are filled by the loader, and what a view's code has against that
 * is told; `publications` and `triggers` want a superuser, who runs none of their code by making them, and the triggers come last of all, for
 * from then on every definition that a superuser makes there would run it.
 */
export type RestoreTurn = 'schemas' | 'objects' | 'grants' | 'views' | 'publications' | 'triggers' | 'never'

const own: readonly (readonly [string, RestoreTurn])[] = [
  ['MATERIALIZED VIEW DATA ', 'views'],
  ['PUBLICATION', 'publications'],
  ['COMMENT - PUBLICATION ', 'publications'],
  ['EVENT TRIGGER ', 'triggers'],
  ['COMMENT - EVENT TRIGGER ', 'triggers'],
]

export const restoreTurnOf = (entry: DumpEntry): RestoreTurn => own.find(([start]) => entry.what.startsWith(start))?.[1] ?? turnOf(entry)

/** The list for `pg_restore --use-list` of one turn. */
export const listOfTurn = (entries: readonly DumpEntry[], turn: RestoreTurn): string =>
  entries
    .filter((one) => restoreTurnOf(one) === turn)
    .map(({ line }) => `${line}\n`)
    .join('')
