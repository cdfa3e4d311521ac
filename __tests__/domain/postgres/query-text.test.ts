import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { normaliseQuery } from '../../../src/domain/postgres/query-text.ts'

test.each([
  ["UPDATE game SET points = 10 WHERE player = 'Marie O''Neil'", 'UPDATE game SET points = ? WHERE player = ?'],
  ['SELECT *\n   FROM t1\tWHERE id=$1 AND x > 1.5', 'SELECT * FROM t1 WHERE id=$1 AND x > ?'],
  ["SELECT 'cut in the mid", 'SELECT ?'],
  ["SELECT E'a\\'secret', 'b'", 'SELECT ?, ?'],
  ['SELECT $$secret$$, $body$a $ secret $body$', 'SELECT ?, ?'],
  ['SELECT $body$cut in the secret', 'SELECT ?'],
  ['/* user=secret */ SELECT 1 -- secret', 'SELECT ?'],
  ['SELECT /* cut in the secret', 'SELECT'],
  ['/* a /* b */ secret */ SELECT 1', 'SELECT ?'],
  ['/* a /* b */ cut in the secret', ''],
  [`SELECT "it's", 'secret'`, `SELECT "it's", ?`],
  [`SELECT "a--b", "/*", 'secret' /* "x */`, 'SELECT "a--b", "/*", ?'],
  ["SELECT '--', '/*', 'secret'", 'SELECT ?, ?, ?'],
  ["ALTER ROLE quiz PASSWORD U&'s\\0065cret'", 'ALTER ROLE quiz PASSWORD ?'],
  ["SELECT date'2026-12-24', x'ff', a$b$c, t1.id, 0xff, 1_000, 1e10", 'SELECT date?, ?, a$b$c, t1.id, ?, ?, ?'],
  ["UPDATE t SET a = 'it\\'s secret', b = 'secret'", 'UPDATE t SET a = ?'],
  ["SELECT E'a'\n'\\'secret'", 'SELECT ? ?'],
  ["SELECT 'C:\\dir\\', x", 'SELECT ?'],
  ["SELECT 'C:\\dir', x", 'SELECT ?, x'],
  ['SET app.key = secret', 'SET app.key = ?'],
  ['set session "app.key" to secret, secret', 'set session "app.key" to ?'],
  ['ALTER ROLE quiz IN DATABASE quiz SET app.key TO secret', 'ALTER ROLE quiz IN DATABASE quiz SET app.key TO ?'],
  ['UPDATE t SET a = b', 'UPDATE t SET a = b'],
  ['', ''],
])('%j is shown as %j', (query, shown) => {
  expect(normaliseQuery(query)).toBe(shown)
})

test('whatever the query, the evidence is one line of at most 120 characters', () => {
  const parts = fc.constantFrom("'", '$$', '$a$', '/*', '*/', '--', '\n', 'E', '\\', 'x', '1', ' ')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(parts, { maxLength: 500 }).map((all) => all.join('')),
      ),
      (query) => {
        const shown = normaliseQuery(query)
        expect(shown.length).toBeLessThanOrEqual(120)
        expect(shown).not.toMatch(/[\r\n]/)
      },
    ),
  )
})
