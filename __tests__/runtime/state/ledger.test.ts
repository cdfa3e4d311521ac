import { spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
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
import type { Site } from '../../../src/contract/site.ts'
import { createLedger } from '../../../src/runtime/state/ledger.ts'
import { ledgerName, recordedSessions } from '../../../src/runtime/state/ledger-file.ts'
import { isOfSite, leftLedgers, pendingRecoveries } from '../../../src/runtime/state/ledger-left.ts'
import { ownIdentity } from '../../../src/runtime/state/owner.ts'
import { freshFolders } from '../../support/state-folder.ts'

const fresh = freshFolders()
const now = Date.now()
const gone = spawnSync(process.execPath, ['-e', '0']).pid

const site: Site = { repository: 'acme/quiz', server: 's', project: 'quiz', formerly: [] }
const ledger = (directory: string, overrides: { action?: string; project?: string; run?: string } = {}) => {
  const { action = 'backup', project = 'quiz', run = '7' } = overrides
  return createLedger({ directory, action, site: { ...site, project }, run, now, deadline: now + 60_000 })
}

type Dead = { run: string; startedAt?: number; lines?: string; project?: string; repository?: string; version?: number }

/** The ledger of a run whose process has gone, with these lines after its header. */
const dead = (directory: string, options: Dead): string => {
  const { run, startedAt = now - 1_000, lines = '{"step":"dump"}\n{"step":"rename"}\n', version = 2, ...rest } = options
  mkdirSync(join(directory, 'journal'), { recursive: true, mode: 0o700 })
  const of = { ...site, ...rest, action: 'backup', run, startedAt }
  const { repository: _, server: _server, ...before } = of
  const header = { ...ownIdentity(now + 60_000), pid: gone, ...(version === 1 ? before : { ...of, version }) }
  const path = join(directory, 'journal', ledgerName({ ...of, version }))
  writeFileSync(path, `${JSON.stringify(header)}\n${lines}`, { mode: 0o600 })
  return path
}

const none: ReadonlySet<string> = new Set()
const steps = (directory: string, of = site) =>
  leftLedgers(directory, none)
    .filter((one) => isOfSite(one, of))
    .flatMap((one) => (one.kind === 'ledger' ? one.steps : []))
const pending = (directory: string, repository = 'acme/quiz') => pendingRecoveries(directory, { repository })

describe('the ledger of a run', () => {
  test('leaves nothing on disk when nothing is changed', () => {
    const directory = fresh()
    const one = ledger(directory)
    one.close()
    expect(readdirSync(directory)).toEqual([])
  })

  test('holds each step before it is done, for its user alone, until it is closed', () => {
    const directory = fresh()
    const one = ledger(directory)
    one.write({ step: 'dump' })
    one.write({ step: 'rename', to: 'näh\n' })
    const path = one.path
    expect(readFileSync(path, 'utf8').split('\n').slice(1)).toEqual(['{"step":"dump"}', '{"step":"rename","to":"näh\\n"}', ''])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    one.close()
    expect(readdirSync(join(directory, 'journal'))).toEqual([])
  })

  test('of this process is left once its turn is over, and not before', () => {
    const directory = fresh()
    const one = ledger(directory)
    one.write({ step: 'dump' })
    expect(leftLedgers(directory, new Set([one.path]))).toEqual([])
    expect(steps(directory)).toEqual([{ step: 'dump' }])
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
    expect(readdirSync(join(directory, 'journal'))).toEqual([expect.stringMatching(/^backup-[0-9a-f]{16}-x[0-9a-f]{32}\.jsonl$/)])
  })

  test('throws when a step cannot be kept, for it must not be done then', () => {
    expect(() => ledger('/proc/ronde').write({ step: 'dump' })).toThrow('the ledger cannot be kept: /proc/ronde')
  })
})

describe('what a dead run left', () => {
  test('is taken back by its own site alone, the latest run first', () => {
    const directory = fresh()
    dead(directory, { run: '2', startedAt: 2_000, lines: '{"step":"third"}\n' })
    dead(directory, { run: '9', startedAt: 1_000, lines: '{"step":"first"}\n{"step":"second"}\n' })
    dead(directory, { run: '3', project: 'other' })
    dead(directory, { run: '4', repository: 'acme/brain' })
    expect(steps(directory)).toEqual([{ step: 'third' }, { step: 'first' }, { step: 'second' }])
    expect(steps(directory, { ...site, server: 'other' })).toEqual([])
    expect(steps(directory, { ...site, project: 'quiz2', formerly: ['quiz'] })).toEqual([])
  })

  test('is told to all of its repository, so that health-check can say it', () => {
    const directory = fresh()
    dead(directory, { run: '2', startedAt: 2_000 })
    dead(directory, { run: '3', startedAt: 3_000, project: 'other', lines: '' })
    const recoveries = [
      { action: 'backup', project: 'quiz', startedAt: 2_000, steps: 2 },
      { action: 'backup', project: 'other', startedAt: 3_000, steps: 0 },
    ]
    expect(pending(directory)).toEqual({ recoveries, troubles: [] })
    expect(pending(directory, 'acme/brain')).toEqual({ recoveries: [], troubles: [] })
  })

  test('by the release before is found by its project, and told to everybody; without one nobody takes it', () => {
    const directory = fresh()
    const path = dead(directory, { run: '2', version: 1 })
    expect(path).toMatch(/backup-quiz-2\.jsonl$/)
    dead(directory, { run: '3', version: 1, project: '', lines: '{"step":"nobody\'s"}\n' })
    expect(steps(directory)).toHaveLength(2)
    expect(steps(directory, { ...site, project: 'found', formerly: ['', 'quiz'] })).toHaveLength(2)
    expect(steps(directory, { ...site, project: '' })).toEqual([])
    expect(pending(directory, 'acme/brain').recoveries).toHaveLength(2)
  })

  const torn = ['{"step":"rena', '{"step":"rename"}', '\0\0\0\0']
  test.each(torn)('ends before a last line that was cut short: %j', (line) => {
    const directory = fresh()
    dead(directory, { run: '2', lines: `{"step":"dump"}\n${line}` })
    expect(steps(directory)).toEqual([{ step: 'dump' }])
    expect(pending(directory).troubles).toEqual([])
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
    {
      name: 'a newer release wrote',
      harm: (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"version":2', '"version":3')),
      cause: 'a newer release wrote it (version 3)',
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
      name: 'another name elsewhere',
      harm: (path) => linkSync(path, join(path, '../../elsewhere')),
      cause: 'has another name elsewhere',
    },
    {
      name: 'a beginning after all dates',
      harm: (path) => writeFileSync(path, readFileSync(path, 'utf8').replace(/"startedAt":\d+/, '"startedAt":9e15')),
      cause: 'is not a ledger that Ronde wrote',
    },
    ...(process.getuid?.() === 0
      ? [{ name: 'another owner', harm: (path: string) => chownSync(path, 12_345, 12_345), cause: 'belongs to uid 12345' }]
      : []),
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
    expect(pending(directory)).toMatchObject({
      recoveries: [{ steps: 1 }],
      troubles: [expect.stringContaining(cause)],
    })
    expect(steps(directory)).toEqual([{ step: 'of another run' }])
    // Its name says whose it is: no change begins on that site, and on no other.
    const other = { ...site, repository: 'acme/brain' }
    const mine = leftLedgers(directory, none).filter((one) => isOfSite(one, site))
    expect(mine).toHaveLength(2)
    expect(leftLedgers(directory, none).filter((one) => isOfSite(one, other))).toEqual([])
  })

  test('a link in place of the folder', () => {
    const directory = fresh()
    symlinkSync('/usr', join(directory, 'journal'))
    expect(pending(directory)).toMatchObject({ recoveries: [], troubles: [expect.stringContaining('is a symbolic link')] })
    expect(() => ledger(directory).write({ step: 'dump' })).toThrow('is a symbolic link')
  })
})

describe('the sessions of runs on this host', () => {
  test('are known by the names that any run wrote down, alive or dead', () => {
    const directory = fresh()
    expect(recordedSessions(directory)).toEqual([])
    ledger(directory).write({ step: 'sessions', record: { application: 'ronde db-maintain alive' } })
    dead(directory, { run: '8', lines: '{"application":"ronde db-maintain dead"}\n{"application":7}\n{"step":"dump"}\n' })
    expect(recordedSessions(directory).toSorted()).toEqual(['ronde db-maintain alive', 'ronde db-maintain dead'])
  })
})
