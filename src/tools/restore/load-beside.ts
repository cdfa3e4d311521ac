import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Programs } from '../../contract/process.ts'
import { type DumpEntry, dumpEntries } from '../../domain/backup/load-list.ts'
import type { TocEntry } from '../../domain/restore/dump-toc.ts'
import { laterOwnerStatements, ownerStatements } from '../../domain/restore/owner-statements.ts'
import { listOfTurn, type RestoreTurn } from '../../domain/restore/turns.ts'
import type { PostgresSession } from '../connect/session.ts'
import type { ClientAccess, PostgresClient } from '../postgres-programs/client.ts'
import { pipelineWords } from '../postgres-programs/ending-words.ts'
import { makeExtensions, restoreWords } from '../scratch/load.ts'
import { asAdministrator } from './administrator.ts'
import { lendTo } from './lend.ts'
import type { RestoreLogins } from './roles.ts'

export type LoadBeside = {
  /** Our role, a superuser, in the copy. */
  readonly administrator: PostgresTarget
  readonly application: string
  readonly logins: RestoreLogins
  readonly password: string
  readonly extensions: readonly { readonly name: string; readonly version: string; readonly schema: string }[]
  /** Of the dump, in plain. */
  readonly toc: readonly TocEntry[]
  readonly dump: string
  readonly client: PostgresClient
  readonly programs: Programs
  /** For lists, and for passwords of the programs. */
  readonly work: string
  readonly jobs: number
  readonly signal: AbortSignal
  /** Another major made the backup: its extensions may be there in other versions alone. */
  readonly otherMajor: boolean
}

/** `notFilled`: materialised views whose own code has something against being run now. */
export type LoadedBeside =
  | { readonly loaded: true; readonly notFilled: readonly string[] }
  | { readonly loaded: false; readonly cause: string }

const longestMs = 2 ** 31 - 1
const mostListed = 256 * 1_048_576
const statementsAtOnce = 200

type Turn = { readonly name: RestoreTurn; readonly entries: readonly DumpEntry[]; readonly flags?: readonly string[] }

const usual = ['--no-tablespaces', '--no-security-labels', '--no-password']

const runTurn = async (load: LoadBeside, access: ClientAccess, { name, entries, flags = [] }: Turn): Promise<string | undefined> => {
  const list = listOfTurn(entries, name)
  if (list === '') return undefined
  const { client, programs, signal, work, dump, administrator } = load
  const file = join(work, `list-${name}`)
  await writeFile(file, list, { mode: 0o600 })
  const args = [...usual, ...flags, '--dbname', administrator.database, '--use-list', client.path(file), client.path(dump)]
  const ending = await programs.pipe([access.stage('pg_restore', args)], { stdout: { keepBytes: 1_048_576 }, timeoutMs: longestMs, signal })
  return ending.ok ? undefined : restoreWords(ending.stages[0]?.stderr ?? '') || pipelineWords(ending)
}

const strict = ['--exit-on-error', '--no-owner']

const entriesOf = async ({ client, programs, dump, signal }: LoadBeside, access: ClientAccess): Promise<readonly DumpEntry[] | string> => {
  const stage = access.stage('pg_restore', ['--list', client.path(dump)])
  const ending = await programs.pipe([stage], { stdout: { keepBytes: mostListed }, timeoutMs: longestMs, signal })
  return ending.ok ? dumpEntries(new TextDecoder().decode(ending.bytes)) : `${basename(dump)}: ${pipelineWords(ending)}`
}

const administrating = <T>(
  { administrator, application, signal }: LoadBeside,
  work: (session: PostgresSession) => Promise<T>,
): Promise<T> => asAdministrator(administrator, { application, signal }, work)

const extensionsFor = async (session: PostgresSession, { extensions, otherMajor }: LoadBeside): Promise<string | undefined> => {
  if (!otherMajor) return (await makeExtensions(session, { extensions }))?.cause
  for (const { name, schema } of extensions) {
    const place = schema === 'pg_catalog' ? '' : ` SCHEMA ${session.quoted(schema)}`
    await session.query(`CREATE EXTENSION IF NOT EXISTS ${session.quoted(name)} WITH${place} CASCADE`)
  }
  return undefined
}

const prepare = (load: LoadBeside): Promise<string | undefined> =>
  administrating(load, async (session) => {
    const failure = await extensionsFor(session, load)
    if (failure === undefined) await lendTo(session, load.logins.loader, 'GRANT')
    return failure
  })

