/** A database with one of everything that a good backup must bring back; statements for psql, as its superuser. */
export const richDatabase = String.raw`
CREATE ROLE "app owner" LOGIN; CREATE ROLE "read ""only"; CREATE ROLE grantee; CREATE ROLE "-dash";
CREATE ROLE "new
line";
GRANT "app owner" TO grantee;
CREATE SCHEMA app AUTHORIZATION "app owner";
CREATE SCHEMA "odd schema" AUTHORIZATION postgres;
GRANT USAGE ON SCHEMA app TO "read ""only";
ALTER DEFAULT PRIVILEGES FOR ROLE "app owner" IN SCHEMA app GRANT SELECT ON TABLES TO "read ""only";
CREATE EXTENSION hstore SCHEMA app; COMMENT ON EXTENSION hstore IS 'not the usual comment';
CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist; CREATE EXTENSION bloom; CREATE EXTENSION postgres_fdw; CREATE EXTENSION citext;
COMMENT ON SCHEMA public IS 'ours';
GRANT CREATE ON SCHEMA public TO "app owner" WITH GRANT OPTION;
SET SESSION AUTHORIZATION "app owner"; GRANT CREATE ON SCHEMA public TO grantee; RESET SESSION AUTHORIZATION;
CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE app.pair AS (a int, b text);
CREATE DOMAIN app.positive AS int CHECK (VALUE > 0);
CREATE TYPE app.span AS RANGE (subtype = int);
SET SESSION AUTHORIZATION "app owner";
CREATE TABLE app.game (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, r text, t text, mood app.mood DEFAULT 'ok', pair app.pair, points app.positive,
  doubled int GENERATED ALWAYS AS (points * 2) STORED, attributes app.hstore, at timestamptz DEFAULT now(), span app.span, "spaced column" float8);
CREATE VIEW app.best AS SELECT id, points FROM app.game WHERE points > 5;
CREATE MATERIALIZED VIEW app.counted AS SELECT mood, count(*) AS n FROM app.game GROUP BY mood;
CREATE UNIQUE INDEX ON app.counted (mood);
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := now(); RETURN NEW; END $$;
CREATE TRIGGER touched BEFORE UPDATE ON app.game FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE FUNCTION app.is_nice(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 <> 'nasty' $$;
ALTER TABLE app.game ADD CONSTRAINT nice CHECK (app.is_nice(r));
CREATE INDEX game_expression ON app.game (lower(r)) WHERE points > 1;
CREATE INDEX game_hash ON app.game USING hash (r);
CREATE INDEX game_brin ON app.game USING brin (at);
CREATE INDEX game_gin ON app.game USING gin (attributes);
CREATE INDEX game_spgist ON app.game USING spgist (r);
INSERT INTO app.game (r, t, pair, points, attributes, at, span, "spaced column")
  SELECT 'row ' || n, E'line\nwith\ttab \\ and é', ROW(n, 'b')::app.pair, n, ('k=>' || n)::app.hstore, '2026-01-01'::timestamptz + n * interval '1 min', app.span(n, n + 3), n / 3.0
  FROM generate_series(1, 500) AS n;
INSERT INTO app.game (r, points) VALUES ('same', 1), ('same', 1), (NULL, NULL);
REFRESH MATERIALIZED VIEW app.counted;
ALTER TABLE app.game ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.game USING (r = current_user);
GRANT SELECT (id, r), UPDATE (r) ON app.game TO grantee;
GRANT SELECT ON app.best TO "read ""only" WITH GRANT OPTION;
RESET SESSION AUTHORIZATION;
CREATE INDEX game_bloom ON app.game USING bloom (points); CREATE INDEX game_gist ON app.game USING gist (points); CREATE INDEX game_trgm ON app.game USING gin (r gin_trgm_ops);
CREATE STATISTICS app.game_stats ON r, points FROM app.game;
CREATE TABLE public.visits (day date NOT NULL, who text) PARTITION BY RANGE (day);
CREATE TABLE public.visits_2026 PARTITION OF public.visits FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE public.visits_rest PARTITION OF public.visits DEFAULT;
INSERT INTO public.visits SELECT '2026-01-01'::date + n, 'x' FROM generate_series(0, 500) AS n;
CREATE TABLE public.parent (a int); CREATE TABLE public.child (b int) INHERITS (public.parent);
INSERT INTO public.parent VALUES (1); INSERT INTO public.child VALUES (2, 3);
CREATE TABLE "odd schema"."odd ""table
'name" ("r" int, "t" text, "-x" bytea); INSERT INTO "odd schema"."odd ""table
'name" VALUES (1, 'a', '\x00ff');
ALTER TABLE "odd schema"."odd ""table
'name" OWNER TO "new
line";
CREATE TABLE public.empty_table (); CREATE TABLE public.no_rows (a int);
CREATE UNLOGGED TABLE public.unlogged (a int); INSERT INTO public.unlogged VALUES (7);
CREATE TABLE public.owned_elsewhere (a int); ALTER TABLE public.owned_elsewhere OWNER TO grantee;
CREATE SEQUENCE public.down INCREMENT -1 START -1; SELECT nextval('public.down'), nextval('public.down');
CREATE SEQUENCE public.fresh; CREATE SEQUENCE public.round MAXVALUE 3 CYCLE; SELECT nextval('public.round') FROM generate_series(1, 5);
CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1'); ALTER SERVER elsewhere OWNER TO "app owner";
CREATE USER MAPPING FOR "app owner" SERVER elsewhere OPTIONS (user 'x', password 'secret of the mapping');
CREATE FOREIGN TABLE app.far (a int) SERVER elsewhere;
SELECT lo_from_bytea(4711, decode(repeat('c0ffee', 3000), 'hex')); ALTER LARGE OBJECT 4711 OWNER TO "app owner"; GRANT SELECT ON LARGE OBJECT 4711 TO grantee;
SELECT lo_create(4712); SELECT lo_put(4712, 9000, 'behind a hole'); SELECT lo_create(4713); COMMENT ON LARGE OBJECT 4713 IS 'an empty one';
CREATE COLLATION app.german (provider = icu, locale = 'de-u-ks-level2', deterministic = false);
CREATE TABLE app.words (w text COLLATE app.german, c citext); INSERT INTO app.words VALUES ('Ä', 'Ä'), ('ä', 'a');
CREATE TEXT SEARCH CONFIGURATION app.simple_copy (COPY = simple);
CREATE PROCEDURE app.work() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$; ALTER PROCEDURE app.work() OWNER TO "-dash";
CREATE AGGREGATE app.product (int) (sfunc = int4mul, stype = int, initcond = '1');
CREATE OPERATOR app.=== (leftarg = int, rightarg = int, function = int4eq);
CREATE CAST (app.pair AS text) WITH INOUT;
CREATE RULE silent AS ON INSERT TO public.no_rows WHERE NEW.a < 0 DO INSTEAD NOTHING;
CREATE PUBLICATION every FOR ALL TABLES; COMMENT ON PUBLICATION every IS 'all of it';
CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.on_ddl();
ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMENT ON TABLE app.game IS E'first line\n-- second line; Type: TABLE';
COMMENT ON DATABASE rich IS 'rich'; ALTER DATABASE rich SET search_path = app, public;
`
