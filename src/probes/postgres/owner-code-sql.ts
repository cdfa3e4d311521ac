/**
 * Whose code would run if our role planned a table, asked of the catalog alone. Every name is written in full: a look at code of others must
 * not run it.
 */

const is = 'OPERATOR(pg_catalog.=)'
const isNot = 'OPERATOR(pg_catalog.<>)'
const regclass = (name: string): string => `'pg_catalog.${name}'::pg_catalog.regclass`
const among = (value: string, list: readonly string[]): string => `${value} ${is} ANY (ARRAY[${list.join(', ')}])`
const quoted = (names: readonly string[]): readonly string[] => names.map((name) => `'${name}'`)

/** Roles that read or write all data or the server's files, or run programs. */
const mighty = ['pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program']

/** Attributes of a role that the least one has not, and how they are told. */
const attributes: Readonly<Record<string, string>> = {
  rolsuper: 'is a superuser',
  rolcreaterole: 'may create roles',
  rolcreatedb: 'may create databases',
  rolreplication: 'may replicate',
  rolbypassrls: 'goes round row-level security',
}

const ofAttributes = Object.entries(attributes).map(
  ([column, what]) =>
    `SELECT oid AS role, ${column === 'rolsuper'} AS super, NULL::pg_catalog.oid AS relation, '${what}' AS what FROM ours WHERE ${column}`,
)

/** What is owned: databases, schemas and tables; of a superuser it need not be listed. */
const ofOwners = `SELECT oid, false, NULL::pg_catalog.oid, 'is a member of ' OPERATOR(pg_catalog.||) rolname::pg_catalog.text FROM ours
    WHERE NOT isme AND ${among('rolname::pg_catalog.text', quoted(mighty))}
  UNION ALL SELECT ours.oid, false, NULL::pg_catalog.oid, 'owns this database' FROM pg_catalog.pg_database JOIN ours ON ours.oid ${is} datdba
    WHERE datname ${is} pg_catalog.current_database()
  UNION ALL SELECT ours.oid, false, NULL::pg_catalog.oid, 'owns the schema ' OPERATOR(pg_catalog.||) nspname::pg_catalog.text
    FROM pg_catalog.pg_namespace JOIN ours ON ours.oid ${is} nspowner
  UNION ALL SELECT ours.oid, false, c.oid, 'owns the table ' OPERATOR(pg_catalog.||) relname::pg_catalog.text
    FROM pg_catalog.pg_class AS c JOIN ours ON ours.oid ${is} relowner WHERE ${among('relkind', ["'r'", "'p'", "'m'", "'f'"])}`

/**
 * `ours`: the roles whose rights our session can use. `powers`: what the least role has not, each with the role that has it: against somebody
 * who has that role himself it is no gain. `trusted`: whose code may run with our rights.
 */
export const powersCtes = `ours AS MATERIALIZED (
    SELECT oid, rolname, ${Object.keys(attributes).join(', ')}, rolname ${is} current_user OR rolname ${is} session_user AS isme FROM pg_catalog.pg_roles
    WHERE pg_catalog.pg_has_role(current_user, oid, 'MEMBER') OR pg_catalog.pg_has_role(session_user, oid, 'MEMBER')),
  powers AS MATERIALIZED (SELECT * FROM (${ofAttributes.join(' UNION ALL ')}) AS attribute
    UNION ALL SELECT * FROM (${ofOwners}) AS owned WHERE NOT EXISTS (SELECT FROM ours WHERE rolsuper)),
  trusted AS MATERIALIZED (SELECT oid FROM pg_catalog.pg_roles WHERE rolsuper OR rolname ${is} current_user OR rolname ${is} session_user)`

/** Whether code of this owner is of others. */
export const ofOthers = (owner: string): string => `NOT EXISTS (SELECT FROM trusted WHERE trusted.oid ${is} ${owner})`

/** Powers that the owner has not, as a condition on `powers`. */
export const gain = (owner: string): string => `(powers.super OR NOT pg_catalog.pg_has_role(${owner}, powers.role, 'USAGE'))`

/** The tables `$1` with all that planning one of them opens: its heirs and partitions, and its ancestors. */
const family = `below AS (SELECT root, root AS relation FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS root
    UNION SELECT root, inhrelid FROM below JOIN pg_catalog.pg_inherits ON inhparent ${is} relation),
  above AS (SELECT root, root AS relation FROM pg_catalog.unnest($1::pg_catalog.oid[]) AS root
    UNION SELECT root, inhparent FROM above JOIN pg_catalog.pg_inherits ON inhrelid ${is} relation),
  family AS MATERIALIZED (SELECT * FROM below UNION SELECT * FROM above)`

