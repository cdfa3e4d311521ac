import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { layOut, setAccessList, unknownId } from '../support/local-users.ts'
import { freshFolders } from '../support/state-folder.ts'

const fresh = freshFolders()
const isRoot = process.getuid?.() === 0
const stranger = unknownId + 1
const groupOfBin = 2

type Places = { readonly state: string; readonly temp: string; readonly reportFile?: string }

/** Runs health-check as the runner's own Node would, as this user; nothing is looked at but an address that refuses. */
const run = async (uid: number, { state, temp, reportFile = '' }: Places) => {
  const output = join(fresh(), 'output')
  writeFileSync(output, '')
  chmodSync(join(output, '..'), 0o755)
  chownIfRoot(output, uid)
  const child = spawn(process.execPath, [resolve('.build/health-check.js')], {
    ...(isRoot ? { uid, gid: uid } : {}),
    cwd: '/',
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: '/nonexistent',
      RUNNER_TEMP: temp,
      GITHUB_OUTPUT: output,
      'INPUT_STATE-DIR': state,
      'INPUT_REPORT-FILE': reportFile,
      'INPUT_FAIL-ON': 'never',
      INPUT_CHECKS: 'endpoints',
      INPUT_ENDPOINTS: '[{ url: "http://127.0.0.1:1/", attempts: 1 }]',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let log = ''
  child.stdout.on('data', (piece: Buffer) => {
    log += piece.toString('utf8')
  })
  const [exitCode] = await once(child, 'close')
  return { exitCode, log }
}

const chownIfRoot = (path: string, uid: number) => {
  if (isRoot) chownSync(path, uid, uid)
}

const pipeAt = (path: string) => {
  rmSync(path, { force: true })
  spawnSync('mkfifo', [path])
}

const reportsIn = (folder: string) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('ronde-')) : [])

/** Root, and a user who is in no file of the system, as in a container; one who is not root can only be itself. */
const users = isRoot ? [0, unknownId] : [process.getuid?.() ?? 0]

type Row = {
  readonly name: string
  readonly needsRoot?: true
  /** Makes the folder of a runner; below it stand the state and `_temp`. */
  readonly make: (at: string, uid: number) => string
  readonly refused?: string
}

const own = (uid: number) => (isRoot ? { uid, gid: uid } : {})
const rows: readonly Row[] = [
  {
    name: 'a home folder, 0750',
    make: (at, uid) =>
      layOut(at, [
        { name: 'home', mode: 0o755 },
        { name: 'runner', mode: 0o750, ...own(uid) },
      ]),
  },
  {
    name: '/opt/actions-runner, umask 002 and a group of its own',
    make: (at, uid) =>
      layOut(at, [
        { name: 'opt', mode: 0o755 },
        { name: 'actions-runner', mode: 0o775, ...own(uid) },
      ]),
  },
  {
    name: 'below a sticky folder such as /tmp',
    make: (at, uid) =>
      layOut(at, [
        { name: 'tmp', mode: 0o1777 },
        { name: 'r', mode: 0o700, ...own(uid) },
      ]),
  },
  {
    name: 'behind a link of root, such as /home -> /srv/home',
    make: (at, uid) => {
      layOut(at, [
        { name: 'srv', mode: 0o755 },
        { name: 'runner', mode: 0o755, ...own(uid) },
      ])
      symlinkSync(join(at, 'srv'), join(at, 'home'))
      return join(at, 'home/runner')
    },
  },
  {
    name: 'a folder of another group, which may only read it',
    needsRoot: true,
    make: (at, uid) => layOut(at, [{ name: 'r', mode: 0o2750, uid, gid: groupOfBin }]),
  },
  {
    name: 'a parent 2775 of another group',
    needsRoot: true,
    make: (at, uid) =>
      layOut(at, [
        { name: 'shared', mode: 0o2775, uid: 0, gid: groupOfBin },
        { name: 'r', mode: 0o755, ...own(uid) },
      ]),
    refused: 'shared: the group 2 can write here, and bin is in it',
  },
  {
    name: 'a parent that everybody writes',
    make: (at, uid) =>
      layOut(at, [
        { name: 'open', mode: 0o777 },
        { name: 'r', mode: 0o755, ...own(uid) },
      ]),
    refused: 'open: everybody can write here',
  },
  {
    name: 'a parent of another user',
    needsRoot: true,
    make: (at, uid) =>
      layOut(at, [
        { name: 'theirs', mode: 0o755, uid: stranger },
        { name: 'r', mode: 0o755, ...own(uid) },
      ]),
    refused: `theirs: belongs to uid ${stranger}`,
  },
  {
    name: 'a link through a folder that everybody writes',
    make: (at, uid) => {
      layOut(at, [
        { name: 'open', mode: 0o777 },
        { name: 'r', mode: 0o755, ...own(uid) },
      ])
      symlinkSync('open/r', join(at, 'link'))
      return join(at, 'link')
    },
    refused: 'open: everybody can write here',
  },
  {
    name: 'a parent whose access list names another user',
    make: (at, uid) => {
      const parent = layOut(at, [{ name: 'listed', mode: 0o755, ...own(uid) }])
      setAccessList(parent, stranger)
      return layOut(parent, [{ name: 'r', mode: 0o755, ...own(uid) }])
    },
    refused: 'listed: an access list (ACL) lets others write here',
  },
]

