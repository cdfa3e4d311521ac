import type { PostgresSession } from '../connect/session.ts'

const is = 'OPERATOR(pg_catalog.=)'

/** Those alone that are not the loader's own: what is taken back from an owner is gone for good. */
const others = (owner: string): string => `NOT pg_catalog.pg_has_role($1, ${owner}, 'USAGE')`

const lendable: readonly (readonly [rights: string, kind: string, sql: string])[] = [
  [
    'USAGE',
    'FOREIGN DATA WRAPPER',
    `SELECT pg_catalog.quote_ident(fdwname) AS name FROM pg_catalog.pg_foreign_data_wrapper WHERE ${others('fdwowner')}`,
  ],
  [
    'CREATE, USAGE',
    'SCHEMA',
    `SELECT pg_catalog.quote_ident(nspname) AS name FROM pg_catalog.pg_namespace
      WHERE nspname OPERATOR(pg_catalog.!~) '^pg_' AND nspname OPERATOR(pg_catalog.<>) 'information_schema' AND ${others('nspowner')}`,
  ],
  [
    'SELECT, INSERT, UPDATE',
    'TABLE',
    `SELECT c.oid::pg_catalog.regclass::pg_catalog.text AS name FROM pg_catalog.pg_extension AS e CROSS JOIN LATERAL pg_catalog.unnest(e.extconfig) AS u(relation)
      JOIN pg_catalog.pg_class AS c ON c.oid ${is} u.relation WHERE ${others('c.relowner')}`,
  ],
]

/** Rights that a superuser had by himself when he made what the dump holds: lent to who loads it, and taken back before anything is given away. */
export const lendTo = async (session: PostgresSession, loader: string, how: 'GRANT' | 'REVOKE'): Promise<void> => {
  for (const [rights, kind, sql] of lendable) {
    const rows = await session.ask(sql, [loader])
    const statements = rows.map(
      ({ name }) => `${how} ${rights} ON ${kind} ${String(name)} ${how === 'GRANT' ? 'TO' : 'FROM'} ${session.quoted(loader)}`,
    )
    if (statements.length > 0) await session.query(statements.join(';\n'))
  }
}
