import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { seeCompose } from '../../src/probes/compose.ts'
import { listArguments, parseLabelled } from '../../src/tools/compose-labels.ts'
import { createAskEngine } from '../../src/tools/engine-socket.ts'
import { composeAccess, createTestProject, docker, type TestProject, testImage } from '../support/compose-project.ts'

const service = `{ image: "${testImage}", pull_policy: never, init: true, command: [sleep, "600"] }`

let folder: string
let silent: Server
const open = new Set<Socket>()

/** The real docker, started as somebody who has no rights (as root) or as ourselves. */
const dockerAsNobody = async () => {
  const real = execFileSync('sh', ['-c', 'command -v docker'], { encoding: 'utf8' }).trim()
  const nobody = process.getuid?.() === 0 ? 'setpriv --reuid=65534 --regid=65534 --clear-groups ' : ''
  await mkdir(join(folder, 'bin'))
  await writeFile(join(folder, 'bin', 'docker'), `#!/bin/sh\nexec ${nobody}${real} "$@"\n`, { mode: 0o755 })
  return `${join(folder, 'bin')}:${process.env['PATH']}`
}

/** Docker takes the first plugin of a name that it finds, and has none when that one is no plugin. */
const configWithoutCompose = async () => {
  const plugins = join(folder, 'config', 'cli-plugins')
  await mkdir(plugins, { recursive: true })
  await writeFile(join(plugins, 'docker-compose'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return join(folder, 'config')
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ronde-engine-'))
  await chmod(folder, 0o755)
  silent = createServer((socket) => open.add(socket))
  await new Promise<void>((resolve) => silent.listen(join(folder, 'silent.sock'), resolve))
})

afterAll(async () => {
  for (const socket of open) socket.destroy()
  await new Promise((resolve) => silent.close(resolve))
  await rm(folder, { recursive: true })
})

describe('an engine that cannot be looked at', () => {
  test('because it is not running', async () => {
    const compose = composeAccess({}, { environment: { DOCKER_HOST: 'unix:///nonexistent.sock' } })
    expect(await seeCompose(compose)).toEqual({
      seen: false,
      cause: 'the Docker engine is not running',
      advice: 'run: sudo systemctl start docker; when it does not stay up: sudo journalctl -u docker.service',
    })
  })

  test('because nothing listens at its port', async () => {
    const compose = composeAccess({}, { environment: { DOCKER_HOST: 'tcp://127.0.0.1:1' } })
    expect(await seeCompose(compose)).toMatchObject({ seen: false, cause: 'the Docker engine is not running' })
  })

  test('because it hangs: asked once, however many want to know', async () => {
    const compose = composeAccess({}, { environment: { DOCKER_HOST: `unix://${join(folder, 'silent.sock')}` }, timeoutMs: 500 })
    const startedAt = Date.now()
    const answers = await Promise.all([seeCompose(compose), compose.project(), compose.containers(), compose.run(['ps'])])
    expect(answers[0]).toMatchObject({ seen: false, cause: 'the Docker engine gave no answer to docker ps within 500 ms' })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[3]).toMatchObject({ ended: 'not-started', cause: 'the Docker engine gave no answer to docker ps within 500 ms' })
    expect(Date.now() - startedAt).toBeLessThan(4_000)
  })

  test('because this user may not use it', async () => {
    await chmod(join(folder, 'silent.sock'), 0o000)
    const environment = { DOCKER_HOST: `unix://${join(folder, 'silent.sock')}` }
    expect(await seeCompose(composeAccess({}, { environment, path: await dockerAsNobody() }))).toMatchObject({
      seen: false,
      cause: 'not permitted to use the Docker engine',
      advice: expect.stringMatching(/^run: sudo usermod -aG docker \w+, then restart the runner$/),
    })
  })

  test('because there is no docker', async () => {
    expect(await seeCompose(composeAccess({}, { path: folder }))).toMatchObject({
      seen: false,
      cause: 'the docker program is not installed',
    })
  })
})