describe.each(users)('run as uid %i', (uid) => {
  const possible = rows.filter((row) => isRoot || row.needsRoot === undefined)
  test.each(possible)('the state and the report in $name', async ({ make, refused }) => {
    const at = fresh()
    chmodSync(at, 0o755)
    const runner = make(at, uid)
    const temp = join(runner, '_temp')
    mkdirSync(temp, { mode: 0o755 })
    chownIfRoot(temp, uid)
    const { log, exitCode } = await run(uid, { state: join(runner, 'state'), temp })
    expect(exitCode).toBe(0)
    expect(reportsIn(temp)).toHaveLength(refused === undefined ? 1 : 0)
    expect(existsSync(join(runner, 'state'))).toBe(refused === undefined)
    // Told of the state, and of the report.
    expect(log.split(refused ?? 'state.unwritable').length - 1).toBeGreaterThanOrEqual(refused === undefined ? 0 : 2)
    expect(/state\.unwritable|report file: could not be written/.test(log)).toBe(refused !== undefined)
  })

  test('a report-file in a folder of another user is not written, and the warning names the folder', async () => {
    const at = fresh()
    chmodSync(at, 0o755)
    const theirs = layOut(at, [{ name: 'theirs', mode: 0o777, ...(isRoot ? { uid: stranger } : {}) }])
    const temp = layOut(at, [{ name: 'temp', mode: 0o755, ...own(uid) }])
    const { log } = await run(uid, { state: join(temp, 'state'), temp, reportFile: join(theirs, 'below/report.json') })
    expect(readdirSync(theirs)).toEqual([])
    expect(log).toContain(
      `report file: could not be written: ${theirs}: ${isRoot ? `belongs to uid ${stranger}` : 'everybody can write here'}`,
    )
  })

  const planted: readonly { readonly name: string; readonly plant: (state: string) => void; readonly cause: string }[] = [
    {
      name: 'a hard link in place of the database',
      plant: (state) => {
        renameSync(join(state, 'state.db'), join(state, '../other'))
        linkSync(join(state, '../other'), join(state, 'state.db'))
      },
      cause: 'state.db: has another name elsewhere',
    },
    {
      name: "SQLite's old journal, as a link",
      plant: (state) => symlinkSync('/etc/hostname', join(state, 'state.db-journal')),
      cause: 'state.db-journal: is not a plain file',
    },
    {
      name: 'a database that others can write',
      plant: (state) => chmodSync(join(state, 'state.db'), 0o666),
      cause: 'state.db: others can write it',
    },
    {
      name: 'a link in place of the database, even to one of ours',
      plant: (state) => {
        renameSync(join(state, 'state.db'), join(state, '../other'))
        symlinkSync('../other', join(state, 'state.db'))
      },
      cause: 'state.db: is not a plain file',
    },
    {
      name: 'a named pipe in place of the database',
      plant: (state) => {
        renameSync(join(state, 'state.db'), join(state, '../other'))
        spawnSync('mkfifo', [join(state, 'state.db')])
      },
      cause: 'state.db: is not a plain file',
    },
    {
      name: 'a folder in place of the database',
      plant: (state) => {
        renameSync(join(state, 'state.db'), join(state, '../other'))
        mkdirSync(join(state, 'state.db'))
      },
      cause: 'state.db: is not a plain file',
    },
    {
      name: 'a named pipe in place of its guard',
      plant: (state) => pipeAt(join(state, 'guard.db')),
      cause: 'guard.db: is not a plain file',
    },
    {
      name: 'a named pipe in place of its log',
      plant: (state) => pipeAt(join(state, 'state.db-wal')),
      cause: 'state.db-wal: is not a plain file',
    },
    ...(isRoot
      ? [
          {
            name: 'a database of another user',
            plant: (state: string) => chownSync(join(state, 'state.db'), stranger, stranger),
            cause: `state.db: belongs to uid ${stranger}`,
          },
        ]
      : []),
    { name: 'the folder itself open to all', plant: (state) => chmodSync(state, 0o777), cause: 'state: everybody can write here' },
    { name: 'the folder itself open and sticky', plant: (state) => chmodSync(state, 0o1777), cause: 'state: everybody can write here' },
  ]
  test.each(planted)('state with $name is not used, and it is told', async ({ plant, cause }) => {
    const at = fresh()
    chmodSync(at, 0o755)
    const home = layOut(at, [{ name: 'r', mode: 0o755, ...own(uid) }])
    const places = { state: join(home, 'state'), temp: home }
    await run(uid, places)
    plant(places.state)
    const { log, exitCode } = await run(uid, places)
    expect(log).toContain(cause)
    // The endpoint that refuses is told all the same, and the report is written.
    expect(log).toContain('http://127.0.0.1:1/')
    expect([exitCode, reportsIn(home).length]).toEqual([0, 2])
  })
})

