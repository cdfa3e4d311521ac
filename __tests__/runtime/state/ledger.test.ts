import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { createLedger, pendingRecoveries } from '../../../src/runtime/state/ledger.ts'
import { recordedSessions } from '../../../src/runtime/state/ledger-file.ts'
import { ownIdentity } from '../../../src/runtime/state/owner.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const now = Date.now()
const gone = spawnSync(process.execPath, ['-e', '0']).pid

const ledger = (directory: string, overrides: { action?: string; project?: string; run?: string } = {}) =>
  createLedger({ directory, action: 'backup', project: 'quiz', run: '7', now, deadline: now + 60_000, ...overrides })

/** The ledger of a run whose process has gone, with these lines after its header. */
const dead = (directory: string, options: { run: string; startedAt?: number; lines?: string; project?: string }): string => {
  const { run, startedAt = now - 1_000, lines = '{"step":"dump"}\n{"step":"rename"}\n', project = 'quiz' } = options
  mkdirSync(join(directory, 'journal'), { recursive: true, mode: 0o700 })
  const header = { ...ownIdentity(now + 60_000), pid: gone, action: 'backup', project, run, startedAt }
  const path = join(directory, 'journal', `backup-${project}-${run}.jsonl`)
  writeFileSync(path, `${JSON.stringify(header)}\n${lines}`, { mode: 0o600 })
  return path
}

describe('the ledger of a run', () => {
  test('leaves nothing on disk when nothing is changed', () => {
    const directory = fresh()
    const one = ledger(directory)
    expect(one.pending()).toEqual([])
    one.close()
    expect(readdirSync(directory)).toEqual([])
  })

  test('holds each step before it is done, for its user alone, until it is closed', () => {
    const directory = fresh()
    const one = ledger(directory)
    one.write({ step: 'dump' })
    one.write({ step: 'rename', to: 'näh\n' })
    const path = join(directory, 'journal', 'backup-quiz-7.jsonl')
    expect(readFileSync(path, 'utf8').split('\n').slice(1)).toEqual(['{"step":"dump"}', '{"step":"rename","to":"näh\\n"}', ''])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    one.close()
    expect(readdirSync(join(directory, 'journal'))).toEqual([])
  })

  test('is not pending while its process lives', () => {
    const directory = fresh()
    ledger(directory).write({ step: 'dump' })
    expect(ledger(directory, { run: '8' }).pending()).toEqual([])
    expect(pendingRecoveries(directory, now)).toEqual({ recoveries: [], troubles: [] })
  })

  test('does not overwrite the ledger of another run with the same name', () => {
    const directory = fresh()
    ledger(directory).write({ step: 'dump' })
    expect(() => ledger(directory).write({ step: 'other' })).toThrow('another run has this name')
  })

  test('has a name that stays in its folder, whatever the project is called', () => {
    const directory = fresh()
    ledger(directory, { project: '../../etc', run: '/x' }).write({ step: 'dump' })
    expect(readdirSync(directory)).toEqual(['journal'])
    expect(readdirSync(join(directory, 'journal'))).toEqual([expect.stringMatching(/^backup-x[0-9a-f]{32}-x[0-9a-f]{32}\.jsonl$/)])
  })

  test('throws when a step cannot be kept, for it must not be done then', () => {
    expect(() => ledger('/proc/ronde').write({ step: 'dump' })).toThrow('the ledger cannot be kept: /proc/ronde')
  })
})

describe('what a dead run left', () => {
  test('is pending, oldest run first, for its own action and project', () => {
    const directory = fresh()
    dead(directory, { run: '2', startedAt: 2_000, lines: '{"step":"third"}\n' })
    dead(directory, { run: '9', startedAt: 1_000, lines: '{"step":"first"}\n{"step":"second"}\n' })
    dead(directory, { run: '3', project: 'other' })
    expect(ledger(directory).pending()).toEqual([{ step: 'first' }, { step: 'second' }, { step: 'third' }])
    expect(ledger(directory, { action: 'update' }).pending()).toEqual([])
  })

  test('is told for all actions and projects, so that health-check can say it', () => {
    const directory = fresh()
    dead(directory, { run: '2', startedAt: 2_000 })
    dead(directory, { run: '3', startedAt: 3_000, project: 'other', lines: '' })
    expect(pendingRecoveries(directory, now)).toEqual({
      recoveries: [
        { action: 'backup', project: 'quiz', run: '2', startedAt: 2_000, steps: 2 },
        { action: 'backup', project: 'other', run: '3', startedAt: 3_000, steps: 0 },
      ],
      troubles: [],
    })
  })

  test('stays pending until it is closed', () => {
    const directory = fresh()
    dead(directory, { run: '2' })
    const one = ledger(directory)
    expect(one.pending()).toHaveLength(2)
    expect(one.pending()).toHaveLength(2)
    one.close()
    expect(one.pending()).toEqual([])
    expect(pendingRecoveries(directory, now).recoveries).toEqual([])
  })

  test('is kept by a run that did not ask for it', () => {
    const directory = fresh()
    dead(directory, { run: '2' })
    const one = ledger(directory)
    one.write({ step: 'dump' })
    one.close()
    expect(pendingRecoveries(directory, now).recoveries).toHaveLength(1)
  })

  const torn = ['{"step":"rena', '{"step":"rename"}', '\0\0\0\0']
  test.each(torn)('ends before a last line that was cut short: %j', (line) => {
    const directory = fresh()
    dead(directory, { run: '2', lines: `{"step":"dump"}\n${line}` })
    expect(ledger(directory).pending()).toEqual([{ step: 'dump' }])
    expect(ledger(directory).troubles()).toEqual([])
  })
})

