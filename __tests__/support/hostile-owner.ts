import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import pg from 'pg'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { binariesOf, type Major } from './postgres-majors.ts'
import { openSession } from './postgres-sessions.ts'

/** The database of `app`, who is no superuser and would like to be one. */
export const hostileDatabase = 'appdb'

export const hostileUrl = (server: PostgresServer, user = 'postgres', password = server.password): string =>
  `postgres://${user}:${password}@127.0.0.1:${server.port}/${hostileDatabase}`

/** Calls itself IMMUTABLE, and tells who ran it; a superuser makes `app` one. */
const body = `BEGIN
  IF current_user <> 'app' THEN
    PERFORM pg_catalog.pg_notify('ran', current_user::text);
    BEGIN EXECUTE 'ALTER ROLE app SUPERUSER'; EXCEPTION WHEN OTHERS THEN NULL; END;
    BEGIN EXECUTE $$COPY (SELECT current_user) TO PROGRAM 'cat > ran'$$; EXCEPTION WHEN OTHERS THEN NULL; END;
  END IF;`

const functions = `
  CREATE FUNCTION public.evil_i(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$ ${body} RETURN 1; END $f$;
  CREATE FUNCTION public.evil_b(int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $f$ ${body} RETURN true; END $f$;
  CREATE FUNCTION public.evil_eq(int, int) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $f$ ${body} RETURN true; END $f$;
  CREATE FUNCTION public.evil_diff(float8, float8) RETURNS float8 IMMUTABLE LANGUAGE plpgsql AS $f$ ${body} RETURN 1; END $f$;
  CREATE FUNCTION public.evil_trigger() RETURNS trigger LANGUAGE plpgsql AS $f$ ${body} RETURN new; END $f$;`

/** An empty database of `app` with its functions. */
const makeHostile = async (server: PostgresServer): Promise<void> => {
  await using admin = await openSession(server)
  await admin.query(`DROP DATABASE IF EXISTS ${hostileDatabase} WITH (FORCE)`)
  await admin.query("DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD 'app'; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
  await admin.query(`CREATE DATABASE ${hostileDatabase} OWNER app`)
  await using owner = await openSession(server, { database: hostileDatabase })
  await owner.query('GRANT CREATE ON SCHEMA public TO app')
  await asApp(server, functions)
}

/** Statements of `app`. */
export const asApp = async (server: PostgresServer, sql: string): Promise<void> => {
  await using app = await openSession(server, { user: 'app', password: 'app', database: hostileDatabase })
  await app.query(sql)
}

/** Listens for who ran one of the functions. */
const whoRan = async (server: PostgresServer) => {
  const client = new pg.Client({ connectionString: hostileUrl(server) })
  const heard: string[] = []
  client.on('error', () => {})
  client.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await client.connect()
  await client.query('LISTEN ran')
  return {
    /** Since the last time; `superuser` stands for what a run with a superuser's rights would leave. */
    heard: async (): Promise<readonly string[]> => {
      const { rows } = await client.query("SELECT rolsuper FROM pg_roles WHERE rolname = 'app'")
      return [...new Set(heard.splice(0)), ...(rows[0]?.rolsuper === true ? ['superuser'] : [])]
    },
    [Symbol.asyncDispose]: () => client.end(),
  }
}

/** A server for all tests of a suite, with a new database of `app` for each, which `tables` fills. */
export const useHostile = (major: Major, tables = 'SELECT 1') => {
  const place: { server?: PostgresServer; ran?: Awaited<ReturnType<typeof whoRan>> } = {}
  const server = (): PostgresServer => {
    if (place.server === undefined) throw new Error('the server is started before the tests')
    return place.server
  }
  beforeAll(async () => {
    place.server = await startPostgres(binariesOf(major))
  })
  beforeEach(async () => {
    await place.ran?.[Symbol.asyncDispose]()
    await makeHostile(server())
    place.ran = await whoRan(server())
    await asApp(server(), tables)
  })
  afterAll(async () => {
    await place.ran?.[Symbol.asyncDispose]()
    await server()[Symbol.asyncDispose]()
  })
  return { server, heard: async () => (await place.ran?.heard()) ?? ['nobody listened'] }
}
