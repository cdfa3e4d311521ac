import type { BackupRelation, BackupSequence, DatabaseContents } from '../../domain/backup/manifest.ts'
import type { PostgresSession, SqlRow } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, wholeCell } from '../postgres/cells.ts'
import { isStatementError } from '../postgres/read-only.ts'
import { anyLargeObjectSql, extensionsSql, hashSql, largeObjectsSql, sequenceSql } from './contents-sql.ts'
import type { DumpedRelation } from './relations.ts'

/** Rows and hash of a table whose planning would run code of its owner: read through COPY, which plans nothing. */
export type CopyHash = (table: string) => Promise<{ readonly rows: number; readonly hash: string }>

export type LookAtContents = {
  readonly session: PostgresSession
  readonly relations: readonly DumpedRelation[]
  /** Tables that must not be planned, by their names as SQL writes them. */
  readonly copied: ReadonlySet<string>
  readonly copyHash: CopyHash
  readonly signal: AbortSignal
  /** After each table. */
  readonly looked?: (relation: BackupRelation) => void
}

/** What could not be looked at; errors are failures, never "no rows". */
export type SeenContents = DatabaseContents & { readonly failures: readonly string[] }

/** As long as the run. */
const longestMs = 2 ** 31 - 1

const sequencesAtOnce = 200

const seeSequences = async (session: PostgresSession, relations: readonly DumpedRelation[]): Promise<readonly BackupSequence[]> => {
  const sequences = relations.filter(({ kind }) => kind === 'S')
  const found: BackupSequence[] = []
  for (let from = 0; from < sequences.length; from += sequencesAtOnce) {
    const some = sequences.slice(from, from + sequencesAtOnce)
    const sql = some.map(({ schema, name }, place) => sequenceSql(session.quoted(schema, name), place)).join(' UNION ALL ')
    const rows = new Map((await session.ask(sql, [])).map((row) => [numberCell(row['place']), row]))
    found.push(...some.map((one, place) => sequenceOf(one, rows.get(place) ?? {})))
  }
  return found
}

const sequenceOf = ({ schema, name, increment, cycles }: DumpedRelation, row: SqlRow): BackupSequence => ({
  schema,
  name,
  value: wholeCell(row['value']),
  called: booleanCell(row['called']),
  increment,
  cycles,
})

/** What does not change while the dump runs, or only upwards: to be looked at before it begins. */
export const seeBeforeDump = async (
  session: PostgresSession,
  relations: readonly DumpedRelation[],
): Promise<Pick<DatabaseContents, 'sequences' | 'extensions'>> => {
  const extensions = await session.ask(extensionsSql, [])
  return {
    sequences: [...(await seeSequences(session, relations))],
    extensions: extensions.map((row) => ({
      name: wholeCell(row['name']),
      version: wholeCell(row['version']),
      schema: wholeCell(row['schema']),
    })),
  }
}

const seeLargeObjects = async (session: PostgresSession): Promise<DatabaseContents['largeObjects']> => {
  const [any] = await session.ask(anyLargeObjectSql, [])
  if (!booleanCell(any?.['any'])) return { count: 0, pages: 0, hash: '0' }
  const [row = {}] = await session.ask(largeObjectsSql, [], { timeoutMs: longestMs })
  return { count: numberCell(row['count']), pages: numberCell(row['pages']), hash: wholeCell(row['hash']) }
}

const planned = async ({ session }: LookAtContents, table: string, condition: string): Promise<{ rows: number; hash: string }> => {
  const [row = {}] = await session.ask(hashSql(table, condition), [], { timeoutMs: longestMs })
  return { rows: numberCell(row['rows']), hash: wholeCell(row['hash']) }
}

const seeRelation = async (relation: DumpedRelation, look: LookAtContents): Promise<BackupRelation> => {
  const { schema, name, kind, condition } = relation
  const table = look.session.quoted(schema, name)
  if (kind === 'f') return { schema, name, rows: 0, hash: '', by: 'excluded' }
  if (look.copied.has(table)) return { schema, name, ...(await look.copyHash(table)), by: 'copied' }
  const by = condition === undefined ? 'planned' : 'configuration'
  return { schema, name, ...(await planned(look, table, condition ?? '')), by }
}

/** The server's word on one table leaves the others readable. */
const guarded = async <T>({ session }: LookAtContents, work: () => Promise<T>): Promise<T | { readonly failure: string }> => {
  await session.query('SAVEPOINT ronde')
  try {
    const value = await work()
    await session.query('RELEASE SAVEPOINT ronde')
    return value
  } catch (error) {
    if (!isStatementError(error)) throw error
    await session.query('ROLLBACK TO SAVEPOINT ronde; RELEASE SAVEPOINT ronde')
    return { failure: `${error.message} (${error.code})` }
  }
}

/** Rows and hashes of all tables and large objects, in the transaction that is open. */
export const seeRows = async (look: LookAtContents): Promise<Pick<SeenContents, 'relations' | 'largeObjects' | 'failures'>> => {
  const relations: BackupRelation[] = []
  const failures: string[] = []
  for (const relation of look.relations.filter(({ kind }) => kind === 'r' || kind === 'f')) {
    look.signal.throwIfAborted()
    const seen = await guarded(look, () => seeRelation(relation, look))
    if ('failure' in seen) failures.push(`table ${relation.schema}.${relation.name} could not be read: ${seen.failure}`)
    else {
      relations.push(seen)
      look.looked?.(seen)
    }
  }
  const objects = await guarded(look, () => seeLargeObjects(look.session))
  if ('failure' in objects) failures.push(`large objects could not be read: ${objects.failure}`)
  return { relations, largeObjects: 'failure' in objects ? { count: 0, pages: 0, hash: '' } : objects, failures }
}
