import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { part as nginxPart } from '../../../../../src/actions/cert-check/parts/nginx/part.ts'
import { part } from '../../../../../src/actions/health-check/parts/compose/part.ts'
import { createAsk } from '../../../../../src/actions/health-check/parts/endpoints/network.ts'
import type { ComposeOptions } from '../../../../../src/contract/compose.ts'
import type { Context } from '../../../../../src/contract/context.ts'
import type { Finding } from '../../../../../src/contract/finding.ts'
import type { Status } from '../../../../../src/contract/status.ts'
import { seeContainerLog } from '../../../../../src/probes/log/container.ts'
import { createConnect } from '../../../../../src/tools/connect/connect.ts'
import { composeAccess } from '../../../../support/compose-project.ts'
import { target } from '../../../../support/endpoints.ts'
import { type ScriptedContainer, scriptedEngine } from '../../../../support/scripted-engine.ts'

/** What was started is what is looked at: the real docker and compose, on an engine that only tells of containers. */
let root: string
let workspace: string
const startedIn = process.cwd()
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ronde-started-'))
  workspace = join(root, 'workspace')
  const decoy = 'services: { devbox: { image: bb } }\n'
  await write('workspace', { 'docker-compose.yml': decoy, 'base.yml': decoy, 'extra.yml': decoy, 'compose.yaml': decoy })
  process.chdir(workspace)
})
afterAll(async () => {
  process.chdir(startedIn)
  await rm(root, { recursive: true })
})

const write = async (folder: string, files: Readonly<Record<string, string>>): Promise<string> => {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, folder, file)), { recursive: true })
    await writeFile(join(root, folder, file), text)
  }
  return join(root, folder)
}

const services = (...names: readonly string[]) =>
  `services: { ${names.map((name) => `${name}: { image: "bb:1", restart: unless-stopped }`).join(', ')} }\n`
const killed = { Status: 'exited', ExitCode: 137 }

type Started = { readonly directory: string; readonly files?: string; readonly environment?: string; readonly project?: string }
const of = (
  service: string,
  { directory, files = '', environment = '', project = 'm1' }: Started,
  rest: Partial<ScriptedContainer> = {},
) => ({
  name: `${project}-${service}-1`,
  labels: {
    project,
    service,
    'project.working_dir': directory,
    'project.config_files': files,
    ...(environment === '' ? {} : { 'project.environment_file': environment }),
  },
  ...rest,
})

const look = async (
  options: ComposeOptions,
  containers: readonly ScriptedContainer[],
  notes: Record<string, string> = {},
): Promise<readonly Finding[]> => {
  await using engine = await scriptedEngine(root, containers)
  const compose = composeAccess(options, { environment: engine.environment })
  const state = {
    note: (key: string) => notes[key],
    setNote: (key: string, value: string) => (notes[key] = value),
    statuses: () => [],
    measurements: () => [],
  }
  const { findings } = await part.run({ 'one-shot': [], compose: options } as never, { state, compose } as unknown as Context, true)
  return findings as readonly Finding[]
}
const about = (findings: readonly Finding[], subject: string) =>
  findings.find((one) => one.subject === subject && one.id !== 'compose.restarts' && one.id !== 'compose.oom')
const statuses = (findings: readonly Finding[]): Readonly<Record<string, Status>> =>
  Object.fromEntries(findings.filter((one) => one.id === 'compose.service').map((one) => [one.subject.replace('service/', ''), one.status]))
const adviceOf = (findings: readonly Finding[]) => findings.map((one) => one.advice).join('\n')

