import type { PostgresTarget } from '../../contract/database.ts'
import type { Programs } from '../../contract/process.ts'
import { compareContents } from '../../domain/backup/compare.ts'
import type { DatabaseContents } from '../../domain/backup/manifest.ts'
import { compareSchemas } from '../../domain/backup/schema-text.ts'
import { withPostgresSession } from '../../tools/connect/session.ts'
import type { ClientAccess, PostgresClient } from '../../tools/postgres-programs/client.ts'
import { copyHashOf } from '../../tools/postgres-programs/copy-hash.ts'
import { pipelineWords } from '../../tools/postgres-programs/ending-words.ts'
import { type SeenContents, seeBeforeDump, seeRows } from './contents.ts'
import { seeRelations } from './relations.ts'
import { beginContents } from './snapshot.ts'

const longestMs = 2 ** 31 - 1
const longestSchema = 512 * 1_048_576

/** What stands between a source and its copy. */
export type CopyComparison = {
  /** Empty when the copy is equal. */
  readonly failures: readonly string[]
  readonly notCompared: readonly string[]
}

export type CompareCopy = {
  readonly source: {
    readonly contents: DatabaseContents
    readonly schema: string
    readonly copied: ReadonlySet<string>
    readonly schemaOnly: boolean
  }
  /** A role that reads everything and is no superuser: what the owners of the copy made runs with no more rights than that. */
  readonly reader: PostgresTarget
  /** pg_dump reads definitions, which runs nothing. */
  readonly superuser: PostgresTarget
  readonly client: PostgresClient
  readonly programs: Programs
  readonly secrets: string
  readonly signal: AbortSignal
}

type DefinitionsWanted = { readonly program: 'pg_dump' | 'pg_restore'; readonly flags: readonly string[]; readonly what: string }

/** Definitions as one of PostgreSQL's programs writes them, without what belongs to one server. Throws in words. */
export const definitionsFrom = async (
  access: ClientAccess,
  { program, flags, what }: DefinitionsWanted,
  { programs, signal }: Pick<CompareCopy, 'programs' | 'signal'>,
): Promise<string> => {
  const stage = access.stage(program, ['--schema-only', '--no-tablespaces', '--no-security-labels', ...flags])
  const ending = await programs.pipe([stage], { stdout: { keepBytes: longestSchema }, timeoutMs: longestMs, signal })
  if (!ending.ok) throw new Error(`${what} could not be read: ${pipelineWords(ending)}`)
  return new TextDecoder().decode(ending.bytes)
}

/** The text of a database's schema as this pg_dump writes it; `snapshot`: one that is held open. Throws in words. */
export const schemaText = async (
  access: ClientAccess,
  { programs, signal }: Pick<CompareCopy, 'programs' | 'signal'>,
  more: readonly string[] = [],
): Promise<string> => {
  const flags = ['--no-password', '--encoding=UTF8', ...more]
  return definitionsFrom(access, { program: 'pg_dump', flags, what: 'the schema' }, { programs, signal })
}

const contentsOf = async (compare: Omit<CompareCopy, 'superuser'>, access: ClientAccess): Promise<SeenContents> => {
  const { reader, programs, signal, source } = compare
  const serverTimeouts = { statement: 0, lock: 0, idleInTransaction: 0, clientCheck: 1_000 }
  const limits = { signal, connectTimeoutMs: 10_000, timeoutMs: longestMs, application: 'ronde', direct: true as const, serverTimeouts }
  const result = await withPostgresSession(reader, limits, async (session) => {
    await beginContents(session)
    const relations = await seeRelations(session)
    const before = await seeBeforeDump(session, relations)
    const copyHash = copyHashOf({ access, programs, snapshot: undefined, signal })
    const rows = await seeRows({ session, relations, copied: source.copied, copyHash, signal })
    await session.query('COMMIT')
    return { ...before, ...rows }
  })
  if (!result.ok) throw new Error(`the copy could not be read: ${result.failure.detail}`)
  return result.value
}

/** In what rows, sequences, large objects and extensions differ. */
export const contentsFaults = async (compare: Omit<CompareCopy, 'superuser'>): Promise<readonly string[]> => {
  const { client, secrets, source } = compare
  const access = await client.access({ target: compare.reader, application: 'ronde' }, `${secrets}-reader`)
  const { failures, ...contents } = await contentsOf(compare, access)
  return [...failures, ...compareContents(source.contents, contents)]
}

/** Compares a loaded copy with what its source held at the snapshot: rows and hashes, sequences, large objects, extensions, and the whole schema. */
export const compareCopy = async (compare: CompareCopy): Promise<CopyComparison> => {
  const { client, secrets, source } = compare
  const superuser = await client.access({ target: compare.superuser, application: 'ronde' }, `${secrets}-definitions`)
  const schema = compareSchemas(source.schema, await schemaText(superuser, compare))
  return {
    failures: [...(source.schemaOnly ? [] : await contentsFaults(compare)), ...schema.differences],
    notCompared: schema.notCompared,
  }
}
