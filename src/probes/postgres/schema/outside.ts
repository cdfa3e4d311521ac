import { isHeld } from '../held.ts'
import { foreignOptions, madeLater } from './common.ts'

/** Who is called there, and with which options, is nobody's business but the server's: of a user mapping only that it is. */
export const foreignThings = `
  SELECT 'foreign data wrapper ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(fdwname) OPERATOR(pg_catalog.||) CASE WHEN fdwhandler OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' handler ' OPERATOR(pg_catalog.||) fdwhandler::pg_catalog.regproc END OPERATOR(pg_catalog.||) CASE WHEN fdwvalidator OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' validator ' OPERATOR(pg_catalog.||) fdwvalidator::pg_catalog.regproc END OPERATOR(pg_catalog.||) ${foreignOptions('fdwoptions')}
  FROM pg_catalog.pg_foreign_data_wrapper AS f WHERE ${madeLater('pg_foreign_data_wrapper', 'f.oid')}
  UNION ALL SELECT 'server ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(srvname) OPERATOR(pg_catalog.||) ' wrapper ' OPERATOR(pg_catalog.||) (SELECT pg_catalog.quote_ident(fdwname) FROM pg_catalog.pg_foreign_data_wrapper AS f WHERE f.oid OPERATOR(pg_catalog.=) srvfdw) OPERATOR(pg_catalog.||) coalesce(' type ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(srvtype), '')
    OPERATOR(pg_catalog.||) coalesce(' version ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(srvversion), '') OPERATOR(pg_catalog.||) ${foreignOptions('srvoptions')}
  FROM pg_catalog.pg_foreign_server AS s WHERE ${madeLater('pg_foreign_server', 's.oid')}
  UNION ALL SELECT 'user mapping of ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(usename) OPERATOR(pg_catalog.||) ' for ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(srvname) FROM pg_catalog.pg_user_mappings`

export const statistics = `
  SELECT 'statistics ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_statisticsobjdef(e.oid) OPERATOR(pg_catalog.||) CASE WHEN stxstattarget OPERATOR(pg_catalog.>=) 0 THEN ' statistics ' OPERATOR(pg_catalog.||) stxstattarget ELSE '' END
  FROM pg_catalog.pg_statistic_ext AS e JOIN schemas ON schemas.oid OPERATOR(pg_catalog.=) stxnamespace WHERE ${madeLater('pg_statistic_ext', 'e.oid')} AND NOT ${isHeld('stxrelid')}`

const filtered = ` OPERATOR(pg_catalog.||) coalesce(' (' OPERATOR(pg_catalog.||) (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ' ORDER BY attnum) FROM pg_catalog.pg_attribute WHERE attrelid OPERATOR(pg_catalog.=) prrelid AND attnum OPERATOR(pg_catalog.=) ANY (prattrs::pg_catalog.int2[])) OPERATOR(pg_catalog.||) ')', '') OPERATOR(pg_catalog.||) coalesce(' where ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(prqual, prrelid), '')`
const ofSchemas = `
  UNION ALL SELECT 'publication ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(pubname) OPERATOR(pg_catalog.||) ' tables in ' OPERATOR(pg_catalog.||) pnnspid::pg_catalog.regnamespace FROM pg_catalog.pg_publication_namespace JOIN pg_catalog.pg_publication AS p ON p.oid OPERATOR(pg_catalog.=) pnpubid`

/** Rows and columns of a publication are chosen since PostgreSQL 15. How a subscription logs in is not told. */
export const publications = (major: number): string => `
  SELECT 'publication ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(pubname) OPERATOR(pg_catalog.||) CASE WHEN puballtables THEN ' for all tables' ELSE '' END OPERATOR(pg_catalog.||) ' of' OPERATOR(pg_catalog.||) CASE WHEN pubinsert THEN ' insert' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN pubupdate THEN ' update' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN pubdelete THEN ' delete' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN pubtruncate THEN ' truncate' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN pubviaroot THEN ' via root' ELSE '' END OPERATOR(pg_catalog.||) coalesce(' generated columns ' OPERATOR(pg_catalog.||) (pg_catalog.to_jsonb(p) OPERATOR(pg_catalog.->>) 'pubgencols'), '')
  FROM pg_catalog.pg_publication AS p WHERE ${madeLater('pg_publication', 'p.oid')}
  UNION ALL SELECT 'publication ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(pubname) OPERATOR(pg_catalog.||) ' table ' OPERATOR(pg_catalog.||) prrelid::pg_catalog.regclass${major >= 15 ? filtered : ''}
  FROM pg_catalog.pg_publication_rel AS r JOIN pg_catalog.pg_publication AS p ON p.oid OPERATOR(pg_catalog.=) prpubid WHERE ${madeLater('pg_publication', 'p.oid')} AND NOT ${isHeld('prrelid')}${major >= 15 ? ofSchemas : ''}
  UNION ALL SELECT 'subscription ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(subname) OPERATOR(pg_catalog.||) ' to ' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(subpublications, ', ') OPERATOR(pg_catalog.||) coalesce(' slot ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(subslotname), '') OPERATOR(pg_catalog.||) CASE WHEN subbinary THEN ' binary' ELSE '' END
  FROM pg_catalog.pg_subscription WHERE subdbid OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`