describe('the files that the containers were started with', () => {
  test.each(['directory', 'project'] as const)('are judged by %s: two files, of which compose would find one', async (way) => {
    const directory = await write('two', { 'docker-compose.yml': services('web'), 'docker-compose.prod.yml': services('worker') })
    const started = { directory, files: `${directory}/docker-compose.yml,${directory}/docker-compose.prod.yml` }
    const options = way === 'directory' ? { directory } : { project: 'm1' }
    const findings = await look(options, [of('web', started), of('worker', started, { state: killed })])
    expect(statuses(findings)).toEqual({ web: 'ok', worker: 'critical' })
    expect(adviceOf(findings)).not.toContain('orphans')
    expect(about(findings, 'compose-file')?.observed).toBe('2 services declared')
  })

  test('are not those that were not used: an override that lies beside', async () => {
    const directory = await write('override', { 'docker-compose.yml': services('web'), 'docker-compose.override.yml': services('mailhog') })
    const findings = await look({ directory }, [of('web', { directory, files: `${directory}/docker-compose.yml` })])
    expect(statuses(findings)).toEqual({ web: 'ok' })
  })

  test('may have a comma in their folder, at its end too', async () => {
    for (const name of ['with,comma', 'end,', 'a,b, c']) {
      const directory = await write(name, { 'docker-compose.yml': services('web'), 'b.yml': services('worker') })
      const started = { directory, files: `${directory}/docker-compose.yml,${directory}/b.yml` }
      const findings = await look({ project: 'm1' }, [of('web', started), of('worker', started)])
      expect(statuses(findings)).toEqual({ web: 'ok', worker: 'ok' })
      expect(about(findings, 'compose-file')?.observed).toBe('2 services declared')
    }
  })

  test('are not asked for when the configuration names others; what those started is judged and not removed', async () => {
    const directory = await write('named', { 'a.yml': services('web'), 'b.yml': services('worker') })
    const started = { directory, files: `${directory}/a.yml,${directory}/b.yml` }
    const findings = await look({ directory, files: ['a.yml'] }, [of('web', started), of('worker', started, { state: killed })])
    expect(statuses(findings)).toEqual({ web: 'ok', worker: 'critical' })
    expect(adviceOf(findings)).not.toContain('orphans')
  })

  test('that are gone are told, and the containers are judged', async () => {
    const directory = await write('gone', { 'compose.yaml': services('other') })
    const findings = await look({ directory }, [of('web', { directory, files: `${directory}/docker-compose.yml` }, { state: killed })])
    expect(about(findings, 'compose-file')).toMatchObject({ status: 'unknown', observed: expect.stringContaining('does not exist') })
    expect(statuses(findings)).toEqual({ web: 'critical' })
  })
})

describe("the runner's workspace", () => {
  test.each(['directory', 'project'] as const)('is not where relative labels of docker-compose 1.29 lead, by %s', async (way) => {
    const directory = await write('v1', { 'docker-compose.yml': services('web', 'db') })
    const options = way === 'directory' ? { directory } : { project: 'm1' }
    const started = { directory, files: 'docker-compose.yml' }
    expect(statuses(await look(options, [of('web', started), of('db', started, { state: killed })]))).toEqual({ web: 'ok', db: 'critical' })
  })

  test('is not where a file in a folder of its own is looked for that 1.29 was given from above', async () => {
    const directory = await write('v1/deploy', { 'stack.yml': services('web') })
    expect(statuses(await look({ project: 'm1' }, [of('web', { directory, files: 'deploy/stack.yml' })]))).toEqual({ web: 'ok' })
  })

  test('is not where COMPOSE_FILE of the project leads', async () => {
    const directory = await write('env', {
      '.env': 'COMPOSE_FILE=base.yml:extra.yml\n',
      'base.yml': services('web'),
      'extra.yml': services('worker'),
    })
    expect(statuses(await look({ directory, project: 'm1' }, []))).toEqual({ web: 'critical', worker: 'critical' })
    expect(statuses(await look({ directory }, []))).toEqual({ web: 'critical', worker: 'critical' })
    expect(statuses(await look({ directory }, [of('web', { directory, files: `${directory}/base.yml,${directory}/extra.yml` })]))).toEqual({
      web: 'ok',
      worker: 'critical',
    })
  })

  test('plays no part when the labels say no folder at all', async () => {
    const findings = await look({ project: 'm1' }, [of('web', { directory: '' }), of('db', { directory: '' }, { state: killed })])
    expect(statuses(findings)).toEqual({ web: 'ok', db: 'critical' })
    expect(about(findings, 'compose-file')).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining('do not say in which folder'),
    })
  })
})

