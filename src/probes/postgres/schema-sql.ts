import { common, digest } from './schema/common.ts'
import { foreignThings, publications, statistics } from './schema/outside.ts'
import { eventTriggers, functions, heldThings, languages, policies, triggers } from './schema/programs.ts'
import { beside, columns, constraints, indexes, namespaces, sequences, tables, views } from './schema/relations.ts'
import { baseTypes, operators, texts, types } from './schema/types.ts'

/**
 * The schema as lines of text: what `pg_dump -s` writes, and no more. Names of other schemas than pg_catalog are always written with their schema, so
 * `search_path` must be just that. Left out on purpose: owners, grants, comments, security labels, OIDs, the order of columns, numbers of
 * sequences, secrets (options of user mappings, how a subscription logs in), what belongs to an extension, and what a partition has from its parent.
 */
const always = [namespaces, tables, columns, constraints, indexes, triggers, policies, views, sequences, types, functions]

/** What few databases have: it is planned only where its catalogues hold something that `initdb` did not make. */
const rare: readonly { readonly among: readonly string[]; readonly sql: (major: number) => string }[] = [
  {
    among: [
      "pg_type WHERE typinput OPERATOR(pg_catalog.<>) 'pg_catalog.array_in'::pg_catalog.regproc AND typtype OPERATOR(pg_catalog.=) ANY (ARRAY['b', 'p']::pg_catalog.\"char\"[]) AND",
    ],
    sql: () => baseTypes,
  },
  { among: ['pg_operator WHERE', 'pg_opfamily WHERE', 'pg_opclass WHERE', 'pg_cast WHERE'], sql: () => operators },
  {
    among: [
      'pg_collation WHERE',
      'pg_conversion WHERE',
      'pg_ts_config WHERE',
      'pg_ts_dict WHERE',
      'pg_ts_template WHERE',
      'pg_ts_parser WHERE',
    ],
    sql: () => texts,
  },
  { among: ['pg_language WHERE', 'pg_transform WHERE', 'pg_am WHERE'], sql: () => languages },
  { among: ['pg_event_trigger WHERE'], sql: () => eventTriggers },
  { among: ['pg_foreign_data_wrapper WHERE', 'pg_foreign_server WHERE'], sql: () => foreignThings },
  { among: ['pg_statistic_ext WHERE'], sql: () => statistics },
  { among: ['pg_publication WHERE', 'pg_subscription WHERE'], sql: publications },
]

const isThere = ({ among }: (typeof rare)[number]): string =>
  among.map((one) => `EXISTS (SELECT FROM pg_catalog.${one} oid OPERATOR(pg_catalog.>=) 16384)`).join(' OR ')

/** One row: which of the rare things may be there. */
export const rareSql = `SELECT ${rare.map((one, nth) => `${isThere(one)} AS rare_${nth}`).join(', ')}`

/** `has`: whether a column of that row is true. */
const parts = (major: number, has: (column: string) => boolean): readonly string[] => [
  ...always,
  ...rare.filter((_, nth) => has(`rare_${nth}`)).map(({ sql }) => sql(major)),
]

const longest = 2_000

/** One statement with the columns `line`, and whether it is one of what was `held`; a very long line is cut, and a digest stands for the rest. */
export const schemaSql = (major: number, has: (column: string) => boolean): string => `WITH ${common}${beside}
  SELECT CASE WHEN pg_catalog.length(line) OPERATOR(pg_catalog.<=) ${longest} THEN line ELSE pg_catalog.left(line, ${longest}) OPERATOR(pg_catalog.||) ' and more, digest ' OPERATOR(pg_catalog.||) ${digest('line')} END AS line, false AS held
  FROM (${parts(major, has).join('\n  UNION ALL ')}) AS lines
  WHERE line IS NOT NULL
  UNION ALL SELECT things.*, true FROM (${heldThings}) AS things`
