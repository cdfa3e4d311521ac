/**
 * What follows FROM to ask for the functions `p`, in schemas `n`, that belong to an extension: not those that somebody put beside them under the
 * same name, and not those that were given to somebody who is no superuser (`REASSIGN OWNED`), for their owner can write them anew.
 */
export const functionsOf = (extension: 'pgstattuple' | 'pg_stat_statements'): string =>
  `pg_catalog.pg_extension AS e JOIN pg_catalog.pg_depend AS d ON e.extname OPERATOR(pg_catalog.=) '${extension}' AND d.refobjid OPERATOR(pg_catalog.=) e.oid
      AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_extension'::pg_catalog.regclass
      AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype OPERATOR(pg_catalog.=) 'e'
    JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) d.objid
    JOIN pg_catalog.pg_roles AS maker ON maker.oid OPERATOR(pg_catalog.=) p.proowner AND (maker.rolsuper OR maker.rolname OPERATOR(pg_catalog.=) session_user)
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace`
