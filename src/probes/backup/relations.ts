import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, wholeCell } from '../postgres/cells.ts'
import { relationsSql } from './contents-sql.ts'

/** A table or sequence that a dump holds. */
export type DumpedRelation = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `r` a table, `p` a partitioned parent without rows of its own, `f` a foreign table, `S` a sequence. */
  readonly kind: 'r' | 'p' | 'f' | 'S'
  /** Of an extension's own table: which rows are the user's, as SQL; the extension wrote it. */
  readonly condition: string | undefined
  readonly increment: string
  readonly cycles: boolean
}

const kinds: Readonly<Record<string, DumpedRelation['kind']>> = { r: 'r', p: 'p', f: 'f', S: 'S' }

const relationOf = (row: SqlRow): DumpedRelation => ({
  oid: numberCell(row['oid']),
  schema: wholeCell(row['schema']),
  name: wholeCell(row['name']),
  kind: kinds[wholeCell(row['kind'])] ?? 'r',
  condition: typeof row['condition'] === 'string' ? row['condition'] : undefined,
  increment: wholeCell(row['increment']),
  cycles: booleanCell(row['cycles']),
})

/** In whatever transaction is open. */
export const seeRelations = async (session: PostgresSession): Promise<readonly DumpedRelation[]> =>
  (await session.ask(relationsSql, [])).map(relationOf)
