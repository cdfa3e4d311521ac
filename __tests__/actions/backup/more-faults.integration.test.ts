import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { debian, psql } from '../../support/backup.ts'
import { nodeAfter } from '../../support/fault-tools.ts'
import { type PostgresServer, packagedFolder, startPostgres } from '../../support/postgres.ts'
import { temporaryFolder } from '../../support/ronde.ts'
import { lyingIn, manifestIn, runBackup } from '../../support/run-backup.ts'

jest.setTimeout(120_000)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ binaries: debian })
  psql(server, 'CREATE DATABASE quiz')
  psql(server, "CREATE TABLE game AS SELECT n, 'player ' || n AS name FROM generate_series(1, 100) AS n", { database: 'quiz' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

const left = (root: string): readonly string[] => lyingIn(root).filter((name) => name !== 'ronde-backup.pub.pem')

/** fsync of files whose path ends so fails as on a disk that is broken. */
const syncFaults = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int fsync(int fd) {
  char link[64], path[4096];
  const char *end = getenv("SYNC_FAULT");
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  size_t wanted = end == NULL ? 0 : strlen(end);
  if (length > 0 && wanted > 0 && (size_t)length >= wanted && memcmp(path + length - wanted, end, wanted) == 0) { errno = EIO; return -1; }
  return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}
`

test.each(['database.dump', 'manifest.json', 'manifest.sig'])(
  'a disk that does not take %s for good is named, and nothing is left',
  async (name) => {
    await using folder = await temporaryFolder()
    const [source, library, root] = ['sync.c', 'sync.so', 'backups'].map((one) => join(folder.path, one)) as [string, string, string]
    await writeFile(source, syncFaults)
    execFileSync('gcc', ['-shared', '-fPIC', '-o', library, source, '-ldl'])
    const node = await nodeAfter(folder.path, 'node-on-broken-disk', [
      `LD_PRELOAD='${library}' SYNC_FAULT='${name}' exec '${process.execPath}' "$@"`,
    ])
    const ran = await runBackup(server, root, { node })
    expect(ran.verified()).toMatchObject({
      status: 'critical',
      title: 'database/quiz: no backup was made',
      observed: expect.stringContaining('EIO'),
    })
    expect([ran.exitCode, left(root)]).toEqual([1, []])
  },
)

test('a disk that is full in the middle of a dump is named, and nothing half done is left', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome, small, listing] = ['backups', 'state', 'small', 'listing'].map((one) => join(folder.path, one)) as [
    string,
    string,
    string,
    string,
  ]
  psql(server, 'CREATE DATABASE growing')
  psql(server, 'CREATE TABLE game (word text)', { database: 'growing' })
  const first = await runBackup(server, root, { stateHome, database: 'growing' })
  expect(first.verified().status).toBe('ok')
  // Four times what the disk holds: and by the last backup it would be small.
  psql(server, "INSERT INTO game SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 1000000) AS n GROUP BY n % 1000", {
    database: 'growing',
  })
  const node = await nodeAfter(folder.path, 'node-with-full-disk', [
    `mkdir -p '${small}'`,
    `exec unshare --mount --propagation private bash -c 'mount -t tmpfs -o size=5m,mode=700 none ${small}; cp -a ${root} ${small}/; code=0; "$0" "$@" || code=$?; find ${small}/backups > ${listing}; exit $code' '${process.execPath}' "$@"`,
  ])
  const ran = await runBackup(server, join(small, 'backups'), { stateHome, database: 'growing', node })
  expect(ran.verified()).toMatchObject({
    status: 'critical',
    title: 'database/growing: no backup was made',
    observed: expect.stringMatching(/No space left|could not write/),
  })
  expect(ran.exitCode).toBe(1)
  const there = readFileSync(listing, 'utf8')
  expect(there).not.toContain('.partial-')
  expect(there.match(/manifest\.json/g)).toHaveLength(1)
})

test('a server of an older major is proven in a server of its own major, by a newer client', async () => {
  await using folder = await temporaryFolder()
  await using older = await startPostgres({ major: 14 })
  psql(older, 'CREATE DATABASE quiz')
  psql(older, 'CREATE TABLE game AS SELECT n FROM generate_series(1, 20) AS n; CREATE MATERIALIZED VIEW best AS SELECT max(n) FROM game', {
    database: 'quiz',
  })
  const copied = join(older.directory, 'native/bin')
  const programs = existsSync(copied) ? copied : join(packagedFolder(14), 'bin')
  const ran = await runBackup(older, join(folder.path, 'backups'), {
    inputs: { kinds: 'database, globals' },
    environment: { PATH: `${programs}:${process.env['PATH'] ?? ''}` },
  })
  expect(ran.findings.filter(({ id }) => id === 'backup.verified').map(({ status, observed }) => ({ status, observed }))).toEqual([
    { status: 'ok', observed: expect.stringContaining('20 rows') },
    { status: 'ok', observed: expect.stringContaining('1 role') },
  ])
  const [path = ''] = (ran.outputs['backup-path'] ?? '').split('\n')
  expect(manifestIn(path)).toMatchObject({
    clientVersion: expect.stringMatching(/^15/),
    source: { serverVersion: expect.stringMatching(/^14/) },
  })
})

test('a client that is older than the server is named, with what to install', async () => {
  await using folder = await temporaryFolder()
  await using newer = await startPostgres({ major: 18 })
  const root = join(folder.path, 'backups')
  const ran = await runBackup(newer, root, { database: 'postgres' })
  expect(ran.verified()).toMatchObject({
    status: 'critical',
    observed: expect.stringMatching(/^pg_dump 15\S* is older than the server, PostgreSQL 18$/),
    advice: expect.stringContaining('install postgresql-client-18'),
  })
  expect(left(root)).toEqual([])
})

test('a row of more than a gigabyte as text is named by its table, and there is no backup', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  psql(server, 'CREATE DATABASE large')
  psql(server, "CREATE TABLE huge AS SELECT repeat('x', 600000000) AS a, '' AS b; UPDATE huge SET b = repeat('y', 600000000)", {
    database: 'large',
  })
  const ran = await runBackup(server, root, { database: 'large' })
  psql(server, 'DROP DATABASE large')
  expect(ran.verified()).toMatchObject({
    status: 'critical',
    title: 'database/large: no backup was made',
    observed: expect.stringMatching(/COPY public\.huge/),
  })
  expect(left(root)).toEqual([])
})

test('a root on the disk of the database is told once', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  const statuses: (string | undefined)[] = []
  for (let run = 0; run < 2; run += 1) {
    const ran = await runBackup(server, root, { stateHome })
    statuses.push(ran.findings.find(({ id, subject }) => id === 'backup.room' && subject === 'backups/disk')?.status)
  }
  expect(statuses).toEqual(['warning', 'ok'])
})

test('where keys are named, this server’s must be among them', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome] = [join(folder.path, 'backups'), join(folder.path, 'state')]
  await runBackup(server, root, { stateHome })
  const own = readFileSync(join(root, 'ronde-backup.pub.pem'), 'utf8')
  const other = execFileSync('sh', ['-c', 'openssl genpkey -algorithm ed25519 | openssl pkey -pubout'], { encoding: 'utf8' })
  const listed = (...keys: string[]) => keys.map((key) => `- |\n${key.replaceAll(/^/gm, '  ').trimEnd()}`).join('\n')
  const told = async (keys: string) =>
    (await runBackup(server, root, { stateHome, inputs: { 'trusted-keys': keys } })).findings.filter(({ id }) => id === 'backup.key')
  expect(await told(listed(other))).toMatchObject([{ status: 'warning', title: expect.stringContaining('`trusted-keys` does not name') }])
  expect(await told(listed(other, own))).toEqual([])
})

test('keys of a bucket that are missing are a mistake, and nothing begins', async () => {
  await using folder = await temporaryFolder()
  const root = join(folder.path, 'backups')
  const ran = await runBackup(server, root, { inputs: { 'off-site': '- s3: { bucket: quiz, endpoint: "http://127.0.0.1:1" }' } })
  expect(ran.exitCode).toBe(1)
  expect(ran.log).toMatch(/access-key/)
  expect(existsSync(root)).toBe(false)
})

test('the summary says what was saved, how big against last time, where it is, and what stays and why; the database names its config', async () => {
  await using folder = await temporaryFolder()
  const [root, stateHome, env] = [join(folder.path, 'backups'), join(folder.path, 'state'), join(folder.path, '.env')]
  await writeFile(env, 'SECRET_KEY=not-in-any-report\n')
  const inputs = { kinds: 'config, database', 'config-files': env }
  await runBackup(server, root, { stateHome, inputs })
  const ran = await runBackup(server, root, { stateHome, inputs })
  const [config, database] = (ran.outputs['backup-id'] ?? '').split('\n')
  const path = join(root, 'quiz-prod--quiz--database', database ?? '')
  expect(manifestIn(path).config).toBe(config)
  const { tables } = (ran.reports[0]?.facts ?? {}) as { tables: { title: string; rows: string[][] }[] }
  expect(tables.map(({ title }) => title)).toEqual(['Backups', 'Kept'])
  expect(tables[0]?.rows).toEqual([
    ['config config', expect.stringMatching(/^\S+ \S+ \([+−]/), 'proven'],
    ['database quiz', expect.stringMatching(/^\S+ \S+ \([+−]/), 'proven'],
  ])
  expect(tables[1]?.rows).toContainEqual(['database quiz', '2', expect.stringContaining('2 young'), '0'])
})
