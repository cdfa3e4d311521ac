import { randomBytes } from 'node:crypto'
import { mkdirSync, openSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from '@jest/globals'
import { openState } from '../../../src/runtime/state/state.ts'
import { aFinding, aKey } from '../../support/state-data.ts'
import { foreignPath, freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const openAt = (directory: string) => openState({ directory, key: aKey })

/** A folder with some runs in it, all of them in `state.db` itself. */
const used = async (): Promise<string> => {
  const directory = fresh()
  const opened = await openAt(directory)
  if (!opened.usable) throw new Error(opened.cause)
  const many = Array.from({ length: 500 }, (_, row) => aFinding({ subject: `https://quiz.example/${row}` }))
  for (let at = 1; at <= 5; at += 1) await opened.state.record(many, at)
  await opened.state.close()
  withDatabase(directory, 'PRAGMA wal_checkpoint(TRUNCATE)')
  return directory
}

const withDatabase = (directory: string, sql: string) => {
  const database = new DatabaseSync(join(directory, 'state.db'))
  database.exec(sql)
  database.close()
}

const overwrite = (path: string, position: number, bytes: number) =>
  writeSync(openSync(path, 'r+'), Buffer.alloc(bytes, 0xa5), 0, bytes, position)

const asideOf = (directory: string) => readdirSync(directory).filter((name) => /^state\.db\.(corrupt|newer)-\d+$/.test(name))

describe('a state database that cannot be used is set aside, and the run has an empty one:', () => {
  type Row = { readonly name: string; readonly harm: (directory: string) => unknown; readonly warning: RegExp }
  const rows: readonly Row[] = [
    {
      name: 'text instead of a database',
      harm: (at) => writeFileSync(join(at, 'state.db'), 'hello '.repeat(500)),
      warning: /was damaged .* state\.db\.corrupt-\d+/,
    },
    { name: 'a damaged first page', harm: (at) => overwrite(join(at, 'state.db'), 100, 3_000), warning: /was damaged/ },
    { name: 'a file cut short', harm: (at) => truncateSync(join(at, 'state.db'), 5_000), warning: /was damaged/ },
    { name: "another program's database", harm: (at) => withDatabase(at, 'PRAGMA application_id = 7'), warning: /was damaged/ },
    {
      name: "a newer Ronde's",
      harm: (at) => withDatabase(at, 'PRAGMA user_version = 99'),
      warning: /was written by a newer version of Ronde .* state\.db\.newer-\d+/,
    },
  ]
  test.each(rows)('$name', async ({ harm, warning }) => {
    const directory = await used()
    harm(directory)
    const opened = await openAt(directory)
    expect(opened).toMatchObject({ usable: true, warnings: [expect.stringMatching(warning)] })
    if (!opened.usable) throw new Error(opened.cause)
    expect(opened.state.statuses('endpoint.latency', 'https://quiz.example/1', 1)).toEqual([])
    expect(await opened.state.record([aFinding()], 9)).toEqual({ usable: true, warnings: [] })
    await opened.state.close()
    expect(asideOf(directory)).toHaveLength(1)
    expect(await openAt(directory)).toMatchObject({ usable: true, warnings: [] })
  })

  test.each([
    ['random bytes', randomBytes(8_192)],
    ['text', Buffer.from('hello '.repeat(500))],
    ['the head of a database and nothing behind it', Buffer.concat([Buffer.from('SQLite format 3\0'), randomBytes(5_000)])],
  ])('but not when it is only its guard that holds %s: nothing of the state is lost', async (_, bytes) => {
    const directory = await used()
    writeFileSync(join(directory, 'guard.db'), bytes)
    const opened = await openAt(directory)
    expect(opened).toMatchObject({ usable: true, warnings: [] })
    if (!opened.usable) throw new Error(opened.cause)
    expect(opened.state.statuses('endpoint.latency', 'https://quiz.example/1', 1)).toEqual([{ at: 5, status: 'ok' }])
    await opened.state.close()
    expect(asideOf(directory)).toEqual([])
  })

  test('and a guard that somebody holds is told by its own name', async () => {
    const directory = await used()
    const holder = new DatabaseSync(join(directory, 'guard.db'))
    holder.exec('BEGIN EXCLUSIVE')
    expect(await openAt(directory)).toMatchObject({ usable: false, cause: expect.stringContaining('guard.db: locked') })
    holder.close()
  })

  test('a page that is found damaged only in use, without losing the run that found it', async () => {
    const directory = await used()
    const path = join(directory, 'state.db')
    overwrite(path, 4_096 * 4, statSync(path).size - 4_096 * 4)
    const opened = await openAt(directory)
    expect(opened).toMatchObject({ usable: true, warnings: [] })
    if (!opened.usable) throw new Error(opened.cause)
    expect(opened.state.statuses('endpoint.latency', 'https://quiz.example/1', 1)).toEqual([])
    expect(await opened.state.record([aFinding()], 9)).toMatchObject({ usable: true, warnings: [expect.stringContaining('was damaged')] })
    expect(opened.state.statuses('endpoint.latency', 'https://quiz.example/', 1)).toEqual([{ at: 9, status: 'ok' }])
    await opened.state.close()
  })

  test('and a run that still has the old one open records into the new one', async () => {
    const directory = await used()
    const early = await openAt(directory)
    if (!early.usable) throw new Error(early.cause)
    withDatabase(directory, 'PRAGMA user_version = 99')
    const next = await openAt(directory)
    expect(next).toMatchObject({ usable: true, warnings: [expect.stringContaining('newer')] })
    expect(await early.state.record([aFinding()], 9)).toEqual({ usable: true, warnings: [] })
    expect(asideOf(directory)).toHaveLength(1)
    if (!next.usable) throw new Error(next.cause)
    expect(next.state.statuses('endpoint.latency', 'https://quiz.example/', 1)).toEqual([{ at: 9, status: 'ok' }])
    await early.state.close()
    await next.state.close()
  })

  test('and only the last three are kept', async () => {
    const directory = await used()
    for (let round = 0; round < 6; round += 1) {
      withDatabase(directory, 'PRAGMA wal_checkpoint(TRUNCATE)')
      writeFileSync(join(directory, 'state.db'), 'no database'.repeat(100))
      const opened = await openAt(directory)
      if (opened.usable) await opened.state.close()
    }
    expect(asideOf(directory)).toHaveLength(3)
  })
})

describe('without usable state the run goes on and says why:', () => {
  type Row = { readonly name: string; readonly make: (at: string) => string; readonly cause: string }
  const rows: readonly Row[] = [
    { name: 'a folder where nobody may write', make: () => '/proc/ronde', cause: '/proc/ronde' },
    { name: 'a folder of somebody else', make: (at) => foreignPath(at, '/usr'), cause: 'belongs to uid' },
    {
      name: 'a link in place of the database',
      make: (at) => {
        symlinkSync('/etc/passwd', join(at, 'state.db'))
        return at
      },
      cause: 'is not a plain file',
    },
    {
      name: 'a folder in place of the database',
      make: (at) => {
        mkdirSync(join(at, 'state.db'))
        return at
      },
      cause: 'is not a plain file',
    },
    {
      name: 'a link in place of its log',
      make: (at) => {
        symlinkSync('/etc/passwd', join(at, 'state.db-wal'))
        return at
      },
      cause: 'state.db-wal: is not a plain file',
    },
  ]
  test.each(rows)('$name', async ({ make, cause }) => {
    const opened = await openAt(make(fresh()))
    expect(opened).toMatchObject({ usable: false, cause: expect.stringContaining(cause), advice: expect.stringMatching(/\w/) })
  })
})
