import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { openState } from '../../../src/runtime/state/state.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { startChild } from '../../support/child.ts'
import { aKey } from '../../support/state-data.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const children = join(import.meta.dirname, '../../support/children')

const ask = (directory: string, sql: string) => {
  const database = new DatabaseSync(join(directory, 'state.db'))
  const rows = database.prepare(sql).all()
  database.close()
  return rows
}

/** What the runs of each writer left: its own count, its runs, and those of them that have fewer than their 20 statuses and measurements. */
const left = (directory: string) =>
  ask(
    directory,
    `SELECT scope.action AS writer, CAST(note.value AS INTEGER) AS counted, (SELECT count(*) FROM run WHERE scope = scope.id) AS runs,
       (SELECT count(*) FROM run WHERE run.scope = scope.id AND
         (20 <> (SELECT count(*) FROM status WHERE status.run = run.id) OR 20 <> (SELECT count(*) FROM measurement WHERE measurement.run = run.id))) AS partial
     FROM scope JOIN note ON note.scope = scope.id ORDER BY writer`,
  )

describe('the state database', () => {
  test('survives kill -9 in the middle of writing, again and again, with every run that was recorded', async () => {
    const directory = fresh()
    let acknowledged = 0
    for (let round = 0; round < 8; round += 1) {
      const writer = startChild('state-writer.ts', [directory, 'killed', '100000'])
      await writer.firstLine
      await sleep(Math.random() * 40)
      writer.kill()
      const ended = await writer.ended
      expect(ended).toMatchObject({ signal: 'SIGKILL', stderr: '' })
      const last = Number(ended.lines.at(-1))
      expect(last).toBeGreaterThan(acknowledged)
      acknowledged = last
    }
    expect(ask(directory, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const [killed] = left(directory)
    expect(Number(killed?.['counted'])).toBeGreaterThanOrEqual(acknowledged)
    expect(Number(killed?.['counted'])).toBeLessThanOrEqual(acknowledged + 1)
    expect(killed).toMatchObject({ partial: 0 })
  }, 60_000)

  test('loses nothing of four writers at once that begin on an empty folder', async () => {
    const directory = join(fresh(), 'ronde')
    const writers = ['a', 'b', 'c', 'd'].map((name) => startChild('state-writer.ts', [directory, name, '50']))
    for (const { ended } of writers) expect(await ended).toMatchObject({ code: 0, stderr: '' })
    expect(ask(directory, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(left(directory)).toEqual(['a', 'b', 'c', 'd'].map((writer) => ({ writer, counted: 50, runs: 50, partial: 0 })))
  }, 60_000)

  test('says so when the disk takes no more, and the run goes on', async () => {
    const directory = fresh()
    const run = createPrograms({ environment: process.env }).run
    const script = 'ulimit -f 200; exec "$@"'
    const writer = [process.execPath, join(children, 'state-writer.ts'), directory, 'full', '1000']
    const finished = await run('sh', ['-c', script, 'sh', ...writer], { timeoutMs: 30_000, signal: new AbortController().signal })
    expect(finished).toMatchObject({ ended: 'exit', exitCode: 1 })
    expect(finished.stderr).toContain('state.db: the disk refuses to read or write; look at this disk')
    expect(statSync(join(directory, 'state.db')).size).toBeGreaterThan(0)
    expect(await openState({ directory, key: aKey })).toMatchObject({ usable: true, warnings: [] })
    expect(ask(directory, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  }, 60_000)
})