/** Objects that can stand between a table and a function. A view's rule, a policy and a trigger are none: no plan of ours has them. */
const between = [
  ['pg_proc', 'pg_operator', 'pg_type', 'pg_opclass', 'pg_opfamily', 'pg_constraint', 'pg_attrdef', 'pg_statistic_ext', 'pg_class'],
  ['pg_language', 'pg_am', 'pg_foreign_data_wrapper', 'pg_foreign_server', 'pg_ts_config', 'pg_ts_dict', 'pg_ts_template', 'pg_ts_parser'],
].flat()

/** From here on oids are of what was made after initdb; what came before belongs to the first superuser. */
const firstOfUsers = 16_384
const made = (oid: string): string => `${oid} OPERATOR(pg_catalog.>=) ${firstOfUsers}`

/** A cast from a type of the application to `date` says nothing about other dates. */
const castCounts = (own: string, other: string): string => `(${made(own)} OR NOT ${made(other)})`

/** From an object to who uses it. */
const edge = ([from, object]: readonly [string, string], [to, user]: readonly [string, string], where: string): string =>
  `SELECT ${regclass(from)}::pg_catalog.oid AS of_class, ${object}::pg_catalog.oid AS of_object, ${regclass(to)}::pg_catalog.oid AS class, ${user} AS object
    FROM pg_catalog.${where}`

/** What `pg_depend` leaves out, as far as somebody made it: few rows, so it is looked through once. */
const edges = [
  // NOT (a < b) is planned as a >= b, and a constant is brought to the right side.
  edge(['pg_operator', 'oprcom'], ['pg_operator', 'oid'], `pg_operator WHERE ${made('oprcom::pg_catalog.oid')}`),
  edge(['pg_operator', 'oprnegate'], ['pg_operator', 'oid'], `pg_operator WHERE ${made('oprnegate::pg_catalog.oid')}`),
  edge(['pg_operator', 'amopopr'], ['pg_opfamily', 'amopfamily'], `pg_amop WHERE ${made('amopopr')}`),
  edge(['pg_proc', 'amproc'], ['pg_opfamily', 'amprocfamily'], `pg_amproc WHERE ${made('amproc::pg_catalog.oid')}`),
  edge(['pg_opfamily', 'opcfamily'], ['pg_opclass', 'oid'], `pg_opclass WHERE ${made('oid')}`),
  // What sorts, groups and hashes values of a type.
  edge(['pg_opclass', 'oid'], ['pg_type', 'opcintype'], `pg_opclass WHERE opcdefault AND ${made('oid')}`),
  edge(
    ['pg_proc', 'castfunc'],
    ['pg_type', 'castsource'],
    `pg_cast WHERE ${made('castfunc')} AND ${castCounts('castsource', 'casttarget')}`,
  ),
  edge(
    ['pg_proc', 'castfunc'],
    ['pg_type', 'casttarget'],
    `pg_cast WHERE ${made('castfunc')} AND ${castCounts('casttarget', 'castsource')}`,
  ),
]

/** A domain's CHECK, and the type of a table's rows: found by their key. */
const ofKeys = [
  `SELECT ${regclass('pg_type')}::pg_catalog.oid, contypid FROM pg_catalog.pg_constraint
    WHERE at.class ${is} ${regclass('pg_constraint')} AND oid ${is} at.object AND contypid ${isNot} 0`,
  `SELECT ${regclass('pg_type')}::pg_catalog.oid, reltype FROM pg_catalog.pg_class
    WHERE at.class ${is} ${regclass('pg_class')} AND oid ${is} at.object AND reltype ${isNot} 0`,
]

/** Everything that reaches a function of others. The default of a domain is for INSERT, so its function does not count. */
const reached = `others AS MATERIALIZED (SELECT oid, proowner FROM pg_catalog.pg_proc WHERE EXISTS (SELECT FROM powers) AND ${ofOthers('proowner')}),
  edges AS MATERIALIZED (${edges.join('\n    UNION ALL ')}),
  reached(code, class, object) AS (
    SELECT oid, ${regclass('pg_proc')}::pg_catalog.oid, oid FROM others
    UNION SELECT at.code, next.class, next.object FROM reached AS at CROSS JOIN LATERAL (
      SELECT classid, objid FROM pg_catalog.pg_depend
        WHERE refclassid ${is} at.class AND refobjid ${is} at.object AND at.class ${isNot} ${regclass('pg_class')}
          AND ${among('classid', between.map(regclass))}
          AND NOT (classid ${is} ${regclass('pg_type')} AND at.class ${isNot} ${regclass('pg_type')}
            AND EXISTS (SELECT FROM pg_catalog.pg_type WHERE pg_type.oid ${is} objid AND typtype ${is} 'd'))
      UNION ALL SELECT edges.class, edges.object FROM edges WHERE of_class ${is} at.class AND of_object ${is} at.object
      UNION ALL ${ofKeys.join('\n      UNION ALL ')}) AS next(class, object))`

