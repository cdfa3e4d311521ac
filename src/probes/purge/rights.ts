import { grants } from '../../core/postgres/grants.ts'
import { sqlIdentifier } from '../../core/postgres/names.ts'
import type { PostgresSession, Row } from '../../tools/connect/session.ts'
import { inReadOnly } from '../postgres/read-only.ts'
import type { FoundTable } from './table.ts'

type Refused = { readonly table: Pick<FoundTable, 'oid' | 'schema' | 'name'>; readonly user: string }

const rightsSql = `SELECT pg_catalog.has_schema_privilege(relnamespace, 'USAGE') AS usage, pg_catalog.has_table_privilege(oid, 'SELECT') AS "select",
    pg_catalog.row_security_active(oid) AS hidden
  FROM pg_catalog.pg_class WHERE oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid`

/** The statements that give just what is missing; `undefined` when nothing is, or when a name needs thought. */
const missing = (rights: Row, { table, user }: Refused): string | undefined => {
  const [schema, name, role] = [sqlIdentifier(table.schema), sqlIdentifier(table.name), sqlIdentifier(user)]
  if (schema === undefined || name === undefined || role === undefined) return undefined
  const statements = [
    ...(rights['usage'] === true ? [] : [grants.usage(schema, role)]),
    ...(rights['select'] === true ? [] : [grants.select(`${schema}.${name}`, role)]),
    ...(rights['hidden'] === true ? [`ALTER ROLE ${role} BYPASSRLS;`] : []),
  ]
  return statements.length === 0 ? undefined : statements.join(' ')
}

/** A refusal that no missing right explains comes from code of the table's owner, such as a function in one of its indexes. */
const ofRights = async (session: PostgresSession, refused: Refused): Promise<string> => {
  const asked = await inReadOnly(session, [], (ask) => ask(rightsSql, [refused.table.oid]))
  const [rights = {}] = asked.ok ? asked.value : []
  const complete = rights['usage'] === true && rights['select'] === true && rights['hidden'] === false
  if (complete) return 'our role may read it: what refuses is a function that the table calls; look at the log of the server'
  const statements = missing(rights, refused)
  return `let the role read all rows of the table${statements === undefined ? '' : `: ${statements}`}`
}

/** What would let us look, by the server's error. Statements are offered only for names that need no thought. */
export const adviceFor = async (session: PostgresSession, code: string, refused: Refused): Promise<string> => {
  const known: Readonly<Record<string, string>> = {
    '55P03': 'another session holds the table: see purge.locks, then run this again',
    '57014': 'dead rows make it slow, or a part of it lies elsewhere: run VACUUM (ANALYZE) on the table, then run this again',
  }
  if (code === '42501') return ofRights(session, refused)
  return known[code] ?? 'look at the log of the server, then run this again'
}
