import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'
import type { PipelineStage, Programs } from '../../contract/process.ts'
import { dumpEntries, type LoadTurn, listOf } from '../../domain/backup/load-list.ts'
import { type PostgresSession, withPostgresSession } from '../connect/session.ts'
import type { ClientAccess, PostgresClient } from '../postgres-programs/client.ts'
import { pipelineWords } from '../postgres-programs/ending-words.ts'

/** The database of a scratch server that becomes the copy, and who may do what in it. */
export type CopyTarget = {
  /** Makes roles, extensions and grants; runs nothing of the dump. */
  readonly superuser: PostgresTarget
  /** Owns what is loaded, and is no superuser. */
  readonly loader: PostgresTarget
  /** Reads everything, and may do nothing else. */
  readonly reader: PostgresTarget
  /** What is lent to every role while objects are loaded is lent to this one. */
  readonly lending: string
}

/** What of its cluster a copy of a database needs. */
export type CopySource = {
  readonly roles: readonly string[]
  /** Of the schema `public`; undefined where it was dropped. */
  readonly publicOwner: string | undefined
  readonly encoding: string
  readonly collate: string
  readonly ctype: string
  /** `c` the system's, `i` ICU, `b` PostgreSQL's own. */
  readonly provider: string
  /** Of ICU or PostgreSQL's own. */
  readonly locale: string | undefined
  readonly extensions: readonly { readonly name: string; readonly version: string; readonly schema: string }[]
}

export type LoadCopy = {
  readonly scratch: PostgresTarget
  readonly source: CopySource
  readonly client: PostgresClient
  readonly programs: Programs
  /** The dump's path, and where files of ours may stand. */
  readonly dump: string
  readonly folder: string
  readonly secrets: string
  readonly jobs: number
  readonly signal: AbortSignal
}

/** Why a dump did not load. `unproven`: what it needs is not there in a scratch server, which says nothing against the dump. */
export type LoadFailure = { readonly kind: 'broken' | 'unproven'; readonly cause: string }
export type LoadedCopy = { readonly loaded: true; readonly copy: CopyTarget } | ({ readonly loaded: false } & LoadFailure)

const dayMs = 2 ** 31 - 1
const copyName = 'ronde_copy'

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** As the scratch server's superuser, where nothing of the dump is run. */
const asSuperuser = async <T>(target: PostgresTarget, signal: AbortSignal, work: (session: PostgresSession) => Promise<T>): Promise<T> => {
  const serverTimeouts = { statement: 0, lock: 0, idleInTransaction: 0, clientCheck: 1_000 }
  const limits = { signal, connectTimeoutMs: 10_000, timeoutMs: dayMs, application: 'ronde', direct: true as const, serverTimeouts }
  const result = await withPostgresSession(target, limits, async (session) => {
    await session.query('SET default_transaction_read_only = off; SET standard_conforming_strings = on')
    return work(session)
  })
  if (!result.ok) throw new Error(`the scratch server: ${result.failure.detail}`)
  return result.value
}

type Names = { readonly loader: string; readonly reader: string; readonly lending: string }

const makeRoles = async (session: PostgresSession, { source, scratch }: LoadCopy, names: Names): Promise<void> => {
  const quoted = (name: string): string => session.quoted(name)
  const password = literal(scratch.password ?? '')
  const ours = [
    `CREATE ROLE ${quoted(names.lending)}`,
    `CREATE ROLE ${quoted(names.loader)} LOGIN PASSWORD ${password}`,
    `CREATE ROLE ${quoted(names.reader)} LOGIN BYPASSRLS PASSWORD ${password} IN ROLE pg_read_all_data`,
    `GRANT ${quoted(names.lending)} TO ${quoted(names.loader)}`,
  ]
  // No role of the source may do anything here but own what is its own.
  const theirs = source.roles.flatMap((role) => [
    `CREATE ROLE ${quoted(role)} ROLE ${quoted(names.loader)}`,
    `GRANT ${quoted(names.lending)} TO ${quoted(role)}`,
  ])
  await session.query([...ours, ...theirs].join(';\n'))
}

export const localeOf = ({ provider, locale, collate, ctype }: Pick<CopySource, 'provider' | 'locale' | 'collate' | 'ctype'>): string => {
  const system = `LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`
  if (provider === 'i' && locale !== undefined) return `${system} LOCALE_PROVIDER icu ICU_LOCALE ${literal(locale)}`
  if (provider === 'b' && locale !== undefined) return `${system} LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(locale)}`
  return system
}

