/** An entry of a dump's table of contents, as `pg_restore --list` writes it. */
export type DumpEntry = { readonly line: string; readonly what: string }

/** In which turn an entry is loaded into a scratch server, and by whom; `never` is told as not compared, or compared by its definition. */
export type LoadTurn = 'schemas' | 'objects' | 'grants' | 'never'

const entry = /^\d+; \d+ \d+ (\S.*)$/

export const dumpEntries = (list: string): readonly DumpEntry[] =>
  list.split('\n').flatMap((line) => {
    const [, what] = entry.exec(line) ?? []
    return what === undefined ? [] : [{ line, what }]
  })

/**
 * `schemas` come first: rights on them are lent while objects are loaded. `grants` run none of the dump's code, and only a superuser may repeat
 * those that somebody else than the owner gave. Extensions are made before, by a superuser, in the version of the source.
 */
const turns: readonly (readonly [string, LoadTurn])[] = [
  ['SCHEMA ', 'schemas'],
  ['ACL ', 'grants'],
  ['DEFAULT ACL ', 'grants'],
  ['COMMENT - EXTENSION ', 'grants'],
  ['EXTENSION ', 'never'],
  ['MATERIALIZED VIEW DATA ', 'never'],
  ['EVENT TRIGGER ', 'never'],
  ['COMMENT - EVENT TRIGGER ', 'never'],
  ['PUBLICATION', 'never'],
  ['COMMENT - PUBLICATION ', 'never'],
  ['SUBSCRIPTION', 'never'],
  ['COMMENT - SUBSCRIPTION ', 'never'],
]

export const turnOf = ({ what }: DumpEntry): LoadTurn => turns.find(([start]) => what.startsWith(start))?.[1] ?? 'objects'

/** The list for `pg_restore --use-list` of one turn. */
export const listOf = (entries: readonly DumpEntry[], turn: LoadTurn): string =>
  entries
    .filter((one) => turnOf(one) === turn)
    .map(({ line }) => `${line}\n`)
    .join('')
