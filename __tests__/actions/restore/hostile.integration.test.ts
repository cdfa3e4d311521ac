import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'
import { richDatabase } from '../../support/rich-database.ts'
import { restorePlace } from '../../support/run-restore.ts'

jest.setTimeout(240_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian, settings: { wal_level: 'logical' } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const restored = async (place: Awaited<ReturnType<typeof restorePlace>>) => {
  const planned = await place.restore()
  return place.restore({ digest: planned.outputs['digest'] ?? '', confirm: `${place.database}@quiz-prod` })
}

/** Everything that owns or guards something, word for word. */
const definitions = (database: string): string =>
  psql(
    server,
    `SELECT string_agg(w, E'\\n' ORDER BY w) FROM (
      SELECT 'class ' || n.nspname || '.' || relname || ' ' || pg_get_userbyid(relowner) || coalesce((SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(relacl) AS a), '') AS w
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname !~ '^(pg_|information)'
      UNION ALL SELECT 'function ' || p.oid::regprocedure || ' ' || pg_get_userbyid(proowner) FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace WHERE n.nspname !~ '^(pg_|information)'
      UNION ALL SELECT 'schema ' || nspname || ' ' || pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname !~ '^(pg_|information)'
      UNION ALL SELECT 'large object ' || oid || ' ' || pg_get_userbyid(lomowner) FROM pg_largeobject_metadata
      UNION ALL SELECT 'event trigger ' || evtname || ' ' || pg_get_userbyid(evtowner) FROM pg_event_trigger
      UNION ALL SELECT 'publication ' || pubname || ' ' || pg_get_userbyid(pubowner) FROM pg_publication
      UNION ALL SELECT 'server ' || srvname || ' ' || pg_get_userbyid(srvowner) FROM pg_foreign_server
      UNION ALL SELECT 'view ' || matviewname || ' ' || ispopulated FROM pg_matviews) AS all_of_it`,
    { database },
  )

test('a database with one of everything comes back as it was: owners, rights, views, event triggers, publications', async () => {
  psql(server, 'CREATE DATABASE rich')
  psql(server, richDatabase, { database: 'rich' })
  await using place = await restorePlace(server, { database: 'rich' })
  expect((await place.backup()).outputs['verified']).toBe('true')
  const before = definitions('rich')
  psql(server, 'DROP SCHEMA app CASCADE; DROP TABLE visits', { database: 'rich' })
  const ran = await restored(place)
  expect(ran.findings.map(({ id, status, observed }) => `${status} ${id} ${observed}`)).toEqual([
    'ok restore.verified equal',
    expect.stringContaining('ok restore.way-back'),
  ])
  expect(definitions('rich')).toBe(before)
  expect(psql(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'ronde%'")).toBe('0')
})

test('code of the dump runs with no more rights than a role without any, though everything is the superuser’s', async () => {
  psql(server, 'CREATE DATABASE trap; CREATE ROLE evil LOGIN')
  const program = `CREATE TABLE witness (who text, super text);
    CREATE FUNCTION spy(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
      BEGIN EXECUTE 'CREATE ROLE stolen SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
      BEGIN EXECUTE 'SET ROLE postgres'; EXECUTE 'CREATE ROLE stolen SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
      BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch /tmp/ronde-stolen'''; EXCEPTION WHEN OTHERS THEN NULL; END;
      RETURN true; END $$;
    CREATE TABLE bait (t text CHECK (spy(t)), u text GENERATED ALWAYS AS (t) STORED);
    CREATE INDEX ON bait ((spy(t)));
    CREATE FUNCTION looks_like() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
    ALTER FUNCTION looks_like() OWNER TO evil;
    CREATE FUNCTION hides() RETURNS text LANGUAGE sql AS $$ SELECT '
--
-- Name: looks_like(); Type: FUNCTION; Schema: public; Owner: postgres
--

ALTER FUNCTION public.looks_like() OWNER TO postgres;
'; $$; ALTER FUNCTION hides() OWNER TO evil`
  psql(server, program, { database: 'trap' })
  // Without the traps being sprung by us.
  psql(server, "SET ROLE evil; RESET ROLE; INSERT INTO bait (t) VALUES ('x')", { database: 'trap', more: [] })
  psql(server, 'DROP ROLE IF EXISTS stolen')
  await using place = await restorePlace(server, { database: 'trap' })
  await place.backup()
  psql(server, 'DROP ROLE IF EXISTS stolen')
  const planned = await place.restore({ into: 'beside' })
  expect(psql(server, "SELECT count(*) FROM pg_roles WHERE rolname = 'stolen'")).toBe('0')
  const copy = `trap__restore_${planned.outputs['restore-id'] ?? ''}`
  expect(planned.findings.map(({ id, status }) => `${status} ${id}`)).toEqual(['ok restore.beside'])
  expect(
    psql(
      server,
      "SELECT string_agg(proname || ' ' || pg_get_userbyid(proowner), ', ' ORDER BY 1) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
      { database: copy },
    ),
  ).toBe('hides evil, looks_like evil, spy postgres')
  expect(psql(server, 'SELECT count(*) FROM bait', { database: copy })).toBe('1')
})