/** They come with their range, and no dump names their owner: it is that of the range. */
const multirangesSql = `SELECT n.nspname::pg_catalog.text AS schema, t.typname::pg_catalog.text AS name, pg_catalog.pg_get_userbyid(o.typowner)::pg_catalog.text AS owner
  FROM pg_catalog.pg_range AS r JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) r.rngmultitypid
    JOIN pg_catalog.pg_type AS o ON o.oid OPERATOR(pg_catalog.=) r.rngtypid JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
  WHERE pg_catalog.pg_get_userbyid(t.typowner) OPERATOR(pg_catalog.=) $1`

const giveMultiranges = async (session: PostgresSession, loader: string): Promise<void> => {
  const rows = await session.ask(multirangesSql, [loader])
  const statements = rows.map(
    (row) => `ALTER TYPE ${session.quoted(String(row['schema']), String(row['name']))} OWNER TO ${session.quoted(String(row['owner']))}`,
  )
  if (statements.length > 0) await session.query(statements.join(';\n'))
}

/** Everything that the loader made goes to whom it belongs; what it still has then was not in the dump. */
const giveAway = (load: LoadBeside): Promise<string | undefined> =>
  administrating(load, async (session) => {
    await lendTo(session, load.logins.loader, 'REVOKE')
    const statements = ownerStatements(load.toc)
    for (let from = 0; from < statements.length; from += statementsAtOnce)
      await session.query(statements.slice(from, from + statementsAtOnce).join(';\n'))
    await giveMultiranges(session, load.logins.loader)
    const left = await session.ask(leftSql, [load.logins.loader])
    return left.length === 0
      ? undefined
      : `objects that the dump does not name were made while it was loaded: ${left.map((row) => String(row['what'])).join(', ')}`
  })

/** The database itself is given away by the swap. */
const leftSql = `SELECT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS what
  FROM pg_catalog.pg_shdepend AS d JOIN pg_catalog.pg_roles AS r ON r.oid OPERATOR(pg_catalog.=) d.refobjid
  WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname OPERATOR(pg_catalog.=) $1 AND d.deptype OPERATOR(pg_catalog.=) 'o'
    AND d.dbid OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) LIMIT 5`

const emptyViewsSql = `SELECT pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS name
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE c.relkind OPERATOR(pg_catalog.=) 'm' AND NOT c.relispopulated ORDER BY 1`

const fillViews = async (load: LoadBeside, access: ClientAccess, entries: readonly DumpEntry[]): Promise<readonly string[]> => {
  const wanted = entries.some((one) => one.what.startsWith('MATERIALIZED VIEW DATA '))
  if (!wanted) return []
  await runTurn(load, access, { name: 'views', entries, flags: ['--no-owner'] })
  return administrating(load, async (session) => (await session.ask(emptyViewsSql, [])).map((row) => String(row['name'])))
}

/** Loads a dump into the database that was made for it. A role without any right runs all of its code; throws in words what the server does wrong. */
export const loadBeside = async (load: LoadBeside): Promise<LoadedBeside> => {
  const { client, administrator, application, logins, password, work, jobs } = load
  const loader = await client.access({ target: { ...administrator, user: logins.loader, password }, application }, join(work, 'loader'))
  const entries = await entriesOf(load, loader)
  if (typeof entries === 'string') return { loaded: false, cause: entries }
  const parallel = jobs > 1 ? ['--jobs', `${jobs}`] : []
  const failed =
    (await runTurn(load, loader, { name: 'schemas', entries, flags: strict })) ??
    (await prepare(load)) ??
    (await runTurn(load, loader, { name: 'objects', entries, flags: [...strict, ...parallel] }))
  if (failed !== undefined) return { loaded: false, cause: failed }
  const notFilled = await fillViews(load, loader, entries)
  const superuser = await client.access({ target: administrator, application }, join(work, 'superuser'))
  const cause = (await giveAway(load)) ?? (await runTurn(load, superuser, { name: 'grants', entries, flags: ['--exit-on-error'] }))
  return cause === undefined ? { loaded: true, notFilled } : { loaded: false, cause }
}

/** Publications, and at the very end event triggers: from then on nothing is defined there by a superuser of ours. */
export const loadLast = async (load: LoadBeside): Promise<string | undefined> => {
  const access = await load.client.access({ target: load.administrator, application: load.application }, join(load.work, 'last'))
  const entries = await entriesOf(load, access)
  if (typeof entries === 'string') return entries
  const made = await runTurn(load, access, { name: 'publications', entries, flags: strict })
  if (made !== undefined) return made
  const publications = load.toc.filter(({ type }) => type === 'PUBLICATION')
  const owned = laterOwnerStatements(publications)
  if (owned.length > 0) await administrating(load, (session) => session.query(owned.join(';\n')))
  return runTurn(load, access, { name: 'triggers', entries, flags: ['--exit-on-error'] })
}
