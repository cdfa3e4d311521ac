import { markText, type RestoreMark } from '../../domain/restore/mark.ts'
import type { PostgresSession } from '../connect/session.ts'
import { type CopySource, literal, localeOf } from '../scratch/load.ts'

/** What a copy is made like; undefined: as the server makes databases. */
export type CopyLike = Pick<CopySource, 'encoding' | 'collate' | 'ctype' | 'provider' | 'locale'> & { readonly tablespace: string }

/** Makes the empty copy, which nobody but the loader and the reader may enter. */
export const createCopy = async (
  session: PostgresSession,
  { name, loader, reader, mark, like }: { name: string; loader: string; reader: string; mark: RestoreMark; like: CopyLike | undefined },
): Promise<void> => {
  const database = session.quoted(name)
  const kind =
    like === undefined
      ? "ENCODING 'UTF8'"
      : `ENCODING ${literal(like.encoding)} ${localeOf(like)} TABLESPACE ${session.quoted(like.tablespace)}`
  await session.query(`CREATE DATABASE ${database} OWNER ${session.quoted(loader)} TEMPLATE template0 ${kind}`)
  await session.query(
    [
      `COMMENT ON DATABASE ${database} IS ${literal(markText(mark))}`,
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
      `GRANT CONNECT ON DATABASE ${database} TO ${session.quoted(reader)}`,
    ].join(';\n'),
  )
}

/** From here on the copy is whole: it has the owner of what it is to replace, and the roles that made it have nothing in it. */
export const finishCopy = async (
  session: PostgresSession,
  { name, owner, reader, mark }: { name: string; owner: string; reader: string; mark: RestoreMark },
): Promise<void> => {
  const database = session.quoted(name)
  await session.query(
    [
      `ALTER DATABASE ${database} OWNER TO ${session.quoted(owner)}`,
      `REVOKE ALL ON DATABASE ${database} FROM ${session.quoted(reader)}`,
      `COMMENT ON DATABASE ${database} IS ${literal(markText(mark))}`,
    ].join(';\n'),
  )
}

const endSessionsSql =
  'SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE datname OPERATOR(pg_catalog.=) $1 AND pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()'

export const endSessionsOf = (session: PostgresSession, database: string) => session.ask(endSessionsSql, [database])

const markedSql = `SELECT datname::pg_catalog.text AS name, pg_catalog.shobj_description(oid, 'pg_database')::pg_catalog.text AS comment
  FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) $1`

/** Drops a database that a restore made, by its name and its mark; any other stays. */
export const dropMarked = async (session: PostgresSession, name: string, isOurs: (comment: string) => boolean): Promise<boolean> => {
  const [row] = await session.ask(markedSql, [name])
  const comment = row?.['comment']
  if (row === undefined || !isOurs(typeof comment === 'string' ? comment : '')) return false
  await session.query(`ALTER DATABASE ${session.quoted(name)} ALLOW_CONNECTIONS false`)
  await endSessionsOf(session, name)
  await session.query(`DROP DATABASE ${session.quoted(name)}`)
  return true
}
