import { common, digest } from './schema/common.ts'
import { foreignThings, publications, statistics } from './schema/outside.ts'
import { functions, heldThings, languages, policies, triggers } from './schema/programs.ts'
import { columns, columnsTable, constraints, indexes, namespaces, sequences, tables, views } from './schema/relations.ts'
import { baseTypes, operators, texts, types } from './schema/types.ts'

/**
 * The schema as lines of text: what `pg_dump -s` writes, and no more. Names of other schemas than pg_catalog are always written with their schema, so
 * `search_path` must be just that. Left out on purpose: owners, grants, comments, security labels, OIDs, the order of columns, numbers of
 * sequences, secrets (options of user mappings, how a subscription logs in), what belongs to an extension, and what a partition has from its parent.
 */
const parts = (major: number): readonly string[] => [
  namespaces, tables, columns, constraints, indexes, triggers, policies, views, sequences, types, baseTypes, functions, languages, operators, texts,
  foreignThings, statistics, publications(major),
]

const longest = 2_000

/** One statement with the columns `line`, and whether it is one of what was `held`; a very long line is cut, and a digest stands for the rest. */
export const schemaSql = (major: number): string => `WITH ${common}${columnsTable}
  SELECT CASE WHEN pg_catalog.length(line) OPERATOR(pg_catalog.<=) ${longest} THEN line ELSE pg_catalog.left(line, ${longest}) OPERATOR(pg_catalog.||) ' and more, digest ' OPERATOR(pg_catalog.||) ${digest('line')} END AS line, false AS held
  FROM (${parts(major).join('\n  UNION ALL ')}) AS lines
  WHERE line IS NOT NULL
  UNION ALL SELECT things.*, true FROM (${heldThings}) AS things`
