import { digest, madeLater, oneLine } from './common.ts'

/** When a trigger or a rule fires. */
export const enabled = (state: string): string =>
  `CASE WHEN ${state} OPERATOR(pg_catalog.=) 'D' THEN 'disabled' WHEN ${state} OPERATOR(pg_catalog.=) 'R' THEN 'replica' WHEN ${state} OPERATOR(pg_catalog.=) 'A' THEN 'always' ELSE 'enabled' END`

/** Of the parts of a partitioned table only those that are switched otherwise than the parent's. */
export const triggers = `
  SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' trigger ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_triggerdef(trigger.oid) OPERATOR(pg_catalog.||) CASE WHEN tgenabled OPERATOR(pg_catalog.=) 'O' AND tgparentid OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' (' OPERATOR(pg_catalog.||) ${enabled('tgenabled')} OPERATOR(pg_catalog.||) ')' END
  FROM pg_catalog.pg_trigger AS trigger JOIN relations ON relations.oid OPERATOR(pg_catalog.=) tgrelid
  WHERE CASE WHEN tgparentid OPERATOR(pg_catalog.=) 0 THEN NOT tgisinternal
    ELSE tgenabled OPERATOR(pg_catalog.<>) (SELECT parent.tgenabled FROM pg_catalog.pg_trigger AS parent WHERE parent.oid OPERATOR(pg_catalog.=) trigger.tgparentid) AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE pg_constraint.oid OPERATOR(pg_catalog.=) tgconstraint AND contype OPERATOR(pg_catalog.=) 'f') END
  UNION ALL SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' rule ' OPERATOR(pg_catalog.||) ${oneLine('pg_catalog.pg_get_ruledef(rule.oid)')} OPERATOR(pg_catalog.||) CASE WHEN ev_enabled OPERATOR(pg_catalog.=) 'O' THEN '' ELSE ' (' OPERATOR(pg_catalog.||) ${enabled('ev_enabled')} OPERATOR(pg_catalog.||) ')' END
  FROM pg_catalog.pg_rewrite AS rule JOIN relations ON relations.oid OPERATOR(pg_catalog.=) ev_class WHERE rulename OPERATOR(pg_catalog.<>) '_RETURN'`

export const eventTriggers = `
  SELECT 'event trigger ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(evtname) OPERATOR(pg_catalog.||) ' on ' OPERATOR(pg_catalog.||) evtevent OPERATOR(pg_catalog.||) coalesce(' when tag in (' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(evttags, ', ') OPERATOR(pg_catalog.||) ')', '')
    OPERATOR(pg_catalog.||) ' execute ' OPERATOR(pg_catalog.||) evtfoid::pg_catalog.regprocedure OPERATOR(pg_catalog.||) CASE WHEN evtenabled OPERATOR(pg_catalog.=) 'O' THEN '' ELSE ' (' OPERATOR(pg_catalog.||) ${enabled('evtenabled')} OPERATOR(pg_catalog.||) ')' END
  FROM pg_catalog.pg_event_trigger AS trigger WHERE ${madeLater('pg_event_trigger', 'trigger.oid')}`

/** To whom a policy applies is most of what it says. */
export const policies = `
  SELECT 'table ' OPERATOR(pg_catalog.||) name OPERATOR(pg_catalog.||) ' policy ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(polname)
    OPERATOR(pg_catalog.||) CASE WHEN polpermissive THEN '' ELSE ' restrictive' END OPERATOR(pg_catalog.||) ' for ' OPERATOR(pg_catalog.||) CASE WHEN polcmd OPERATOR(pg_catalog.=) '*' THEN 'all' WHEN polcmd OPERATOR(pg_catalog.=) 'r' THEN 'select'
         WHEN polcmd OPERATOR(pg_catalog.=) 'a' THEN 'insert' WHEN polcmd OPERATOR(pg_catalog.=) 'w' THEN 'update' ELSE 'delete' END
    OPERATOR(pg_catalog.||) ' to ' OPERATOR(pg_catalog.||) (SELECT pg_catalog.string_agg(CASE WHEN role.oid OPERATOR(pg_catalog.=) 0 THEN 'public' ELSE coalesce((SELECT pg_catalog.quote_ident(rolname) FROM pg_catalog.pg_roles WHERE pg_roles.oid OPERATOR(pg_catalog.=) role.oid), role.oid::pg_catalog.text) END, ', ' ORDER BY role.oid)
         FROM pg_catalog.unnest(polroles) AS role(oid))
    OPERATOR(pg_catalog.||) coalesce(' using (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(polqual, polrelid) OPERATOR(pg_catalog.||) ')', '') OPERATOR(pg_catalog.||) coalesce(' check (' OPERATOR(pg_catalog.||) pg_catalog.pg_get_expr(polwithcheck, polrelid) OPERATOR(pg_catalog.||) ')', '')
  FROM pg_catalog.pg_policy JOIN relations ON relations.oid OPERATOR(pg_catalog.=) polrelid`

