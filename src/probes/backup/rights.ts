import type { PostgresSession } from '../../tools/connect/session.ts'
import { booleanCell, textsCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

const is = 'OPERATOR(pg_catalog.=)'

/** What our role may not read, by names as SQL writes them; a few of each. */
export type LackingRights = {
  readonly tables: readonly string[]
  /** With row-level security, which would hide rows from it. */
  readonly secured: readonly string[]
  readonly sequences: readonly string[]
  readonly largeObjects: boolean
}

const mostNamed = 5

const dumped = `SELECT c.oid, c.relkind, pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS name,
    n.oid AS schema, c.relowner, c.relrowsecurity, c.relforcerowsecurity
  FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid ${is} c.relnamespace
  WHERE c.relkind ${is} ANY (ARRAY['r', 'p', 'S']::pg_catalog."char"[]) AND c.relpersistence OPERATOR(pg_catalog.<>) 't'
    AND n.nspname OPERATOR(pg_catalog.<>) 'information_schema' AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid ${is} 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid ${is} c.oid AND d.deptype ${is} 'e')`

const named = (condition: string): string => `ARRAY(SELECT name FROM dumped WHERE ${condition} ORDER BY name LIMIT ${mostNamed})`
const isTable = `relkind OPERATOR(pg_catalog.<>) 'S'`
const readable = (right: string): string => `(${right} AND pg_catalog.has_schema_privilege(schema, 'USAGE'))`

const rightsSql = `WITH dumped AS MATERIALIZED (${dumped}), me AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname ${is} current_user)
  SELECT ${named(`${isTable} AND NOT ${readable("pg_catalog.has_table_privilege(oid, 'SELECT')")}`)} AS tables,
    ${named(`relrowsecurity AND NOT (SELECT rolsuper OR rolbypassrls FROM me)
      AND (relforcerowsecurity OR NOT pg_catalog.pg_has_role(relowner, 'USAGE'))`)} AS secured,
    ${named(`relkind ${is} 'S' AND NOT ${readable("pg_catalog.has_sequence_privilege(oid, 'SELECT')")}`)} AS sequences,
    EXISTS (SELECT FROM pg_catalog.pg_largeobject_metadata AS l WHERE NOT (SELECT rolsuper FROM me) AND (NOT pg_catalog.has_table_privilege('pg_catalog.pg_largeobject', 'SELECT')
      OR NOT (pg_catalog.pg_has_role(l.lomowner, 'USAGE') OR pg_catalog.current_setting('lo_compat_privileges') ${is} 'on'
        OR EXISTS (SELECT FROM pg_catalog.aclexplode(l.lomacl) AS a WHERE a.privilege_type ${is} 'SELECT'
          AND (a.grantee ${is} 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))))) AS objects`

/** What a dump by our role would leave out or fail at. */
export const seeLackingRights = async (session: PostgresSession): Promise<LackingRights> => {
  const [row = {}] = await readOnly(session, rightsSql)
  return {
    tables: textsCell(row['tables']),
    secured: textsCell(row['secured']),
    sequences: textsCell(row['sequences']),
    largeObjects: booleanCell(row['objects']),
  }
}
