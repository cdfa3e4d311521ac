import type { PostgresSession } from '../../tools/connect/session.ts'
import { booleanCell, numberCell, wholeCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

/** What is known of a server's globals before they are read. */
export type SeenGlobals = {
  /** The name of its first superuser. */
  readonly bootstrap: string
  readonly quotedBootstrap: string
  /** Our role may read the verifiers of passwords. */
  readonly readsPasswords: boolean
  /** Besides PostgreSQL's own two. */
  readonly tablespaces: number
}

/** Whatever it is called, the first superuser has this oid. */
const bootstrapOid = 10

const globalsSql = `SELECT r.rolname::pg_catalog.text AS name, pg_catalog.quote_ident(r.rolname) AS quoted,
    pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS passwords,
    (SELECT pg_catalog.count(*) FROM pg_catalog.pg_tablespace WHERE spcname OPERATOR(pg_catalog.!~) '^pg_') AS tablespaces
  FROM pg_catalog.pg_roles AS r WHERE r.oid OPERATOR(pg_catalog.=) ${bootstrapOid}::pg_catalog.oid`

export const seeGlobals = async (session: PostgresSession): Promise<SeenGlobals> => {
  const [row = {}] = await readOnly(session, globalsSql)
  return {
    bootstrap: wholeCell(row['name']),
    quotedBootstrap: wholeCell(row['quoted']),
    readsPasswords: booleanCell(row['passwords']),
    tablespaces: numberCell(row['tablespaces']),
  }
}