/** The body that SQL keeps as a query names tables; its text asks for their locks. */
const readsHeld = (
  oid: string,
): string => `EXISTS (SELECT FROM pg_catalog.pg_depend AS reads JOIN held_tables ON held_tables.oid OPERATOR(pg_catalog.=) reads.refobjid
      WHERE reads.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND reads.objid OPERATOR(pg_catalog.=) ${oid} AND reads.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass)`

/** What was left out, as its line would begin. */
export const heldThings = `
  SELECT CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'v' THEN 'view ' WHEN c.relkind OPERATOR(pg_catalog.=) 'm' THEN 'materialized view ' WHEN c.relkind OPERATOR(pg_catalog.=) 'f' THEN 'foreign table ' ELSE 'table ' END OPERATOR(pg_catalog.||) s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname)
  FROM held JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) held.oid JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE c.relkind OPERATOR(pg_catalog.=) ANY (ARRAY['r', 'p', 'f', 'v', 'm']::pg_catalog."char"[])
  UNION ALL SELECT CASE WHEN prokind OPERATOR(pg_catalog.=) 'p' THEN 'procedure ' ELSE 'function ' END OPERATOR(pg_catalog.||) s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(proname)
  FROM pg_catalog.pg_proc AS p JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) pronamespace WHERE EXISTS (SELECT FROM held_tables) AND ${readsHeld('p.oid')}`

/** The signature of a function, and a digest of its body: that it changed is told, and nothing of its text. */
export const functions = `
  SELECT CASE WHEN prokind OPERATOR(pg_catalog.=) 'a' THEN 'aggregate ' WHEN prokind OPERATOR(pg_catalog.=) 'p' THEN 'procedure ' WHEN prokind OPERATOR(pg_catalog.=) 'w' THEN 'window function ' ELSE 'function ' END
    OPERATOR(pg_catalog.||) s.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(proname) OPERATOR(pg_catalog.||) '(' OPERATOR(pg_catalog.||) pg_catalog.pg_get_function_arguments(p.oid) OPERATOR(pg_catalog.||) ')'
    OPERATOR(pg_catalog.||) coalesce(' returns ' OPERATOR(pg_catalog.||) pg_catalog.pg_get_function_result(p.oid), '') OPERATOR(pg_catalog.||) ' language ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(lanname)
    OPERATOR(pg_catalog.||) CASE WHEN provolatile OPERATOR(pg_catalog.=) 'i' THEN ' immutable' WHEN provolatile OPERATOR(pg_catalog.=) 's' THEN ' stable' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN proisstrict THEN ' strict' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN proleakproof THEN ' leakproof' ELSE '' END OPERATOR(pg_catalog.||) CASE WHEN proparallel OPERATOR(pg_catalog.=) 's' THEN ' parallel safe' WHEN proparallel OPERATOR(pg_catalog.=) 'r' THEN ' parallel restricted' ELSE '' END
    OPERATOR(pg_catalog.||) CASE WHEN procost OPERATOR(pg_catalog.=) CASE WHEN lanname OPERATOR(pg_catalog.=) ANY (ARRAY['internal', 'c']) THEN 1 ELSE 100 END OR prokind OPERATOR(pg_catalog.=) 'a' THEN '' ELSE ' cost ' OPERATOR(pg_catalog.||) procost END
    OPERATOR(pg_catalog.||) CASE WHEN prorows OPERATOR(pg_catalog.=) CASE WHEN proretset THEN 1000 ELSE 0 END THEN '' ELSE ' rows ' OPERATOR(pg_catalog.||) prorows END OPERATOR(pg_catalog.||) CASE WHEN prosupport OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' support ' OPERATOR(pg_catalog.||) prosupport::pg_catalog.regproc END
    OPERATOR(pg_catalog.||) coalesce((SELECT ' transform ' OPERATOR(pg_catalog.||) pg_catalog.string_agg(pg_catalog.format_type(type.oid, NULL), ', ' ORDER BY type.nth) FROM pg_catalog.unnest(protrftypes) WITH ORDINALITY AS type(oid, nth)), '')
    OPERATOR(pg_catalog.||) CASE WHEN prosecdef THEN ' security definer' ELSE '' END OPERATOR(pg_catalog.||) coalesce(' set ' OPERATOR(pg_catalog.||) pg_catalog.array_to_string(proconfig, ', '), '')
    OPERATOR(pg_catalog.||) CASE WHEN prokind OPERATOR(pg_catalog.=) 'a' THEN '' ELSE coalesce(' from ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(probin::pg_catalog.text), '') OPERATOR(pg_catalog.||) ' body ' OPERATOR(pg_catalog.||) ${digest('coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), prosrc)')} END
    OPERATOR(pg_catalog.||) coalesce((SELECT ' by ' OPERATOR(pg_catalog.||) aggtransfn::pg_catalog.regprocedure OPERATOR(pg_catalog.||) ' state ' OPERATOR(pg_catalog.||) pg_catalog.format_type(aggtranstype, NULL) OPERATOR(pg_catalog.||) CASE WHEN aggtransspace OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' of ' OPERATOR(pg_catalog.||) aggtransspace END
         OPERATOR(pg_catalog.||) coalesce(' from ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(agginitval), '') OPERATOR(pg_catalog.||) CASE WHEN aggfinalfn OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' final ' OPERATOR(pg_catalog.||) aggfinalfn::pg_catalog.regprocedure END OPERATOR(pg_catalog.||) CASE WHEN aggfinalextra THEN ' extra' ELSE '' END OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) aggfinalmodify::pg_catalog.text
         OPERATOR(pg_catalog.||) CASE WHEN aggcombinefn OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' combine ' OPERATOR(pg_catalog.||) aggcombinefn::pg_catalog.regprocedure END OPERATOR(pg_catalog.||) CASE WHEN aggserialfn OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' serial ' OPERATOR(pg_catalog.||) aggserialfn::pg_catalog.regprocedure OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) aggdeserialfn::pg_catalog.regprocedure END
         OPERATOR(pg_catalog.||) CASE WHEN aggmtransfn OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' moving ' OPERATOR(pg_catalog.||) aggmtransfn::pg_catalog.regprocedure OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) aggminvtransfn::pg_catalog.regprocedure OPERATOR(pg_catalog.||) ' state ' OPERATOR(pg_catalog.||) pg_catalog.format_type(aggmtranstype, NULL) OPERATOR(pg_catalog.||) CASE WHEN aggmtransspace OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' of ' OPERATOR(pg_catalog.||) aggmtransspace END
           OPERATOR(pg_catalog.||) coalesce(' from ' OPERATOR(pg_catalog.||) pg_catalog.quote_literal(aggminitval), '') OPERATOR(pg_catalog.||) CASE WHEN aggmfinalfn OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' final ' OPERATOR(pg_catalog.||) aggmfinalfn::pg_catalog.regprocedure END OPERATOR(pg_catalog.||) CASE WHEN aggmfinalextra THEN ' extra' ELSE '' END OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) aggmfinalmodify::pg_catalog.text END
         OPERATOR(pg_catalog.||) CASE WHEN aggsortop OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' sort by ' OPERATOR(pg_catalog.||) aggsortop::pg_catalog.regoperator END OPERATOR(pg_catalog.||) CASE WHEN aggkind OPERATOR(pg_catalog.=) 'h' THEN ' hypothetical' ELSE '' END
         FROM pg_catalog.pg_aggregate WHERE aggfnoid OPERATOR(pg_catalog.=) p.oid), '')
  FROM pg_catalog.pg_proc AS p JOIN schemas AS s ON s.oid OPERATOR(pg_catalog.=) pronamespace JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) prolang
  WHERE ${madeLater('pg_proc', 'p.oid')} AND NOT ${readsHeld('p.oid')}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend WHERE classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass AND objid OPERATOR(pg_catalog.=) p.oid AND deptype OPERATOR(pg_catalog.=) 'i')`