describe('values that the runner does not have', () => {
  const scaled = 'services: { web: { image: "bb:1", restart: always, scale: "${REPLICAS}" } }\n'
  const two = (started: Started) => [of('web', started), { ...of('web', started), name: 'm1-web-2' }]

  test.each(['directory', 'project'] as const)('are in the --env-file of the labels, by %s', async (way) => {
    const directory = await write('env-file', { 'compose.yaml': scaled, 'prod.env': 'REPLICAS=2\n' })
    const started = { directory, files: `${directory}/compose.yaml`, environment: `${directory}/prod.env` }
    const options = way === 'directory' ? { directory } : { project: 'm1' }
    const findings = await look(options, two(started))
    expect(about(findings, 'service/web')).toMatchObject({
      status: 'ok',
      title: 'web: 2 of 2 running and healthy'.replace(' and healthy', ''),
    })
    expect(statuses(await look(options, two(started).slice(1)))).toEqual({ web: 'critical' })
  })

  test.each([
    ['a number', 'scale: "${V}"'],
    ['a size', 'mem_limit: "${V}"'],
    ['a truth', 'privileged: "${V}"'],
    ['a duration', 'stop_grace_period: "${V}"'],
    ['a port', 'ports: ["80:${V}"]'],
    ['a policy', 'pull_policy: "${V}"'],
    ['a limit', 'ulimits: { nofile: "${V}" }'],
    ['a volume', 'volumes: ["${V}:/x"]'],
    ['a network', 'networks: ["${V}"]'],
    ['a host', 'extra_hosts: ["${V}"]'],
    ['an image that must be said', 'image: "${V:?}", scale: "${W}"'],
    ['a number beside a folder with a default', 'scale: "${V}", volumes: ["${DIR:-./data}:/x:ro"]'],
    ['a size, a truth and a number', 'mem_limit: "${V}", init: "${W}", cpus: "${X:?}"'],
  ])('may stand for %s: the services are judged and the variable is named', async (_, field) => {
    const image = field.startsWith('image') ? '' : 'image: bb, '
    const directory = await write('typed', { 'compose.yaml': `services: { web: { ${image}${field} }, db: { image: bb } }\n` })
    const started = { directory, files: `${directory}/compose.yaml` }
    const findings = await look({ directory }, [of('web', started), of('db', started, { state: killed })])
    expect(statuses(findings)).toEqual({ web: 'ok', db: 'critical' })
    const file = about(findings, 'compose-file')
    expect(file).toMatchObject({ status: 'ok', advice: expect.stringMatching(/not set for the runner: .*\bV\b/) })
    expect(file?.advice.includes('W')).toBe(field.includes('W'))
  })

  test.each([
    ['a misspelt key', 'services: { web: { imag: bb, scale: "${V}" } }\n', 'services.web: unknown key imag'],
    ['no services', 'services: [ "${V}" ]\n', 'services: not a mapping'],
  ])('do not hide %s', async (_, text, cause) => {
    const directory = await write('mistake', { 'compose.yaml': text })
    expect(about(await look({ directory }, []), 'compose-file')).toMatchObject({
      status: 'critical',
      observed: expect.stringContaining(cause),
    })
  })
})

describe('a project that no folder holds', () => {
  test.each(['-', '/dev/stdin', '/dev/fd/63', '/proc/self/fd/11'])(
    'started from %s is judged by its containers, none of which is an orphan',
    async (files) => {
      const directory = await write('stdin', { 'docker-compose.yml': services('other') })
      for (const options of [{ directory }, { project: 'm1' }, {}]) {
        const findings = await look(options, [of('web', { directory, files }), of('db', { directory, files }, { state: killed })])
        expect(statuses(findings)).toEqual({ web: 'ok', db: 'critical' })
        expect(about(findings, 'compose-file')).toMatchObject({
          status: 'unknown',
          observed: expect.stringContaining('from standard input'),
        })
        expect(adviceOf(findings)).not.toContain('orphans')
      }
    },
  )
})

