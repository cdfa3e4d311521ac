/**
 * The schema as lines of text. Names of other schemas than pg_catalog are always written with their schema, so `search_path` must be just
 * that. Left out: owners, grants, comments, OIDs, statistics, the order of columns, what belongs to an extension, and what a partition
 * has from its parent.
 */
const common = `
  schemas AS MATERIALIZED (
    SELECT oid, pg_catalog.quote_ident(nspname) AS name FROM pg_catalog.pg_namespace WHERE nspname OPERATOR(pg_catalog.!~) '^pg_' AND nspname OPERATOR(pg_catalog.<>) 'information_schema'),
  of_extensions AS MATERIALIZED (SELECT classid, objid FROM pg_catalog.pg_depend WHERE deptype OPERATOR(pg_catalog.=) 'e'),
  relations AS MATERIALIZED (
    SELECT c.oid, c.relkind AS kind, c.relispartition AS partition, c.relpersistence AS persistence, c.reloptions AS options,
      c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, c.relispopulated AS populated, c.relpartbound AS bound,
      s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS name
    FROM pg_catalog.pg_class AS c JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'v', 'm', 'S']::pg_catalog."char"[])
      AND NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) c.oid)),
  tables AS MATERIALIZED (SELECT * FROM relations WHERE kind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f']::pg_catalog."char"[])),
  types AS MATERIALIZED (
    SELECT t.oid, t.typtype AS kind, t.typbasetype, t.typtypmod, t.typnotnull, t.typdefault, t.typcollation, t.typrelid,
      s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(t.typname) AS name
    FROM pg_catalog.pg_type AS t JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) t.typnamespace
    WHERE (t.typtype OPERATOR(pg_catalog.=) ANY (ARRAY['e', 'd', 'r']::pg_catalog."char"[]) OR t.typtype OPERATOR(pg_catalog.=) 'c' AND EXISTS (SELECT FROM pg_catalog.pg_class AS c WHERE c.oid OPERATOR(pg_catalog.=) t.typrelid AND c.relkind OPERATOR(pg_catalog.=) 'c'))
      AND NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) t.oid))`

/** The pattern as an escaped text, which reads alike whatever `standard_conforming_strings` says. */
const oneLine = (definition: string): string =>
  `pg_catalog.rtrim(pg_catalog.ltrim(pg_catalog.regexp_replace(${definition}, E'\\\\s*\\\\n\\\\s*', ' ', 'g')), ';')`
const collation = (own: string, usual: string): string =>
  `CASE WHEN ${own} OPERATOR(pg_catalog.<>) 0 AND ${own} OPERATOR(pg_catalog.<>) ${usual} THEN ' collate ' OPERATOR(pg_catalog.||) ${own}::pg_catalog.regcollation ELSE '' END`
const options = `coalesce(' with (' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(options, ', ') OPERATOR(pg_catalog.||) ')', '')`

const namespaces = `
  SELECT 'schema ' OPERATOR(pg_catalog.||) name AS line FROM schemas
    WHERE NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) schemas.oid)
  UNION ALL SELECT 'extension ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(extname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) extversion OPERATOR(pg_catalog.||) ' in ' OPERATOR(pg_catalog.||) extnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_extension`