const hit = (from: string, select: string): string => `SELECT code, ${select} AND class ${is} ${regclass(from)}`

/** Where that is part of a table, and which part. */
const hits = `hits AS MATERIALIZED (${[
  hit('pg_class', `indrelid, class, object, 0 FROM reached JOIN pg_catalog.pg_index ON indexrelid ${is} object WHERE true`),
  hit(
    'pg_class',
    `oid, class, object, 0 FROM reached JOIN pg_catalog.pg_class ON oid ${is} object WHERE ${among('relkind', ["'r'", "'p'", "'m'", "'f'"])}`,
  ),
  hit(
    'pg_constraint',
    `conrelid, class, object, 0 FROM reached JOIN pg_catalog.pg_constraint ON oid ${is} object WHERE conrelid ${isNot} 0`,
  ),
  hit('pg_statistic_ext', `stxrelid, class, object, 0 FROM reached JOIN pg_catalog.pg_statistic_ext ON oid ${is} object WHERE true`),
  hit(
    'pg_attrdef',
    `adrelid, ${regclass('pg_class')}::pg_catalog.oid, adrelid, adnum::pg_catalog.int4 FROM reached JOIN pg_catalog.pg_attrdef AS def ON def.oid ${is} object
      JOIN pg_catalog.pg_attribute ON attrelid ${is} adrelid AND attnum ${is} adnum WHERE attgenerated ${isNot} ''`,
  ),
  hit(
    'pg_type',
    `attrelid, ${regclass('pg_class')}::pg_catalog.oid, attrelid, attnum::pg_catalog.int4 FROM reached
      JOIN pg_catalog.pg_attribute ON atttypid ${is} object WHERE attnum OPERATOR(pg_catalog.>) 0 AND NOT attisdropped`,
  ),
].join('\n    UNION ALL ')}),
  blamed AS MATERIALIZED (
    SELECT relation, class, object, part, (i).type OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) (i).identity AS code, proowner AS owner
    FROM hits AS hit(code, relation, class, object, part) JOIN others ON others.oid ${is} code
      CROSS JOIN LATERAL (SELECT pg_catalog.pg_identify_object(${regclass('pg_proc')}, code, 0) AS i) AS named
    UNION ALL SELECT c.oid, ${regclass('pg_class')}::pg_catalog.oid, c.oid, 0, '', CASE WHEN ${ofOthers('relowner')} THEN relowner ELSE srvowner END
    FROM pg_catalog.pg_foreign_table JOIN pg_catalog.pg_class AS c ON c.oid ${is} ftrelid JOIN pg_catalog.pg_foreign_server AS s ON s.oid ${is} ftserver
    WHERE EXISTS (SELECT FROM powers) AND (${ofOthers('relowner')} OR ${ofOthers('srvowner')}))`

/** `$1`: tables. One row for each that must not be planned by our role; none under the least one. */
export const ownerCodeSql = `WITH RECURSIVE ${powersCtes}, ${family}, ${reached}, ${hits}
  SELECT DISTINCT ON (root) root::pg_catalog.int8 AS root, (o).type OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) (o).identity AS object, code,
    pg_catalog.pg_get_userbyid(owner)::pg_catalog.text AS owner, what AS power,
    pg_catalog.quote_ident(nspname) AS schema, pg_catalog.quote_ident(relname) AS name, pg_catalog.quote_ident(pg_catalog.current_database()) AS database
  FROM family JOIN blamed ON blamed.relation ${is} family.relation
    JOIN LATERAL (SELECT what FROM powers WHERE ${gain('owner')} AND (powers.relation IS NULL
      OR NOT EXISTS (SELECT FROM family AS own WHERE own.root ${is} family.root AND own.relation ${is} powers.relation))
      ORDER BY super DESC LIMIT 1) AS power ON true
    CROSS JOIN LATERAL (SELECT pg_catalog.pg_identify_object(class, object, part) AS o) AS named
    JOIN pg_catalog.pg_class ON pg_class.oid ${is} root JOIN pg_catalog.pg_namespace ON pg_namespace.oid ${is} relnamespace
  ORDER BY root, class, object, part DESC`
