import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { ArchiveRecords } from '../../../src/actions/backup/steps.ts'
import { createTestProject, docker, type TestProject, testImage } from '../../support/compose-project.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

jest.setTimeout(180_000)

const name = 'ronde-volumes'
const compose = `
services:
  writer:
    image: ${testImage}
    command: ['sh', '-c', 'echo one > /data/one; ln /data/one /data/two; chmod 2770 /data; exec sleep 1d']
    init: true
    volumes: [media:/data]
  other:
    image: ${testImage}
    command: ['sleep', '1d']
    init: true
    volumes: [media:/data]
  rested:
    image: ${testImage}
    command: ['sleep', '1d']
    volumes: [media:/data]
  slow:
    image: ${testImage}
    command: ['sh', '-c', 'trap "sleep 2; exit" TERM; while :; do sleep 0.1; done']
    volumes: [media:/data]
  db:
    image: ${testImage}
    command: ['sh', '-c', 'mkdir -p /data/18/docker && echo 18 > /data/18/docker/PG_VERSION; exec sleep 1d']
    init: true
    volumes: [pgdata:/data]
volumes:
  media: {}
  pgdata: {}
`

let project: TestProject
beforeAll(async () => {
  project = await createTestProject(name, { 'compose.yaml': compose })
  await project.compose('up', '--detach', '--pull', 'never')
  await project.compose('stop', '--timeout', '0', 'rested')
})
afterAll(() => project.remove())

const place = async () => {
  const { path } = await temporaryFolder()
  const [root, stateHome] = [join(path, 'backups'), join(path, 'state')]
  const inputs = { server: 'quiz-prod', 'compose-directory': project.directory, 'compose-project': name, 'fail-on': 'never' }
  const run = (given: Readonly<Record<string, string>>, more: Partial<Parameters<typeof runRonde>[1]> = {}) =>
    runRonde('backup', { stateHome, inputs: { ...inputs, kinds: 'volumes', root, ...given }, ...more })
  const look = () => runRonde('health-check', { stateHome, inputs: { ...inputs, checks: 'compose', quick: 'true' } })
  return { path, root, stateHome, run, look }
}
const verified = ({ findings }: Awaited<ReturnType<typeof runRonde>>) =>
  findings.filter(({ id }) => id === 'backup.verified').map(({ subject, status, observed }) => ({ subject, status, observed }))
const running = async (): Promise<string[]> => (await project.compose('ps', '--services', '--status', 'running')).split('\n').toSorted()
const all = ['db', 'other', 'slow', 'writer']
const helpers = () => docker('ps', '--all', '--quiet', '--filter', 'label=ronde.archive')

test('a volume is archived with its root, its links and its owners', async () => {
  const { run } = await place()
  const ran = await run({ volumes: `${name}_media` })
  expect(verified(ran)).toMatchObject([{ subject: `volume/${name}_media`, status: 'ok' }])
  const file = join(ran.outputs['backup-path'] ?? '', `${name}_media.tar.zst`)
  const listed = execFileSync('sh', ['-c', 'zstd -dc "$1" | tar -tv --numeric-owner', 'sh', file], { encoding: 'utf8' })
  expect(listed).toMatch(/^drwxrws--- 0\/0 .* \.\/$/m)
  expect(listed).toMatch(/^h.* link to /m)
  expect(JSON.parse(readFileSync(join(ran.outputs['backup-path'] ?? '', 'manifest.json'), 'utf8'))).toMatchObject({
    kind: 'volumes',
    source: { project: name, volume: `${name}_media` },
  })
})

test('the data of a server that runs are refused, and are taken while it is stopped', async () => {
  const { run } = await place()
  const ran = await run({})
  expect(verified(ran)).toMatchObject([
    { subject: `volume/${name}_media`, status: 'ok' },
    { subject: `volume/${name}_pgdata`, status: 'critical', observed: expect.stringContaining('PostgreSQL server that runs') },
  ])
  const stopped = await run({ volumes: `${name}_pgdata`, 'stop-services': 'db' })
  expect(verified(stopped)).toMatchObject([{ status: 'ok' }])
  expect(await running()).toEqual(all)
})

test('services are stopped meanwhile; only those that ran are started again', async () => {
  const { run } = await place()
  const before = await docker('inspect', '--format', '{{.State.StartedAt}}', await project.idOf('writer'))
  const ran = await run({ volumes: `${name}_media`, 'stop-services': 'writer,rested' })
  expect(verified(ran)).toMatchObject([{ status: 'ok' }])
  expect(await running()).toEqual(all)
  expect(await docker('inspect', '--format', '{{.State.StartedAt}}', await project.idOf('writer'))).not.toBe(before)
})