/** Sorting is not compared, so that a locale which this host has not does not matter. */
const makeDatabase = async (session: PostgresSession, source: CopySource, loader: string): Promise<void> => {
  const head = `CREATE DATABASE ${copyName} OWNER ${session.quoted(loader)} TEMPLATE template0 ENCODING ${literal(source.encoding)}`
  try {
    await session.query(`${head} ${localeOf(source)}`)
  } catch {
    // Whatever it has against the locale, a mistake of the statement itself shows again.
    await session.query(`${head} LC_COLLATE 'C' LC_CTYPE 'C'`)
  }
}

const lendDatabase = async (session: PostgresSession, { source }: LoadCopy, { lending }: Names): Promise<void> => {
  const owner =
    source.publicOwner === undefined || source.publicOwner.startsWith('pg_')
      ? []
      : [`ALTER SCHEMA public OWNER TO ${session.quoted(source.publicOwner)}`]
  await session.query([`GRANT CREATE ON DATABASE ${copyName} TO ${session.quoted(lending)}`, ...owner].join(';\n'))
}

export const makeExtensions = async (
  session: PostgresSession,
  { extensions }: Pick<CopySource, 'extensions'>,
): Promise<LoadFailure | undefined> => {
  for (const { name, version, schema } of extensions) {
    const place = schema === 'pg_catalog' ? '' : ` SCHEMA ${session.quoted(schema)}`
    try {
      await session.query(`CREATE EXTENSION IF NOT EXISTS ${session.quoted(name)} WITH${place} VERSION ${literal(version)} CASCADE`)
    } catch (error) {
      const cause = Error.isError(error) ? error.message : String(error)
      return { kind: 'unproven', cause: `extension ${name} ${version}: ${cause}` }
    }
  }
  const kept = extensions.map(({ name }) => literal(name)).join(', ') || "''"
  const [dropped = []] = await session.query(`SELECT extname AS name FROM pg_catalog.pg_extension WHERE extname NOT IN (${kept})`)
  for (const { name } of dropped) await session.query(`DROP EXTENSION ${session.quoted(String(name))}`)
  return undefined
}

const lendable: readonly (readonly [string, string, string])[] = [
  ['USAGE', 'FOREIGN DATA WRAPPER', `SELECT pg_catalog.quote_ident(fdwname) AS name FROM pg_catalog.pg_foreign_data_wrapper`],
  [
    'CREATE, USAGE',
    'SCHEMA',
    `SELECT pg_catalog.quote_ident(nspname) AS name FROM pg_catalog.pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`,
  ],
  [
    'SELECT, INSERT, UPDATE',
    'TABLE',
    `SELECT relation::pg_catalog.regclass::pg_catalog.text AS name FROM pg_catalog.pg_extension CROSS JOIN LATERAL pg_catalog.unnest(extconfig) AS u(relation)`,
  ],
]

/** Rights that a superuser had by himself when he made what the dump holds; they are taken back before its own grants come. */
const lend = async (session: PostgresSession, lending: string, how: 'GRANT' | 'REVOKE'): Promise<void> => {
  for (const [rights, kind, sql] of lendable) {
    const [rows = []] = await session.query(sql)
    const statements = rows.map(
      ({ name }) => `${how} ${rights} ON ${kind} ${String(name)} ${how === 'GRANT' ? 'TO' : 'FROM'} ${session.quoted(lending)}`,
    )
    if (statements.length > 0) await session.query(statements.join(';\n'))
  }
}

/** What only a superuser may make, or what this server does not bring. */
const ofScratch = /permission denied|must be superuser|must be owner|could not (?:open|load|access)/

/** A name that was not found, of what this server may lack. */
const isLacking = (line: string): boolean => {
  const [what = '', ...rest] = line.split('does not exist')
  return rest.length > 0 && ['function ', 'operator ', 'collation '].some((kind) => what.includes(kind))
}

/** A function of the dump did not find something by a name without its schema. */
const isInsideFunction = (stderr: string): boolean => {
  const [, ...after] = stderr.split('does not exist')
  return after.some((text) => text.split('\n').some((line) => (line.split('CONTEXT: ')[1] ?? '').includes('function')))
}

/** What says nothing against a dump is `unproven`. */
const failureOf = (stderr: string, words: string): LoadFailure => ({
  kind: ofScratch.test(words) || words.split('\n').some(isLacking) || isInsideFunction(stderr) ? 'unproven' : 'broken',
  cause: words,
})

