import { truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { PostgresTarget } from '../../../src/contract/database.ts'
import { withPostgresSession } from '../../../src/tools/connect/session.ts'
import { debian, psql, tryBackup } from '../../support/backup.ts'
import { type PostgresServer, startPostgres } from '../../support/postgres.ts'

jest.setTimeout(120_000)

const plain = `
CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm;
CREATE TABLE game (id serial PRIMARY KEY, name text NOT NULL, points int CHECK (points >= 0));
CREATE INDEX game_name ON game (name); CREATE SEQUENCE ticket; SELECT nextval('ticket') FROM generate_series(1, 9);
INSERT INTO game (name, points) SELECT 'player ' || n, n FROM generate_series(1, 2000) AS n;
CREATE TABLE day (day date PRIMARY KEY); INSERT INTO day VALUES ('2026-11-30'); ALTER TABLE day ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON day USING (true);
CREATE VIEW best AS SELECT * FROM game WHERE points > 10; CREATE MATERIALIZED VIEW total AS SELECT sum(points) FROM game;
CREATE FUNCTION nice() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE ROLE reader; GRANT SELECT ON game TO reader; COMMENT ON TABLE game IS 'the games';
SELECT lo_from_bytea(77, 'something large');
`

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
  psql(server, 'CREATE DATABASE quiz')
  psql(server, plain, { database: 'quiz' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const inCopy = async (superuser: PostgresTarget, sql: string): Promise<void> => {
  const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 10_000, direct: true as const }
  const result = await withPostgresSession(superuser, limits, async (session) => {
    await session.query('SET default_transaction_read_only = off; SET search_path = public')
    await session.query(sql)
  })
  if (!result.ok) throw new Error(result.failure.detail)
}

test.each([
  ['a table that is gone', 'DROP TABLE day', 'table public.day is missing'],
  ['a row that is gone', 'DELETE FROM game WHERE id = 7', 'table public.game: 1999 rows instead of 2000'],
  ['a row too many', "INSERT INTO game VALUES (9999, 'x', 1)", 'table public.game: 2001 rows instead of 2000'],
  [
    'a cell that differs',
    "UPDATE game SET name = 'Player 7' WHERE id = 7",
    'table public.game: other rows than in the source (2000 of them)',
  ],
  [
    'two rows that swapped a cell',
    'UPDATE game SET points = 9 - points WHERE id IN (4, 5)',
    'table public.game: other rows than in the source (2000 of them)',
  ],
  ['an index that is gone', 'DROP INDEX game_name', 'index game_name is missing or differs'],
  ['a sequence that is gone', 'DROP SEQUENCE ticket', 'sequence public.ticket is missing'],
  ['a sequence that is behind', "SELECT pg_catalog.setval('ticket', 3)", 'sequence public.ticket: at 3, behind 9'],
  ['an extension that is gone', 'DROP EXTENSION hstore', 'extension hstore is missing'],
  ['a policy that is gone', 'DROP POLICY mine ON day', 'policy day mine is missing or differs'],
  ['row-level security that is off', 'ALTER TABLE day DISABLE ROW LEVEL SECURITY', 'row security day is missing or differs'],
  ['a view that differs', 'CREATE OR REPLACE VIEW best AS SELECT * FROM game WHERE points > 11', 'view best is missing or differs'],
  ['a materialised view that is gone', 'DROP MATERIALIZED VIEW total', 'materialized view total is missing or differs'],
  [
    'a function that differs',
    "CREATE OR REPLACE FUNCTION nice() RETURNS int LANGUAGE sql AS 'SELECT 2'",
    'function nice() is missing or differs',
  ],
  ['a grant that is gone', 'REVOKE SELECT ON game FROM reader', 'acl TABLE game is missing or differs'],
  ['a comment that is gone', 'COMMENT ON TABLE game IS NULL', 'comment TABLE game is missing or differs'],
  ['a constraint that is gone', 'ALTER TABLE game DROP CONSTRAINT game_points_check', 'table game is missing or differs'],
  ['a large object that differs', "SELECT pg_catalog.lo_put(77, 0, 'S')", 'large objects: their content differs'],
  ['a large object that is gone', 'SELECT pg_catalog.lo_unlink(77)', 'large objects: 0 instead of 1'],
  ['a table too many', 'CREATE TABLE more (a int)', 'table public.more is not in the source'],
])('%s in the copy is named', async (_, sql, named) => {
  const { outcome } = await tryBackup(server, { database: 'quiz', meanwhile: (copy) => inCopy(copy.superuser, sql) })
  expect(outcome).toEqual({ kind: 'failed', failures: expect.arrayContaining([named]) })
})

test('an untouched copy is proven', async () => {
  expect((await tryBackup(server, { database: 'quiz' })).outcome).toEqual({ kind: 'proven', notCompared: [] })
})

test('a dump that was cut is broken', async () => {
  const { outcome } = await tryBackup(server, {
    database: 'quiz',
    damaged: async (folder) => truncateSync(join(folder, 'database.dump'), 9_000),
  })
  expect(outcome.kind).toBe('failed')
})

test('a flipped bit in the rows is found', async () => {
  const flip = async (folder: string) => {
    const file = await open(join(folder, 'database.dump'), 'r+')
    const { size } = await file.stat()
    const byte = Buffer.alloc(1)
    const at = Math.floor(size * 0.6)
    await file.read(byte, 0, 1, at)
    byte[0] = (byte[0] ?? 0) ^ 0x10
    await file.write(byte, 0, 1, at)
    await file.close()
  }
  expect((await tryBackup(server, { database: 'quiz', damaged: flip })).outcome.kind).toBe('failed')
})
