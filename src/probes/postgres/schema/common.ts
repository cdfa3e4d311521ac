import { heldTables } from '../held.ts'

/**
 * What every line is made from. A table that somebody holds, and a view or a rule that reads one, has no lines now: to ask for its definition
 * would wait for that somebody.
 */
export const common = `${heldTables},
  held_rules AS MATERIALIZED (
    SELECT DISTINCT ev_class AS oid FROM pg_catalog.pg_rewrite AS rule JOIN pg_catalog.pg_depend AS reads ON reads.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND reads.objid OPERATOR(pg_catalog.=) rule.oid
      AND reads.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass JOIN held_tables ON held_tables.oid OPERATOR(pg_catalog.=) reads.refobjid),
  held AS MATERIALIZED (SELECT oid FROM held_tables UNION SELECT oid FROM held_rules),
  schemas AS MATERIALIZED (
    SELECT oid, pg_catalog.quote_ident(nspname) AS name FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.!~) '^pg_' AND nspname OPERATOR(pg_catalog.<>) 'information_schema'),
  of_extensions AS MATERIALIZED (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype OPERATOR(pg_catalog.=) 'e'),
  relations AS MATERIALIZED (
    SELECT c.oid, c.relkind AS kind, c.relispartition AS partition, c.relpersistence AS persistence, c.reloptions AS options,
      c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relispopulated AS populated, c.relpartbound AS bound, c.relreplident AS identity, c.relam AS method, c.reltablespace AS tablespace,
      c.reltoastrelid AS toast, c.reloftype AS of_type,
      s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS name
    FROM pg_catalog.pg_class AS c JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'v', 'm', 'S']::pg_catalog."char"[]) AND (c.relkind OPERATOR(pg_catalog.=) 'S' OR NOT EXISTS (SELECT FROM held WHERE held.oid OPERATOR(pg_catalog.=) c.oid))
      AND NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) c.oid)),
  tables AS MATERIALIZED (SELECT * FROM relations WHERE kind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f']::pg_catalog."char"[])),
  types AS MATERIALIZED (
    SELECT t.oid, t.typtype AS kind, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault, t.typcollation, t.typrelid,
      s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(t.typname) AS name
    FROM pg_catalog.pg_type AS t JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) t.typnamespace
    WHERE (t.typtype OPERATOR(pg_catalog.=) ANY (ARRAY['e', 'd', 'r']::pg_catalog."char"[]) OR t.typtype OPERATOR(pg_catalog.=) 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind OPERATOR(pg_catalog.=) 'c'))
      AND NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) t.oid))`

/** The pattern as an escaped text, which reads alike whatever `standard_conforming_strings` says. */
export const oneLine = (definition: string): string =>
  `pg_catalog.rtrim(pg_catalog.ltrim(pg_catalog.regexp_replace(${definition}, E'\\\\s*\\\\n\\\\s*', ' ', 'g')), ';')`
export const collation = (own: string, usual: string): string =>
  `CASE WHEN ${own} OPERATOR(pg_catalog.<>) 0 AND ${own} OPERATOR(pg_catalog.<>) ${usual} THEN ' collate ' OPERATOR(pg_catalog.||) ${own}::pg_catalog.regcollation ELSE '' END`
export const options = `coalesce(' with (' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(options, ', ') OPERATOR(pg_catalog.||) ')', '')`

/** What is not of an extension. */
export const ownOf = (catalogue: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.${catalogue}'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) ${oid})`

/** The same, of what lies in no schema: below this number is what `initdb` made. */
export const madeLater = (catalogue: string, oid: string): string => `${oid} OPERATOR(pg_catalog.>=) 16384 AND ${ownOf(catalogue, oid)}`

/** Options of foreign things: a value whose name sounds like a secret is not told, nor that it changed. */
export const foreignOptions = (array: string): string =>
  `CASE WHEN ${array} IS NULL THEN '' ELSE coalesce(' options (' OPERATOR(pg_catalog.||) (SELECT pg_catalog.string_agg(option_name OPERATOR(pg_catalog.||) CASE WHEN option_name OPERATOR(pg_catalog.~*) '(pass|secret|token|key|credential)' THEN '' ELSE '=' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(option_value) END, ', ' ORDER BY option_name) FROM pg_catalog.pg_options_to_table(${array})) OPERATOR(pg_catalog.||) ')', '') END`

export const digest = (text: string): string =>
  `pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(${text}, pg_catalog.getdatabaseencoding())), 'hex'), 12)`
