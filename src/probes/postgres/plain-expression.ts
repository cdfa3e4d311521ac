/**
 * A condition is what somebody else wrote and we would run, with our rights: `lo_export(…)` writes a file of the server, `query_to_xml('…')`
 * runs any statement, and pg_depend knows of neither, since both are PostgreSQL's own. So it is run only when it is made of plain parts.
 */

const is = 'OPERATOR(pg_catalog.=)'
const list = (names: readonly string[]): string => `ARRAY[${names.map((name) => `'${name}'`).join(', ')}]`

/** By the names of PostgreSQL 14 and 15, and of 16 and newer. */
const plainNodes = [
  ['CONST', 'VAR', 'RELABELTYPE', 'FUNCEXPR', 'OPEXPR', 'DISTINCTEXPR', 'NULLIFEXPR', 'SCALARARRAYOPEXPR', 'BOOLEXPR', 'NULLTEST'],
  ['BOOLEANTEST', 'CASE', 'CASEEXPR', 'WHEN', 'CASEWHEN', 'CASETESTEXPR', 'COALESCE', 'COALESCEEXPR', 'MINMAX', 'MINMAXEXPR'],
  [
    'ARRAY',
    'ARRAYEXPR',
    'COLLATE',
    'COLLATEEXPR',
    'COERCEVIAIO',
    'ARRAYCOERCEEXPR',
    'SQLVALUEFUNCTION',
    'ROW',
    'ROWEXPR',
    'ROWCOMPARE',
    'ROWCOMPAREEXPR',
  ],
  ['SUBSCRIPTINGREF', 'CONVERTROWTYPE'],
].flat()

/** What a function that depends on the moment, or on a setting, may take and give: values, and no name of a type, a table or a statement. */
const plainTypes = [
  ['bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'text', 'varchar', 'bpchar', 'date', 'time', 'timetz', 'timestamp'],
  ['timestamptz', 'interval'],
].flat()

/** They take any value, and only write it. */
const plainNames = ['concat', 'concat_ws', 'format', 'array_to_string', 'to_char', 'now']

const firstOfUsers = 16_384

const isPlain = `p.oid OPERATOR(pg_catalog.<) ${firstOfUsers} AND (p.provolatile ${is} 'i' AND p.proname OPERATOR(pg_catalog.<>) 'satisfies_hash_partition'
    OR p.provolatile ${is} 's' AND (p.proname::pg_catalog.text ${is} ANY (${list(plainNames)}) OR p.proname OPERATOR(pg_catalog.!~) '^pg_'
      AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[] OPERATOR(pg_catalog.||) p.prorettype) AS used JOIN pg_catalog.pg_type AS t ON t.oid ${is} used
        WHERE NOT (t.oid OPERATOR(pg_catalog.<) ${firstOfUsers} AND t.typname::pg_catalog.text ${is} ANY (${list(plainTypes)})))))`

const matches = (node: string, pattern: string, more = ''): string =>
  `SELECT FROM pg_catalog.regexp_matches(${node}::pg_catalog.text, '${pattern}', 'g') AS part(text)${more}`

/** Whether a stored expression (`pg_node_tree`) holds more than plain parts: functions, operators and types that somebody made, or effects. */
export const callsOwnCode = (node: string): string =>
  `coalesce(EXISTS (${matches(node, '[{]([A-Z]+)')} WHERE NOT part.text[1] ${is} ANY (${list(plainNodes)}))
    OR EXISTS (${matches(node, ':(?:funcid|opfuncid) ([1-9][0-9]*)', ` LEFT JOIN pg_catalog.pg_proc AS p ON p.oid ${is} part.text[1]::pg_catalog.oid AND ${isPlain}`)} WHERE p.oid IS NULL)
    OR EXISTS (${matches(node, ':opno ([1-9][0-9]*)')} WHERE part.text[1]::pg_catalog.oid OPERATOR(pg_catalog.>=) ${firstOfUsers})
    OR EXISTS (${matches(node, ':resulttype ([0-9]+)')} WHERE part.text[1]::pg_catalog.oid OPERATOR(pg_catalog.>=) ${firstOfUsers}), false)`