test.each([
  [{ volumes: 'nobody' }, /there is no volume nobody/],
  [{ volumes: `${name}_media`, 'stop-services': 'nobody' }, /there is no container of nobody/],
])('%j is named, and nothing is made', async (given, why) => {
  const { run, root } = await place()
  expect(verified(await run(given))).toMatchObject([{ status: 'critical', observed: expect.stringMatching(why) }])
  expect(globSync(join(root, '*/*/manifest.json'))).toEqual([])
  expect(await running()).toEqual(all)
})

test('a hook runs in its service before and after; one that fails stops the backup', async () => {
  const { run, root } = await place()
  const mark = (moment: string) => `${moment}: [{ service: writer, command: [touch, /data/${moment}] }]`
  await run({ volumes: `${name}_media`, hooks: `${mark('pre')}\n${mark('post')}` })
  expect((await project.compose('exec', '-T', 'writer', 'ls', '/data')).split('\n')).toEqual(['one', 'post', 'pre', 'two'])
  const failed = await run({ hooks: 'pre: [{ service: writer, command: [sh, -c, "echo no >&2; exit 3"] }]', root: `${root}-two` })
  expect(failed.findings.find(({ id }) => id === 'backup.hook')).toMatchObject({ status: 'critical', observed: 'exit code 3: no' })
  expect(globSync(join(`${root}-two`, '*/*/manifest.json'))).toEqual([])
})

const ledgers = (state: string): string =>
  globSync(join(state, 'ronde/journal/*.jsonl'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('')

/** When each step of an archive was begun; a step that is not here does not compile. `undefined`: only without root, see below. */
const begun: Record<keyof ArchiveRecords, ((state: string) => boolean) | undefined> = {
  stopped: (state) => ledgers(state).includes('"step":"stopped"'),
  helper: undefined,
}

/** By SIGKILL, and the runner with it. */
const killedAfter = (moment: Promise<void>) => ({ signal: { name: 'SIGKILL', after: moment }, withoutPost: true }) as const

describe('a backup that is killed', () => {
  test.each(Object.entries(begun).flatMap(([step, isReached]) => (isReached === undefined ? [] : [[step, isReached] as const])))(
    'after %s: a quick health-check starts the services again, and the next one succeeds',
    async (_, isReached) => {
      const { run, look, root, stateHome } = await place()
      const until = async () => {
        while (!isReached(stateHome)) await delay(5)
      }
      await run({ volumes: `${name}_media`, 'stop-services': 'writer,other,rested,slow' }, killedAfter(until()))
      await look()
      expect(await running()).toEqual(all)
      expect([ledgers(stateHome), globSync(join(root, '.partial-*')), await helpers()]).toEqual(['', [], ''])
      expect(verified(await run({ volumes: `${name}_media` }))).toMatchObject([{ status: 'ok' }])
    },
  )

  test('a ledger that names the container of another project is refused: it stays as it is', async () => {
    const stranger = await createTestProject('ronde-stranger', {
      'compose.yaml': `services: { one: { image: '${testImage}', command: [sleep, 1d], init: true } }`,
    })
    try {
      await stranger.compose('create', '--pull', 'never')
      const { run, look, stateHome } = await place()
      const until = async () => {
        while (begun.stopped?.(stateHome) !== true) await delay(5)
      }
      await run({ volumes: `${name}_media`, 'stop-services': 'writer,slow' }, killedAfter(until()))
      const [path] = globSync(join(stateHome, 'ronde/journal/*.jsonl'))
      if (path === undefined || !existsSync(path)) throw new Error('there is no ledger')
      const own = await project.idOf('writer')
      const { writeFile } = await import('node:fs/promises')
      await writeFile(path, readFileSync(path, 'utf8').replaceAll(own, await stranger.idOf('one')), { mode: 0o600 })
      const { findings } = await look()
      expect(findings.find(({ id }) => id === 'recovery.pending')).toMatchObject({ status: 'critical' })
      expect(await stranger.compose('ps', '--services', '--status', 'running')).toBe('')
    } finally {
      await stranger.remove()
      await project.compose('start')
      await project.compose('stop', '--timeout', '0', 'rested')
    }
  })
})
