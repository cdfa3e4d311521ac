-- The least role for Ronde, for PostgreSQL 14 to 18. Run it as a superuser of the server, once for each schema of the application (and of
-- pg_stat_statements and pgstattuple, when they lie in another one); again after a migration that added tables of a new owner. It can be run
-- any number of times, and holds no password.
--
--   psql -v role=ronde -v database=quiz -v schema=public -f docs/least-role.sql
--
-- Rights that only some tasks need are given by one more variable each:
--
--   -v maintain=yes   db-maintain: vacuum, analyze, reindex
--   -v signal=yes     db-maintain: sessions.policy cancel or terminate
--
-- Then set its password, with \password ronde, and name it in database.url or database.user.

\set ON_ERROR_STOP on
\connect :"database"
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ronde.role = :'role';
SET LOCAL ronde.schema = :'schema';

-- A role that has more rights already is not made the least one by rights that are added.
DO $$
DECLARE
  wanted pg_catalog.text := pg_catalog.current_setting('ronde.role');
  found pg_catalog.pg_roles;
BEGIN
  SELECT * INTO found FROM pg_catalog.pg_roles WHERE rolname = wanted;
  IF found.rolname IS NULL THEN
    EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', wanted);
  ELSIF found.rolsuper OR found.rolcreaterole OR found.rolcreatedb OR found.rolreplication OR found.rolbypassrls THEN
    RAISE EXCEPTION 'role % has more rights than the least: name another one', wanted;
  ELSIF NOT found.rolcanlogin THEN
    EXECUTE pg_catalog.format('ALTER ROLE %I LOGIN', wanted);
  END IF;
END $$;

-- Every action: to come in.
GRANT CONNECT ON DATABASE :"database" TO :"role";
-- health-check, and the reports of db-maintain: sessions, statistics, sizes, pgstattuple.
GRANT pg_monitor TO :"role";
-- purge-verify: the rows. db-maintain: constraints (schema), estimates and sequences (bloat).
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"role";
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :"schema" TO :"role";

-- The same for tables and sequences to come, of those who own some today.
DO $$
DECLARE
  wanted pg_catalog.text := pg_catalog.current_setting('ronde.role');
  inside pg_catalog.text := pg_catalog.current_setting('ronde.schema');
  owner pg_catalog.text;
BEGIN
  FOR owner IN SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner)
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = inside AND c.relkind IN ('r', 'p', 'm')
  LOOP
    EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', owner, inside, wanted);
    EXECUTE pg_catalog.format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON SEQUENCES TO %I', owner, inside, wanted);
  END LOOP;
END $$;

\if :{?signal}
-- sessions.policy: to cancel and end sessions of other roles.
GRANT pg_signal_backend TO :"role";
\endif

\if :{?maintain}
-- vacuum, analyze, reindex: since PostgreSQL 17 a right of its own; before, only an owner may, so the role becomes a member of each. It may then
-- do all that they may with their own tables; a superuser who owns some is left out.
DO $$
DECLARE
  wanted pg_catalog.text := pg_catalog.current_setting('ronde.role');
  inside pg_catalog.text := pg_catalog.current_setting('ronde.schema');
  owner pg_catalog.text;
BEGIN
  IF pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 170000 THEN
    EXECUTE pg_catalog.format('GRANT pg_maintain TO %I', wanted);
    RETURN;
  END IF;
  FOR owner IN SELECT DISTINCT o.rolname
    FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_catalog.pg_roles AS o ON o.oid = c.relowner
    WHERE n.nspname = inside AND c.relkind IN ('r', 'p', 'm') AND NOT o.rolsuper AND o.rolname <> wanted
  LOOP
    EXECUTE pg_catalog.format('GRANT %I TO %I', owner, wanted);
  END LOOP;
END $$;
\endif
COMMIT;