describe('a ledger that this program did not write is told in words and never replayed:', () => {
  type Row = { readonly name: string; readonly harm: (path: string) => unknown; readonly cause: string }
  const rows: readonly Row[] = [
    { name: 'no JSON', harm: (path) => writeFileSync(path, 'rm -rf /\n'), cause: 'is not a ledger that Ronde wrote' },
    { name: 'no header', harm: (path) => writeFileSync(path, '{"step":"dump"}\n'), cause: 'is not a ledger that Ronde wrote' },
    { name: 'an empty file', harm: (path) => truncateSync(path), cause: 'is not a ledger that Ronde wrote' },
    {
      name: 'a header that belongs to another name',
      harm: (path) => renameSync(path, path.replace('-2.', '-3.')),
      cause: 'is not a ledger that Ronde wrote',
    },
    { name: 'a damaged step', harm: (path) => appendFileSync(path, '{"step"\n{"step":"x"}\n'), cause: 'line 4 is damaged' },
    { name: 'a step that is not an object', harm: (path) => appendFileSync(path, '["dump"]\n'), cause: 'line 4 is damaged' },
    { name: 'a size of 100 MB', harm: (path) => truncateSync(path, 100_000_000), cause: '100000000 bytes' },
    { name: 'a file that others can write', harm: (path) => chmodSync(path, 0o666), cause: 'others can write it (mode 666)' },
    {
      name: 'a symbolic link',
      harm: (path) => {
        renameSync(path, `${path}.real`)
        symlinkSync(`${path}.real`, path)
      },
      cause: 'is a symbolic link',
    },
    {
      name: 'a named pipe',
      harm: (path) => {
        renameSync(path, `${path}.real`)
        spawnSync('mkfifo', [path])
      },
      cause: 'is not a plain file',
    },
    {
      name: 'a folder',
      harm: (path) => {
        renameSync(path, `${path}.real`)
        mkdirSync(path)
      },
      cause: 'is not a plain file',
    },
  ]
  test.each(rows)('$name', ({ harm, cause }) => {
    const directory = fresh()
    harm(dead(directory, { run: '2' }))
    dead(directory, { run: '5', lines: '{"step":"of another run"}\n' })
    const troubles = [{ cause: expect.stringContaining(cause), advice: expect.stringMatching(/\w/) }]
    expect(pendingRecoveries(directory, now)).toMatchObject({ recoveries: [{ run: '5' }], troubles })
    const one = ledger(directory)
    expect(one.pending()).toEqual([{ step: 'of another run' }])
    expect(one.troubles()).toMatchObject(troubles)
    one.close()
    expect(pendingRecoveries(directory, now)).toMatchObject({ recoveries: [], troubles })
  })

  test('a link in place of the folder', () => {
    const directory = fresh()
    symlinkSync('/usr', join(directory, 'journal'))
    expect(pendingRecoveries(directory, now)).toMatchObject({
      recoveries: [],
      troubles: [{ cause: expect.stringContaining('is a symbolic link') }],
    })
    expect(() => ledger(directory).write({ step: 'dump' })).toThrow('is a symbolic link')
  })
})

describe('the sessions of runs on this host', () => {
  test('are known by the names that any run wrote down, alive or dead', () => {
    const directory = fresh()
    expect(recordedSessions(directory)).toEqual([])
    ledger(directory).write({ application: 'ronde db-maintain alive' })
    dead(directory, { run: '8', lines: '{"application":"ronde db-maintain dead"}\n{"application":7}\n{"step":"dump"}\n' })
    expect(recordedSessions(directory).toSorted()).toEqual(['ronde db-maintain alive', 'ronde db-maintain dead'])
  })
})