describe('a project on the engine', () => {
  let project: TestProject
  let second: TestProject
  const names = ['ronde-test-access-gone-1', 'ronde-test-access-web-1']

  beforeAll(async () => {
    project = await createTestProject('ronde-test-access', { 'compose.yaml': `services: { web: ${service}, gone: ${service} }\n` })
    second = await createTestProject('ronde-test-second', { 'compose.yaml': `services: { web: ${service} }\n` })
    await Promise.all([project.compose('up', '-d'), second.compose('up', '-d')])
  }, 60_000)
  afterAll(() => Promise.all([project.remove(), second.remove()]), 60_000)

  test('the engine itself lists what `docker ps` lists', async () => {
    const ours = ({ project: of }: { readonly project: string }) => [project.name, second.name].includes(of)
    const asked = await createAskEngine({ PATH: process.env['PATH'], HOME: folder })(new AbortController().signal)
    const told = parseLabelled(await docker(...listArguments)).filter(ours)
    expect(told.length).toBeGreaterThan(2)
    expect(asked).toMatchObject({ seen: true })
    expect(asked?.seen === true ? asked.value.filter(ours) : []).toEqual(told)
  })

  test('is not guessed among several: they are listed with the line to write', async () => {
    const found = await composeAccess({}).project()
    expect(found).toMatchObject({ seen: false, cause: expect.stringContaining(`ronde-test-second in ${second.directory}`) })
    expect(found).toMatchObject({ advice: expect.stringContaining(`compose: { directory: ${project.directory} }`) })
  })

  test.each<[string, () => object]>([
    ['its directory', () => ({ directory: project.directory })],
    ['its directory with a slash', () => ({ directory: `${project.directory}/` })],
    ['its name', () => ({ project: 'ronde-test-access' })],
    ['its file', () => ({ files: [join(project.directory, 'compose.yaml')] })],
    ['its directory and a file in it', () => ({ directory: project.directory, files: ['compose.yaml'] })],
  ])('is found by %s', async (_, options) => {
    const compose = composeAccess(options())
    expect(await compose.project()).toMatchObject({
      seen: true,
      value: { name: 'ronde-test-access', directory: expect.stringContaining(project.directory) },
    })
    const containers = await compose.containers()
    expect(containers.seen && containers.value.map((one) => one.name).toSorted()).toEqual(names)
    expect(await compose.run(['ps', '--services'])).toMatchObject({ ended: 'exit', exitCode: 0, stdout: expect.stringContaining('web\n') })
  })

  test.each<[string, () => object, string]>([
    ['a folder that is not there', () => ({ directory: join(folder, 'nope') }), 'is not a folder that the runner can read'],
    ['a name that no container has', () => ({ project: 'ronde-test-nope' }), 'no container of the compose project ronde-test-nope is here'],
  ])('is not seen by %s', async (_, options, cause) => {
    expect(await composeAccess(options()).project()).toMatchObject({ seen: false, cause: expect.stringContaining(cause) })
  })

  test('has its containers even where docker has no compose', async () => {
    const compose = composeAccess({ directory: project.directory }, { environment: { DOCKER_CONFIG: await configWithoutCompose() } })
    expect(await seeCompose(compose)).toMatchObject({
      seen: true,
      value: {
        config: { kind: 'unreadable', cause: 'docker has no compose plugin' },
        containers: [{ state: 'running' }, { state: 'running' }],
      },
    })
  })

  test('has its other containers when one goes away between the list and the look', async () => {
    const compose = composeAccess({ directory: project.directory })
    await compose.project()
    await project.compose('rm', '--stop', '--force', 'gone')
    const containers = await compose.containers()
    expect(containers.seen && containers.value.map((one) => one.service)).toEqual(['web'])
  })

  test('that was never started has the name that its file gives', async () => {
    const unstarted = await createTestProject('ronde-test-unstarted', {
      'compose.yaml': `name: ronde-test-named\nservices: { web: ${service} }\n`,
    })
    const found = await seeCompose(composeAccess({ directory: unstarted.directory }))
    await unstarted.remove()
    expect(found).toMatchObject({ seen: true, value: { project: { name: 'ronde-test-named' }, config: { kind: 'valid' }, containers: [] } })
  })
})

const web = (rest: string) => `services: { web: { image: x, ${rest} } }\n`

describe('a compose file that compose refuses', () => {
  const secret = 'hunter2ishere'
  let project: TestProject
  beforeAll(async () => {
    project = await createTestProject('ronde-test-refused', { '.env': `SECRET=${secret}\n` })
  }, 60_000)
  afterAll(() => project.remove(), 60_000)

  const refusedBy = async (text: string) => {
    await project.write('compose.yaml', text)
    const found = await seeCompose(composeAccess({ directory: project.directory }))
    return found.seen ? found.value.config : found
  }

  test.each<[string, string]>([
    ['a port', web('ports: ["${SECRET}:80"]')],
    ['a size', web('mem_limit: "${SECRET}"')],
    ['a number', web('deploy: { replicas: "${SECRET}" }')],
    ['a duration', web('healthcheck: { test: [x], interval: "${SECRET}" }')],
    ['a name of a network', web('networks: ["${SECRET}"]')],
    ['a name of a file', 'include: ["${SECRET}.yaml"]\n'],
    ['a host', web('extra_hosts: ["${SECRET}"]')],
    ['an env_file', web('env_file: ["${SECRET}"]')],
    ['a tag', web(`mem_limit: !!int ${secret}`)],
    ['a bad interpolation', web(`environment: { A: "${secret}\${" }`)],
  ])('tells nothing of a secret in %s', async (_, text) => {
    const config = await refusedBy(text)
    expect(config).toMatchObject({ kind: expect.stringMatching(/^(invalid|unreadable)$/), cause: expect.stringMatching(/./) })
    expect(JSON.stringify(config)).not.toContain(secret)
  })

  test.each<[string, string, object]>([
    ['a tab', 'services:\n\tweb: { image: x }\n', { kind: 'invalid', cause: 'YAML, line 2: found character that cannot start any token' }],
    ['a misspelt key', 'services: { web: { imag: x } }\n', { kind: 'invalid', cause: 'services.web: unknown key imag' }],
    [
      'an unknown dependency',
      web('depends_on: [nope]'),
      { kind: 'invalid', cause: 'service web depends on a service that does not exist' },
    ],
    ['nothing in it', '', { kind: 'invalid', cause: 'the compose file is empty' }],
    ['a variable that must be set', web('mem_limit: "${LIMIT:?}"'), { kind: 'valid', services: [{ name: 'web' }], unset: ['LIMIT'] }],
    ['a variable that is not set', web('labels: { a: "${TAG}" }'), { kind: 'valid', unset: ['TAG'] }],
    [
      'an inactive profile',
      `services: { web: { image: x }, debug: { image: x, profiles: [debug] } }\n`,
      { kind: 'valid', services: [{ name: 'web' }] },
    ],
  ])('because of %s', async (_, text, expected) => expect(await refusedBy(text)).toMatchObject(expected))
})

test('the engine of these tests is a real one', async () =>
  expect(await docker('version', '--format', '{{.Server.Version}}')).toMatch(/^\d+\.\d+/))