export const languages = `
  SELECT 'language ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(lanname) OPERATOR(pg_catalog.||) CASE WHEN lanpltrusted THEN ' trusted' ELSE '' END OPERATOR(pg_catalog.||) ' handler ' OPERATOR(pg_catalog.||) lanplcallfoid::pg_catalog.regproc
    OPERATOR(pg_catalog.||) CASE WHEN laninline OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' inline ' OPERATOR(pg_catalog.||) laninline::pg_catalog.regproc END OPERATOR(pg_catalog.||) CASE WHEN lanvalidator OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' validator ' OPERATOR(pg_catalog.||) lanvalidator::pg_catalog.regproc END
  FROM pg_catalog.pg_language AS l WHERE lanispl AND ${madeLater('pg_language', 'l.oid')}
  UNION ALL SELECT 'transform for ' OPERATOR(pg_catalog.||) pg_catalog.format_type(trftype, NULL) OPERATOR(pg_catalog.||) ' language ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(lanname)
    OPERATOR(pg_catalog.||) CASE WHEN trffromsql OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' from sql ' OPERATOR(pg_catalog.||) trffromsql::pg_catalog.regprocedure END OPERATOR(pg_catalog.||) CASE WHEN trftosql OPERATOR(pg_catalog.=) 0 THEN '' ELSE ' to sql ' OPERATOR(pg_catalog.||) trftosql::pg_catalog.regprocedure END
  FROM pg_catalog.pg_transform AS t JOIN pg_catalog.pg_language AS l ON l.oid OPERATOR(pg_catalog.=) trflang WHERE ${madeLater('pg_transform', 't.oid')}
  UNION ALL SELECT 'access method ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(amname) OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) amtype::pg_catalog.text OPERATOR(pg_catalog.||) ' handler ' OPERATOR(pg_catalog.||) amhandler::pg_catalog.regproc FROM pg_catalog.pg_am AS am WHERE ${madeLater('pg_am', 'am.oid')}`
