import type { PostgresTarget } from '../../contract/database.ts'
import type { Programs } from '../../contract/process.ts'
import type { DatabaseManifest } from '../../domain/backup/manifest.ts'
import { compareSchemas } from '../../domain/backup/schema-text.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { type CopyComparison, contentsFaults, definitionsFrom, schemaText } from '../backup/copy.ts'

export type CompareRestored = {
  readonly manifest: DatabaseManifest
  /** In plain. */
  readonly dump: string
  readonly reader: PostgresTarget
  /** pg_dump reads definitions, which runs nothing. */
  readonly superuser: PostgresTarget
  readonly client: PostgresClient
  readonly programs: Programs
  readonly secrets: string
  readonly signal: AbortSignal
  /** The backup is of another major: what its own pg_dump wrote cannot be the same word for word. */
  readonly otherMajor: boolean
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Definitions as the dump itself holds them. */
const dumpedSchema = async ({ client, superuser, dump, programs, secrets, signal }: CompareRestored): Promise<string> => {
  const access = await client.access({ target: superuser, application: 'ronde' }, `${secrets}-dump`)
  const flags = ['--file=-', client.path(dump)]
  return definitionsFrom(access, { program: 'pg_restore', flags, what: 'the definitions of the dump' }, { programs, signal })
}

const schemaFaults = async (compare: CompareRestored): Promise<CopyComparison> => {
  const access = await compare.client.access({ target: compare.superuser, application: 'ronde' }, `${compare.secrets}-definitions`)
  const { differences, notCompared } = compareSchemas(await dumpedSchema(compare), await schemaText(access, compare))
  if (!compare.otherMajor) return { failures: differences, notCompared }
  return {
    failures: [],
    notCompared: [...notCompared, ...(differences.length === 0 ? [] : ['definitions, which another major writes otherwise'])],
  }
}

const isVersion = (failure: string): boolean => /^extension .*: version /.test(failure)

/** In what the copy differs from what the manifest says of the source, and from what the dump defines; empty when it is equal. */
export const compareRestored = async (compare: CompareRestored): Promise<CopyComparison> => {
  const { manifest, otherMajor } = compare
  const copied = new Set(
    manifest.relations.filter(({ by }) => by === 'copied').map(({ schema, name }) => `${quoted(schema)}.${quoted(name)}`),
  )
  const source = { contents: manifest, schema: '', copied, schemaOnly: false }
  const failures = await contentsFaults({ ...compare, source })
  const schema = await schemaFaults(compare)
  const [told, counted] = [failures.filter((one) => otherMajor && isVersion(one)), failures.filter((one) => !otherMajor || !isVersion(one))]
  return { failures: [...counted, ...schema.failures], notCompared: [...told, ...schema.notCompared] }
}
