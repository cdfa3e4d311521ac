import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from '@jest/globals'
import { startBrokenServer } from '../support/broken-server.ts'

const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)'
const noteFor = (key: string, value: string) =>
  `INSERT INTO note (scope, key, value, at) SELECT id, '${key}', ${value}, 0 FROM scope WHERE true ON CONFLICT DO UPDATE SET value = excluded.value`
const notes = ['incidents.outbox', 'incidents.author', 'clock', 'compose.containers']
const everyNote = (value: string) => notes.map((key) => noteFor(key, value)).join(';')
const repeated = (text: string, times: number) => `replace(hex(zeroblob(${times})), '00', '${text}')`

type Row = readonly [what: string, sql: string]

/** Rows that no run of Ronde wrote: they count as none, or as what they say, and the state is kept. */
const taken: readonly Row[] = [
  ['statuses that are none', `UPDATE status SET status = '::error::evil'`],
  ['times before all time', 'UPDATE run SET at = -9000000000000000'],
  ['times after all dates', 'UPDATE run SET at = 9000000000000000'],
  ['values beyond all numbers', 'UPDATE measurement SET value = 9e999'],
  ['sizes that are a lie', 'UPDATE run SET size = -1'],
  ['notes that are no JSON', everyNote(`'::error::evil'`)],
  ['notes of lists in lists', everyNote(repeated('[', 2_000_000))],
  ['notes of a million zeros', everyNote(`'[' || ${repeated('0,', 1_000_000)} || '0]'`)],
  ['notes of 40 MB', everyNote(repeated('x', 40_000_000))],
  ['notes of other shapes', everyNote(`'{"__proto__":{"at":1},"offsetMs":1e400,"at":-1}'`)],
  [
    'a hundred thousand runs',
    `INSERT INTO run (scope, at, size) SELECT scope.id, x, 0 FROM scope, (${endless} SELECT x FROM c LIMIT 100000);
     INSERT OR IGNORE INTO status SELECT track.id, run.id, 'ok' FROM track JOIN run ON run.scope = track.scope`,
  ],
  [
    'a hundred thousand subjects',
    `INSERT INTO track (scope, finding, subject) SELECT scope.id, 'evil', x FROM scope, (${endless} SELECT x FROM c LIMIT 100000)`,
  ],
  ['rows of nobody', `PRAGMA foreign_keys = OFF; DELETE FROM scope`],
]

/** Files that Ronde cannot have written: set aside, with a warning that names the file. */
const setAside: readonly Row[] = [
  ['a time that is no number of JavaScript', 'UPDATE run SET at = 9223372036854775807'],
  [
    'a view without end in the place of a table',
    `DROP TABLE track; CREATE VIEW track AS ${endless} SELECT x AS id, 1 AS scope, 'a' AS finding, 'b' AS subject FROM c`,
  ],
  ['a trigger', 'CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM status; END'],
  [
    'a trigger that has no end',
    `CREATE VIEW without_end AS ${endless} SELECT x FROM c; CREATE TRIGGER evil AFTER INSERT ON run BEGIN DELETE FROM status WHERE run IN (SELECT x FROM without_end WHERE x < 0); END`,
  ],
  ['a table that is missing', 'DROP TABLE note'],
  ['a table more', 'CREATE TABLE evil (x)'],
]

/** Two runs, the second after this was planted in what the first left. */
const runAfter = async (sql: string) => {
  await using server = await startBrokenServer()
  server.break()
  await server.look()
  const database = new DatabaseSync(join(server.stateDirectory, 'state.db'))
  database.exec(sql)
  database.close()
  const startedAt = performance.now()
  const ran = await server.look({ timeoutMs: 90_000 })
  const ms = performance.now() - startedAt
  const third = await server.look({ timeoutMs: 90_000 })
  return { ran, ms, third, issues: server.issues().length }
}

describe('a state with', () => {
  test.each(taken)(
    '%s is kept, and the run tells what it saw',
    async (_, sql) => {
      const { ran, ms, third, issues } = await runAfter(sql)
      expect([ran.signal, ran.reports[0]?.status ?? ran.log]).toEqual([null, 'critical'])
      expect(ran.findings.find((one) => one.id === 'endpoint.status')).toMatchObject({ status: 'critical' })
      expect(ran.findings.filter((one) => one.id === 'state.unwritable')).toEqual([])
      expect(ran.log).not.toContain('a bug of Ronde')
      expect(ran.stdout).not.toMatch(/^::error::evil/m)
      expect(third.findings.filter((one) => one.id === 'state.unwritable')).toEqual([])
      expect(issues).toBe(1)
      expect(ms).toBeLessThan(30_000)
    },
    120_000,
  )

  test.each(setAside)(
    '%s is set aside in sight, and the next run has a new one',
    async (_, sql) => {
      const { ran, third, issues } = await runAfter(sql)
      expect([ran.signal, ran.reports[0]?.status ?? ran.log]).toEqual([null, 'critical'])
      expect(ran.log).toContain('the state database was damaged and was set aside as state.db.corrupt-')
      expect(ran.findings.filter((one) => one.id === 'state.unwritable')).toEqual([])
      expect(third.log).not.toContain('set aside')
      expect(third.findings.filter((one) => one.id === 'state.unwritable')).toEqual([])
      expect(issues).toBe(1)
    },
    120_000,
  )
})