const tables = `
  SELECT CASE WHEN kind OPERATOR(pg_catalog.=) 'f' THEN 'foreign table ' ELSE 'table ' END OPERATOR(pg_catalog.||) name
    OPERATOR(pg_catalog.||) CASE WHEN partition THEN coalesce(' partition of ' OPERATOR(pg_catalog.||) (SELECT pg_catalog.min(inhparent::pg_catalog.regclass::pg_catalog.text) FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) oid), '')
         OPERATOR(pg_catalog.||) coalesce(' ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(bound, oid), '')
       ELSE coalesce(' inherits ' OPERATOR(pg_catalog.||) (SELECT pg_catalog.string_agg(inhparent::pg_catalog.regclass::pg_catalog.text, ', ' ORDER BY inhseqno)
         FROM pg_catalog.pg_inherits WHERE inhrelid OPERATOR(pg_catalog.=) oid), '') END
    OPERATOR(pg_catalog.||) CASE WHEN kind OPERATOR(pg_catalog.=) 'p' THEN ' partition by ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_partkeydef(oid) ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN persistence OPERATOR(pg_catalog.=) 'u' THEN ' unlogged' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN secured THEN ' row security' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN forced THEN ' forced' ELSE '' END OPERATOR(pg_catalog.||) ${options}
  FROM tables
  UNION ALL SELECT 'table ' OPERATOR(pg_catalog.||) tables.name OPERATOR(pg_catalog.||) ' column ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(attname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.format_type(atttypid, atttypmod)
    OPERATOR(pg_catalog.||) ${collation('attcollation', 'typcollation')} OPERATOR(pg_catalog.||) CASE WHEN attnotnull THEN ' not null' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN attidentity OPERATOR(pg_catalog.=) 'a' THEN ' generated always as identity' WHEN attidentity OPERATOR(pg_catalog.=) 'd' THEN ' generated by default as identity' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN adbin IS NULL THEN ''
       WHEN attgenerated OPERATOR(pg_catalog.=) '' THEN ' default ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(adbin, adrelid)
       ELSE ' generated always as (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(adbin, adrelid) OPERATOR(pg_catalog.||) ')' OPERATOR(pg_catalog.||) CASE WHEN attgenerated OPERATOR(pg_catalog.=) 's' THEN ' stored' ELSE ' virtual' END END
  FROM tables JOIN pg_catalog.pg_attribute ON attrelid OPERATOR(pg_catalog.=) tables.oid JOIN pg_catalog.pg_type ON pg_type.oid OPERATOR(pg_catalog.=) atttypid
    LEFT JOIN pg_catalog.pg_attrdef ON adrelid OPERATOR(pg_catalog.=) attrelid AND adnum OPERATOR(pg_catalog.=) attnum
  WHERE attnum OPERATOR(pg_catalog.>) 0 AND NOT attisdropped AND NOT tables.partition`

/** Since PostgreSQL 18 NOT NULL is a constraint as well: it is told at its column, unless it was never validated. */
const constraints = `
  SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' constraint ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(conname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_constraintdef(con.oid)
  FROM pg_catalog.pg_constraint AS con JOIN tables ON tables.oid OPERATOR(pg_catalog.=) conrelid
  WHERE (contype OPERATOR(pg_catalog.=) ANY (ARRAY['c', 'f', 'p', 'u', 'x']::pg_catalog."char"[]) OR (contype OPERATOR(pg_catalog.=) 'n' AND NOT convalidated))
    AND NOT (tables.partition AND convalidated AND (conparentid OPERATOR(pg_catalog.<>) 0 OR coninhcount OPERATOR(pg_catalog.>) 0))`

/** The index of a constraint is told by the constraint, unless it cannot be used; one that is just being built is no news. */
const indexes = `
  SELECT CASE WHEN kind OPERATOR(pg_catalog.=) 'm' THEN 'materialized view ' ELSE 'table ' END OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' index ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_indexdef(indexrelid)
    OPERATOR(pg_catalog.||) CASE WHEN indisvalid THEN '' ELSE ' (not valid)' END OPERATOR(pg_catalog.||) CASE WHEN indisready THEN '' ELSE ' (not ready)' END
  FROM pg_catalog.pg_index JOIN relations ON relations.oid OPERATOR(pg_catalog.=) indrelid JOIN pg_catalog.pg_class AS own ON own.oid OPERATOR(pg_catalog.=) indexrelid
  WHERE (NOT (indisvalid AND indisready) OR NOT own.relispartition
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE conindid OPERATOR(pg_catalog.=) indexrelid AND conrelid OPERATOR(pg_catalog.=) indrelid AND contype OPERATOR(pg_catalog.=) ANY (ARRAY['p', 'u', 'x']::pg_catalog."char"[])))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS progress
      WHERE progress.index_relid OPERATOR(pg_catalog.=) indexrelid AND progress.datid OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))`