const restore = async (
  load: LoadCopy,
  access: ClientAccess,
  turn: { readonly name: LoadTurn; readonly list: string },
): Promise<LoadFailure | undefined> => {
  if (turn.list === '') return undefined
  const { client, programs, signal, folder, dump, jobs } = load
  const file = join(folder, `list-${turn.name}`)
  await writeFile(file, turn.list, { mode: 0o600 })
  const flags = ['--exit-on-error', '--no-tablespaces', '--no-security-labels', '--no-password', '--dbname', copyName]
  const parallel = turn.name === 'objects' && jobs > 1 ? ['--jobs', `${jobs}`] : []
  const stage = access.stage('pg_restore', [...flags, ...parallel, '--use-list', client.path(file), client.path(dump)])
  const ending = await programs.pipe([stage], { stdout: { keepBytes: 1_048_576 }, timeoutMs: dayMs, signal })
  const stderr = ending.stages[0]?.stderr ?? ''
  return ending.ok ? undefined : failureOf(stderr, restoreWords(stderr) || pipelineWords(ending))
}

/** What pg_restore says of the first entry that fails: its name, and the server's word. */
export const restoreWords = (stderr: string): string => {
  const from = /from TOC entry \d+; \d+ \d+ (.*)/.exec(stderr)?.[1]
  const word = /(?:error: |ERROR: +)(?!could not execute query: ERROR)(.*)/.exec(
    stderr.replace('could not execute query: ERROR:', 'ERROR:'),
  )?.[1]
  return [from, word].filter((one) => one !== undefined).join(': ')
}

/** Reads the table of contents of a dump; throws with pg_restore's word when it cannot. */
const listDump = async ({ programs, dump, signal }: LoadCopy, stage: PipelineStage): Promise<string | LoadFailure> => {
  const ending = await programs.pipe([stage], { stdout: { keepBytes: 256 * 1_048_576 }, timeoutMs: dayMs, signal })
  if (ending.ok) return new TextDecoder().decode(ending.bytes)
  return { kind: 'broken', cause: `${basename(dump)}: ${pipelineWords(ending)}` }
}

const loginsOf = ({ scratch }: LoadCopy, names: Names): CopyTarget => {
  const inCopy = { ...scratch, database: copyName }
  return {
    superuser: inCopy,
    loader: { ...inCopy, user: names.loader },
    reader: { ...inCopy, user: names.reader },
    lending: names.lending,
  }
}

const loadTurns = async (load: LoadCopy, copy: CopyTarget): Promise<LoadFailure | undefined> => {
  const { client, secrets, source, signal } = load
  const loader = await client.access({ target: copy.loader, application: 'ronde' }, `${secrets}-loader`)
  const superuser = await client.access({ target: copy.superuser, application: 'ronde' }, `${secrets}-superuser`)
  const list = await listDump(load, loader.stage('pg_restore', ['--list', client.path(load.dump)]))
  if (typeof list !== 'string') return list
  const entries = dumpEntries(list)
  const turn = (access: ClientAccess, name: LoadTurn) => restore(load, access, { name, list: listOf(entries, name) })
  const prepared =
    (await turn(loader, 'schemas')) ??
    (await asSuperuser(copy.superuser, signal, async (session) => {
      const failure = await makeExtensions(session, source)
      if (failure === undefined) await lend(session, copy.lending, 'GRANT')
      return failure
    }))
  const loaded = prepared ?? (await turn(loader, 'objects'))
  if (loaded !== undefined) return loaded
  await asSuperuser(copy.superuser, signal, (session) => lend(session, copy.lending, 'REVOKE'))
  return turn(superuser, 'grants')
}

/** Loads a dump into a scratch server of its own; throws only for what the scratch server itself does wrong. */
export const loadCopy = async (load: LoadCopy): Promise<LoadedCopy> => {
  const random = crypto.randomUUID().slice(0, 8)
  const names: Names = { loader: `ronde_loader_${random}`, reader: `ronde_reader_${random}`, lending: `ronde_lending_${random}` }
  const copy = loginsOf(load, names)
  await asSuperuser(load.scratch, load.signal, async (session) => {
    await makeRoles(session, load, names)
    await makeDatabase(session, load.source, names.loader)
  })
  await asSuperuser(copy.superuser, load.signal, (session) => lendDatabase(session, load, names))
  const failure = await loadTurns(load, copy)
  return failure === undefined ? { loaded: true, copy } : { loaded: false, ...failure }
}
