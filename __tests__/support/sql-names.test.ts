import { describe, expect, test } from '@jest/globals'
import { unqualifiedIn } from './sql-names.ts'

describe('what a session would look for along its search_path', () => {
  test.each([
    ['SELECT 1 FROM pg_class', ['relation pg_class']],
    ['SELECT count(*) FROM pg_catalog.pg_class', ['function count']],
    ['SELECT a FROM pg_catalog.t WHERE a = 1', ['operator =']],
    ['SELECT a FROM pg_catalog.t WHERE a IN (1)', ['IN', 'function IN']],
    ["SELECT a FROM pg_catalog.t WHERE b LIKE 'x'", ['LIKE']],
    ['SELECT a FROM pg_catalog.t WHERE b BETWEEN 1 AND 2', ['BETWEEN']],
    ['SELECT CASE a WHEN 1 THEN 2 END', ['CASE x WHEN']],
    ['SELECT a IS DISTINCT FROM b', ['IS DISTINCT FROM']],
    ['SELECT a FROM pg_catalog.t JOIN pg_catalog.u USING (a)', ['USING', 'function USING']],
    ['SELECT a::float8', ['type float8']],
    ["SELECT 'pg_class'::pg_catalog.regclass", ["name in 'pg_class'"]],
    ['VACUUM (ANALYZE) "game"', ['name "game"']],
    ['LOCK TABLE ONLY game IN ACCESS SHARE MODE', ['name game']],
    ['SELECT 1 OPERATOR(pg_catalog.+) 2 OPERATOR(pg_catalog.*) 3', ['OPERATOR(pg_catalog.+) beside OPERATOR(pg_catalog.*)']],
  ])('%s', (sql, wanted) => {
    expect(unqualifiedIn(sql)).toEqual(wanted)
  })

  test.each([
    'BEGIN READ ONLY;\nSET LOCAL search_path = pg_catalog,pg_temp;\nCOMMIT',
    'VACUUM (ANALYZE, SKIP_LOCKED) "public"."game"',
    'LOCK TABLE ONLY "public"."game" IN ACCESS SHARE MODE',
    'WITH big AS MATERIALIZED (SELECT 1 AS a) SELECT pg_catalog.count(*)::int, extract(epoch FROM big.a) FROM big WHERE coalesce(a, -1) OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])',
    "SELECT CASE WHEN a THEN 'x' ELSE 'it''s' END, current_user::pg_catalog.text FROM pg_catalog.t AS up(a, b)",
  ])('nothing in: %s', (sql) => {
    expect(unqualifiedIn(sql)).toEqual([])
  })
})