const triggers = `
  SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' trigger ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_triggerdef(trigger.oid)
    OPERATOR(pg_catalog.||) CASE WHEN tgenabled OPERATOR(pg_catalog.=) 'O' THEN '' WHEN tgenabled OPERATOR(pg_catalog.=) 'D' THEN ' (disabled)' WHEN tgenabled OPERATOR(pg_catalog.=) 'R' THEN ' (replica)' ELSE ' (always)' END
  FROM pg_catalog.pg_trigger AS trigger JOIN relations ON relations.oid OPERATOR(pg_catalog.=) tgrelid WHERE NOT tgisinternal AND tgparentid OPERATOR(pg_catalog.=) 0
  UNION ALL SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' rule ' OPERATOR(pg_catalog.||) ${oneLine('pg_catalog.pg_get_ruledef(rule.oid)')}
  FROM pg_catalog.pg_rewrite AS rule JOIN relations ON relations.oid OPERATOR(pg_catalog.=) ev_class WHERE rulename OPERATOR(pg_catalog.<>) '_RETURN'
  UNION ALL SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' policy ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(polname)
    OPERATOR(pg_catalog.||) CASE WHEN polpermissive THEN '' ELSE ' restrictive' END OPERATOR(pg_catalog.||) ' for ' OPERATOR(pg_catalog.||) CASE WHEN polcmd OPERATOR(pg_catalog.=) '*' THEN 'all' WHEN polcmd OPERATOR(pg_catalog.=) 'r' THEN 'select'
         WHEN polcmd OPERATOR(pg_catalog.=) 'a' THEN 'insert' WHEN polcmd OPERATOR(pg_catalog.=) 'w' THEN 'update' ELSE 'delete' END
    OPERATOR(pg_catalog.||) coalesce(' using (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(polqual, polrelid) OPERATOR(pg_catalog.||) ')', '') OPERATOR(pg_catalog.||) coalesce(' check (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(polwithcheck, polrelid) OPERATOR(pg_catalog.||) ')', '')
  FROM pg_catalog.pg_policy JOIN relations ON relations.oid OPERATOR(pg_catalog.=) polrelid`

const views = `
  SELECT CASE WHEN kind OPERATOR(pg_catalog.=) 'v' THEN 'view ' ELSE 'materialized view ' END OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ${options}
    OPERATOR(pg_catalog.||) CASE WHEN populated THEN '' ELSE ' (not populated)' END OPERATOR(pg_catalog.||) ' as ' OPERATOR(pg_catalog.||) ${oneLine('pg_catalog.pg_get_viewdef(oid)')}
  FROM relations WHERE kind OPERATOR(pg_catalog.=) ANY (ARRAY['v', 'm']::pg_catalog."char"[])`

/** One that belongs to an identity column is told by it. */
const sequences = `
  SELECT 'sequence ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.format_type(seqtypid, NULL) OPERATOR(pg_catalog.||) ' start ' OPERATOR(pg_catalog.||) seqstart OPERATOR(pg_catalog.||) ' increment ' OPERATOR(pg_catalog.||) seqincrement
    OPERATOR(pg_catalog.||) ' from ' OPERATOR(pg_catalog.||) seqmin OPERATOR(pg_catalog.||) ' to ' OPERATOR(pg_catalog.||) seqmax OPERATOR(pg_catalog.||) ' cache ' OPERATOR(pg_catalog.||) seqcache OPERATOR(pg_catalog.||) CASE WHEN seqcycle THEN ' cycle' ELSE '' END
    OPERATOR(pg_catalog.||) coalesce(' owned by ' OPERATOR(pg_catalog.||) (SELECT refobjid::pg_catalog.regclass OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(attname) FROM pg_catalog.pg_depend AS owner
         JOIN pg_catalog.pg_attribute ON attrelid OPERATOR(pg_catalog.=) refobjid AND attnum OPERATOR(pg_catalog.=) refobjsubid WHERE owner.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
         AND owner.objid OPERATOR(pg_catalog.=) seqrelid AND owner.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND owner.deptype OPERATOR(pg_catalog.=) 'a' LIMIT 1), '')
  FROM relations JOIN pg_catalog.pg_sequence ON seqrelid OPERATOR(pg_catalog.=) oid
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS owner WHERE owner.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass AND owner.objid OPERATOR(pg_catalog.=) seqrelid AND owner.deptype OPERATOR(pg_catalog.=) 'i')`