describe.each(users)('run as uid %i', (uid) => {
  const inThePlace: readonly (readonly [what: string, plant: (path: string) => void, written: boolean])[] = [
    ['a link to somebody else’s file', (path) => symlinkSync('/etc/hostname', path), true],
    ['a link that leads nowhere', (path) => symlinkSync('/does/not/exist', path), true],
    ['a named pipe', (path) => pipeAt(path), true],
    ['a folder', (path) => mkdirSync(path), false],
  ]
  test.each(inThePlace)('%s in the place of the report is not followed', async (_, plant, written) => {
    const before = readFileSync('/etc/hostname', 'utf8')
    const at = fresh()
    chmodSync(at, 0o755)
    const temp = layOut(at, [{ name: 'temp', mode: 0o755, ...own(uid) }])
    const reportFile = join(temp, 'report.json')
    plant(reportFile)
    const { log, exitCode } = await run(uid, { state: join(temp, 'state'), temp, reportFile })
    expect(exitCode).toBe(0)
    expect(lstatSync(reportFile).isFile()).toBe(written)
    expect(log.includes('report file: could not be written')).toBe(!written)
    expect(readFileSync('/etc/hostname', 'utf8')).toBe(before)
    expect(readdirSync(temp).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

test.each(users)('in a container of a job, which runs as uid %i in folders of the runner, the report is written', async (uid) => {
  const at = fresh()
  chmodSync(at, 0o755)
  const ofRunner = isRoot ? { uid: unknownId, gid: unknownId } : {}
  const temp = layOut(at, [
    { name: '__w', mode: 0o755, ...ofRunner },
    { name: '_temp', mode: 0o755, ...ofRunner },
  ])
  await run(uid, { state: join(at, 'state'), temp })
  expect(reportsIn(temp)).toHaveLength(1)
})
