import { join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { compressionOf } from '../../domain/backup/client.ts'
import type { DatabaseContents } from '../../domain/backup/manifest.ts'
import type { SeenCluster } from '../../probes/backup/cluster.ts'
import { type SeenContents, seeBeforeDump, seeRows } from '../../probes/backup/contents.ts'
import { schemaText } from '../../probes/backup/copy.ts'
import { type HeldSnapshot, holdSnapshot } from '../../probes/backup/snapshot.ts'
import { seeOwnerCode } from '../../probes/postgres/owner-code.ts'
import { syncFile, writeSynced } from '../../tools/backup-folder.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import type { ClientAccess, PostgresClient } from '../../tools/postgres-programs/client.ts'
import { copyHashOf } from '../../tools/postgres-programs/copy-hash.ts'
import { pipelineWords } from '../../tools/postgres-programs/ending-words.ts'
import { followFile } from './follow-file.ts'
import type { UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'

/** The name of pg_dump's archive in the folder of a backup. */
export const dumpName = 'database.dump'

/** What a dump and its snapshot hold; all of it of one moment. */
export type TakenDatabase = {
  readonly snapshot: string
  readonly contents: DatabaseContents
  readonly schema: string
  /** Tables that were read by COPY, by their names as SQL writes them. */
  readonly copied: ReadonlySet<string>
  /** What could not be read, which is not saved either. */
  readonly failures: readonly string[]
  readonly schemaOnly: boolean
}

export type TakeDatabase = {
  readonly site: BackupSite
  readonly unfinished: UnfinishedBackup
  readonly target: PostgresTarget
  readonly client: PostgresClient
  readonly application: string
  readonly cluster: SeenCluster
  readonly expectedBytes: number
  /** Without rows: definitions alone. */
  readonly schemaOnly: boolean
}

/** Of definitions alone the text is kept, and the archive goes with the proof. */
export const dumpPath = ({ unfinished, schemaOnly }: Pick<TakeDatabase, 'unfinished' | 'schemaOnly'>): string =>
  join(schemaOnly ? unfinished.work : unfinished.folder, dumpName)

/** For how long pg_dump and we wait for a table that somebody holds. */
const lockMs = 30_000

const dumpArguments = ({ client, schemaOnly, unfinished }: TakeDatabase, snapshot: string): readonly string[] => [
  '--format=custom',
  `--compress=${compressionOf(client.major)}`,
  `--snapshot=${snapshot}`,
  `--lock-wait-timeout=${lockMs}`,
  '--no-password',
  '--encoding=UTF8',
  ...(schemaOnly ? ['--schema-only'] : []),
  `--file=${client.path(dumpPath({ unfinished, schemaOnly }))}`,
]

const dump = async (take: TakeDatabase, access: ClientAccess, snapshot: string, signal: AbortSignal): Promise<void> => {
  const { site, expectedBytes, schemaOnly } = take
  const path = dumpPath(take)
  const stage = access.stage('pg_dump', dumpArguments(take, snapshot))
  // Ours before pg_dump writes into it: by itself it would let others read it.
  await writeSynced(path, '')
  const limits = { stdout: { keepBytes: 65_536 }, timeoutMs: 2 ** 31 - 1, signal }
  const followed = { path, what: 'dump', expectedBytes: schemaOnly ? undefined : expectedBytes }
  const ending = await followFile(site.context.progress, followed, () => site.context.programs.pipe([stage], limits))
  if (!ending.ok) throw new Error(pipelineWords(ending))
  await syncFile(path)
}

/** Tables that our role must not plan, for code of their owners would run with more rights than theirs. */
const seeCopied = async (session: PostgresSession, { relations }: HeldSnapshot): Promise<ReadonlySet<string>> => {
  const tables = relations.filter(({ kind }) => kind === 'r')
  const found = await seeOwnerCode(
    (sql, values = []) => session.ask(sql, values),
    tables.map(({ oid }) => oid),
  )
  return new Set(tables.filter(({ oid }) => found.has(oid)).map(({ schema, name }) => session.quoted(schema, name)))
}

const noRows: Pick<SeenContents, 'relations' | 'largeObjects' | 'failures'> = {
  relations: [],
  largeObjects: { count: 0, pages: 0, hash: '0' },
  failures: [],
}

/** When one of them fails the others end at once. */
const together = async <T extends readonly unknown[]>(
  outer: AbortSignal,
  work: (signal: AbortSignal) => { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> => {
  const failing = new AbortController()
  const all = work(AbortSignal.any([outer, failing.signal]))
  try {
    return (await Promise.all(all)) as unknown as T
  } catch (error) {
    failing.abort()
    await Promise.allSettled(all)
    throw error
  }
}

const takeInSnapshot = async (session: PostgresSession, take: TakeDatabase, held: HeldSnapshot): Promise<TakenDatabase> => {
  const { site, client, target, application, unfinished, schemaOnly } = take
  const { programs } = site.context
  const { snapshot, relations } = held
  const access = await client.access({ target, application }, join(unfinished.work, 'source'))
  // Before the dump begins: a sequence is read by it later, and only grows.
  const before = await seeBeforeDump(session, relations)
  const copied = schemaOnly ? new Set<string>() : await seeCopied(session, held)
  const [, schema, rows] = await together<[void, string, typeof noRows]>(site.context.signal, (signal) => {
    const copyHash = copyHashOf({ access, programs, snapshot, signal })
    return [
      dump(take, access, snapshot, signal),
      schemaText(access, { programs, signal }, [`--snapshot=${snapshot}`, `--lock-wait-timeout=${lockMs}`]),
      schemaOnly ? Promise.resolve(noRows) : seeRows({ session, relations, copied, copyHash, signal }),
    ]
  })
  await session.query('COMMIT')
  const { failures, ...seen } = rows
  return { snapshot, schema, copied, failures, schemaOnly, contents: { ...before, ...seen } }
}

/** Locks, looks and dumps in one snapshot. Throws in words what pg_dump or the server says. */
export const takeDatabase = async (session: PostgresSession, take: TakeDatabase): Promise<TakenDatabase | Obstacle> => {
  const held = await holdSnapshot(session, lockMs)
  if ('snapshot' in held) return takeInSnapshot(session, take, held)
  return held.kind === 'locked'
    ? { cause: `a table is held by somebody: ${held.cause}`, advice: 'db-maintain with the task `sessions` tells who; then run it again' }
    : { cause: held.cause, advice: 'run it when no migration is under way' }
}