/** The labels of an enum in their order, for that is what it compares by. */
const types = `
  SELECT 'enum ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' ('
    OPERATOR(pg_catalog.||) coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_catalog.pg_enum WHERE enumtypid OPERATOR(pg_catalog.=) types.oid), '') OPERATOR(pg_catalog.||) ')'
  FROM types WHERE kind OPERATOR(pg_catalog.=) 'e'
  UNION ALL SELECT 'domain ' OPERATOR(pg_catalog.||) types.name OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.format_type(types.typbasetype, types.typtypmod)
    OPERATOR(pg_catalog.||) ${collation('types.typcollation', 'base.typcollation')} OPERATOR(pg_catalog.||) CASE WHEN types.typnotnull THEN ' not null' ELSE '' END
    OPERATOR(pg_catalog.||) coalesce(' default ' OPERATOR(pg_catalog.||) types.typdefault, '')
  FROM types JOIN pg_catalog.pg_type AS base ON base.oid OPERATOR(pg_catalog.=) types.typbasetype WHERE kind OPERATOR(pg_catalog.=) 'd'
  UNION ALL SELECT 'domain ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' constraint ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(conname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_constraintdef(con.oid)
  FROM pg_catalog.pg_constraint AS con JOIN types ON types.oid OPERATOR(pg_catalog.=) contypid WHERE contype OPERATOR(pg_catalog.=) 'c'
  UNION ALL SELECT 'range ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' of ' OPERATOR(pg_catalog.||) pg_catalog.format_type(rngsubtype, NULL) FROM types JOIN pg_catalog.pg_range ON rngtypid OPERATOR(pg_catalog.=) types.oid WHERE kind OPERATOR(pg_catalog.=) 'r'
  UNION ALL SELECT 'type ' OPERATOR(pg_catalog.||) types.name OPERATOR(pg_catalog.||) ' (' OPERATOR(pg_catalog.||) coalesce((SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) pg_catalog.format_type(atttypid, atttypmod), ', '
    ORDER BY attnum) FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) typrelid AND attnum OPERATOR(pg_catalog.>) 0 AND NOT attisdropped), '') OPERATOR(pg_catalog.||) ')'
  FROM types WHERE kind OPERATOR(pg_catalog.=) 'c'`

const digest = (text: string): string =>
  `pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(${text}, pg_catalog.getdatabaseencoding())), 'hex'), 12)`

/** The signature of a function, and a digest of its body: that it changed is told, and nothing of its text. */
const functions = `
  SELECT CASE WHEN prokind OPERATOR(pg_catalog.=) 'a' THEN 'aggregate ' WHEN prokind OPERATOR(pg_catalog.=) 'p' THEN 'procedure ' WHEN prokind OPERATOR(pg_catalog.=) 'w' THEN 'window function ' ELSE 'function ' END
    OPERATOR(pg_catalog.||) s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(proname) OPERATOR(pg_catalog.||) '(' OPERATOR(pg_catalog.||) pg_catalog.pg_get_function_arguments(p.oid) OPERATOR(pg_catalog.||) ')'
    OPERATOR(pg_catalog.||) coalesce(' returns ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_function_result(p.oid), '') OPERATOR(pg_catalog.||) ' language ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(lanname)
    OPERATOR(pg_catalog.||) CASE WHEN provolatile OPERATOR(pg_catalog.=) 'i' THEN ' immutable' WHEN provolatile OPERATOR(pg_catalog.=) 's' THEN ' stable' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN proisstrict THEN ' strict' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN prosecdef THEN ' security definer' ELSE '' END OPERATOR(pg_catalog.||) coalesce(' set ' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(proconfig, ', '), '')
    OPERATOR(pg_catalog.||) CASE WHEN prokind OPERATOR(pg_catalog.=) 'a' THEN '' ELSE ' body ' OPERATOR(pg_catalog.||) ${digest('coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), prosrc)')} END
  FROM pg_catalog.pg_proc AS p JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) pronamespace JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) prolang
  WHERE NOT EXISTS (SELECT FROM of_extensions WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) p.oid)
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) p.oid AND deptype OPERATOR(pg_catalog.=) 'i')`

const longest = 2_000

/** One statement with the one column `line`; a very long line is cut, and a digest stands for the rest. */
export const schemaSql = `WITH ${common}
  SELECT CASE WHEN pg_catalog.length(line) OPERATOR(pg_catalog.<=) ${longest} THEN line ELSE pg_catalog.left(line, ${longest}) OPERATOR(pg_catalog.||) ' and more, digest ' OPERATOR(pg_catalog.||) ${digest('line')} END AS line
  FROM (${[namespaces, tables, constraints, indexes, triggers, views, sequences, types, functions].join('\n  UNION ALL ')}) AS lines
  WHERE line IS NOT NULL`
