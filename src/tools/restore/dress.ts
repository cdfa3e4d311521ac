import type { PostgresSession, SqlRow } from '../connect/session.ts'
import { literal } from '../scratch/load.ts'

const is = 'OPERATOR(pg_catalog.=)'

const grantsSql = `SELECT a.privilege_type AS privilege, a.is_grantable AS grantable,
    CASE WHEN a.grantee ${is} 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(a.grantee)::pg_catalog.text END AS grantee
  FROM pg_catalog.pg_database AS d CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) AS a WHERE d.datname ${is} $1`

const limitsSql = `SELECT datconnlimit::pg_catalog.text AS most FROM pg_catalog.pg_database WHERE datname ${is} $1`

const settingsSql = `SELECT CASE WHEN s.setrole ${is} 0 THEN NULL ELSE pg_catalog.pg_get_userbyid(s.setrole)::pg_catalog.text END AS role, c.setting
  FROM pg_catalog.pg_db_role_setting AS s JOIN pg_catalog.pg_database AS d ON d.oid ${is} s.setdatabase CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c(setting)
  WHERE d.datname ${is} $1`

/** Settings that are lists of names: what is kept of them is quoted already, name by name. */
const lists: ReadonlySet<string> = new Set(['local_preload_libraries', 'search_path', 'session_preload_libraries', 'temp_tablespaces'])

const name = /^[A-Za-z_][A-Za-z0-9_$]*(?:\.[A-Za-z_][A-Za-z0-9_$]*)?$/

/** The names of a list, cut at commas that stand in no quotes. */
const listed = (text: string): readonly string[] => {
  const found: string[] = []
  let [one, quoted] = ['', false]
  for (const character of text) {
    if (character === '"') quoted = !quoted
    if (character === ',' && !quoted) {
      found.push(one)
      one = ''
    } else one += character
  }
  return [...found, one].map((each) =>
    each
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"'),
  )
}

const valueOf = (setting: string, value: string): string =>
  lists.has(setting.toLowerCase()) ? listed(value).map(literal).join(', ') : literal(value)

const settingStatement = (session: PostgresSession, copy: string, row: SqlRow): readonly string[] => {
  const text = String(row['setting'])
  const at = text.indexOf('=')
  const setting = text.slice(0, at)
  if (!name.test(setting)) return []
  const role = row['role']
  const whose = typeof role === 'string' ? `ROLE ${session.quoted(role)} IN DATABASE ${copy}` : `DATABASE ${copy}`
  return [`ALTER ${whose} SET ${setting} TO ${valueOf(setting, text.slice(at + 1))}`]
}

const grantStatement = (session: PostgresSession, copy: string, row: SqlRow): string => {
  const grantee = row['grantee']
  const whom = typeof grantee === 'string' ? session.quoted(grantee) : 'PUBLIC'
  return `GRANT ${String(row['privilege'])} ON DATABASE ${copy} TO ${whom}${row['grantable'] === 't' ? ' WITH GRANT OPTION' : ''}`
}

/** Gives the copy what the database that it replaces has besides its contents: rights, limits, settings. Both belong to the same role by now. */
export const dressCopy = async (session: PostgresSession, live: string, copy: string): Promise<void> => {
  const database = session.quoted(copy)
  const [limit] = await session.ask(limitsSql, [live])
  const grants = await session.ask(grantsSql, [live])
  const settings = await session.ask(settingsSql, [live])
  await session.query(
    [
      `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
      ...grants.map((row) => grantStatement(session, database, row)),
      `ALTER DATABASE ${database} CONNECTION LIMIT ${Number(limit?.['most'] ?? -1)}`,
      ...settings.flatMap((row) => settingStatement(session, database, row)),
    ].join(';\n'),
  )
}

/** A copy that replaces nothing: as the server makes databases, open to those who may log in. */
export const openCopy = (session: PostgresSession, copy: string): Promise<unknown> =>
  session.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${session.quoted(copy)} TO PUBLIC`)