describe('a service name that is a mistake', () => {
  const nginxAt = async (wanted: string, containers: (started: Started) => readonly ScriptedContainer[]) => {
    const directory = await write('names', {
      'compose.yaml': 'services: { db: { image: bb }, web: { image: bb }, nginx: { image: bb }, debug: { image: bb, profiles: [x] } }\n',
    })
    await using engine = await scriptedEngine(root, containers({ directory, files: `${directory}/compose.yaml` }))
    const compose = composeAccess({ directory }, { environment: engine.environment })
    const { findings } = await nginxPart.run({ 'nginx-service': wanted } as never, { context: { compose } } as never, true)
    return findings[0]
  }

  test('is no incident: its services are named, and the one that may be meant', async () => {
    expect(await nginxAt('ngnix', (started) => [of('db', started)])).toMatchObject({
      status: 'unknown',
      observed: expect.stringContaining(
        'nginx-service: "ngnix" is no service of the compose project; its services: db, debug, nginx, web; did you mean nginx?',
      ),
      advice: 'correct nginx-service',
    })
  })

  test.each(['nginx', 'debug'])('is not one that is declared and has no container: %s', async (wanted) => {
    expect(await nginxAt(wanted, (started) => [of('db', started)])).toMatchObject({
      status: 'critical',
      observed: `the project m1 has no container of ${wanted}`,
    })
  })

  test('is told in `from`, `log.service` and `database.service` too', async () => {
    const directory = await write('names-too', { 'compose.yaml': services('web') })
    await using engine = await scriptedEngine(root, [of('web', { directory, files: `${directory}/compose.yaml` })])
    const compose = composeAccess({ directory }, { environment: engine.environment })
    const found = await Promise.all([
      createAsk(
        { compose, isolate: () => undefined, signal: new AbortController().signal, now: Date.now } as never,
        'none',
      )(target({ url: 'tcp://web:80', from: 'wep' })),
      seeContainerLog(compose, 'wep', 0),
      createConnect({ options: { service: 'wep' }, compose, secrets: { add: () => {} } }).postgres(),
    ])
    expect(found).toMatchObject([
      { kind: 'unseen', advice: expect.stringContaining('did you mean web?') },
      { seen: false, cause: expect.stringContaining('did you mean web?') },
      { seen: false, cause: 'database.service: "wep" is no service of the compose project; its services: web' },
    ])
  })
})

describe('two folders of one name', () => {
  test.each(['project', 'directory', 'nothing'] as const)('are told, and the dead one is seen, by %s', async (way) => {
    const one = await write('site1/app', { 'compose.yaml': services('same1') })
    const two = await write('site2/app', { 'compose.yaml': services('same2') })
    const of1 = of('same1', { directory: one, files: `${one}/compose.yaml`, project: 'app' }, { state: killed })
    const of2 = of('same2', { directory: two, files: `${two}/compose.yaml`, project: 'app' })
    const options = { project: { project: 'app' }, directory: { directory: two }, nothing: {} }[way]
    const findings = await look(options, [of2, of1])
    expect(statuses(findings)).toEqual({ same1: 'critical', same2: 'ok' })
    expect(about(findings, 'engine')?.observed).toContain(`containers of that name come from ${one} too: app-same1-1`)
    expect(adviceOf(findings)).toContain('two folders share the project name app')
    expect(adviceOf(findings)).not.toContain('remove')
  })
})

describe('a project that is gone', () => {
  test.each([{ project: 'm1' }, {}])('is critical once it was seen, and could not be looked at before that: %j', async (options) => {
    const directory = await write('was', { 'compose.yaml': services('web') })
    const notes: Record<string, string> = {}
    expect(about(await look(options, [], notes), 'engine')?.status).toBe('unknown')
    expect(statuses(await look(options, [of('web', { directory, files: `${directory}/compose.yaml` })], notes))).toEqual({ web: 'ok' })
    for (const _ of [1, 2]) expect(about(await look(options, [], notes), 'engine')).toMatchObject({ status: 'critical', certainty: 'hard' })
  })
})
