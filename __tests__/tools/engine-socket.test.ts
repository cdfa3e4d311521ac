import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from '@jest/globals'
import { parseLabelled } from '../../src/tools/compose-labels.ts'
import { asksUsualSocket, createAskEngine, parseListing } from '../../src/tools/engine-socket.ts'

const folder = mkdtempSync(join(tmpdir(), 'ronde-engine-'))
const servers: Server[] = []
let made = 0
const fresh = (name: string): string => {
  made += 1
  const path = join(folder, `${made}`)
  mkdirSync(path)
  return join(path, name)
}

/** A program that is no script, under the name of docker. */
const program = (): string => {
  const path = fresh('docker')
  symlinkSync(process.execPath, path)
  return join(path, '..')
}

const environment = (overrides: Readonly<Record<string, string>> = {}) => ({ PATH: program(), HOME: fresh(''), ...overrides })

/** An engine that answers every question in the same way, and keeps what it was asked. */
const engine = async (answer: string | undefined): Promise<{ readonly socket: string; readonly asked: string[] }> => {
  const socket = fresh('engine.sock')
  const asked: string[] = []
  const server = createServer((connection) => {
    connection.on('error', () => {})
    connection.once('data', (data) => {
      asked.push(data.toString())
      if (answer !== undefined) connection.end(answer)
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve)
  })
  return { socket, asked }
}

const container = {
  Id: '88fc',
  State: 'exited',
  Names: ['/quiz-web-1'],
  Labels: {
    'com.docker.compose.project': 'quiz',
    'com.docker.compose.project.working_dir': '/srv/quiz',
    'com.docker.compose.project.config_files': '/srv/quiz/compose.yml,/srv/quiz/prod.yml',
    'com.docker.compose.oneoff': 'True',
  },
}
const ok = (body: unknown) => `HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(body)}`
const { signal } = new AbortController()

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

describe('what the engine answers', () => {
  test('is read as `docker ps` tells it', async () => {
    const { socket, asked } = await engine(ok([container]))
    expect(await createAskEngine(environment(), socket)(signal)).toMatchObject({
      seen: true,
      value: [
        {
          id: '88fc',
          project: 'quiz',
          directory: '/srv/quiz',
          configFiles: '/srv/quiz/compose.yml,/srv/quiz/prod.yml',
          oneOff: true,
          state: 'exited',
        },
      ],
    })
    expect(asked).toEqual([
      expect.stringMatching(/^GET \/containers\/json\?all=1&filters=[^ ]*com\.docker\.compose\.project[^ ]* HTTP\/1\.0\r\n/),
    ])
  })

  test.each([
    ['an error', 'HTTP/1.1 500 Internal Server Error\r\n\r\n{"message":"…"}'],
    ['something that is no HTTP', 'hello'],
    ['a body that was cut', ok([container]).slice(0, -5)],
    ['another shape', ok({ containers: [] })],
    ['nothing', ''],
  ])('%s is no answer: the program is asked', async (_what, answer) => {
    const { socket } = await engine(answer)
    expect(await createAskEngine(environment(), socket)(signal)).toBeUndefined()
  })

  test('an engine that says nothing is left to the program after two seconds', async () => {
    const { socket } = await engine(undefined)
    expect(await createAskEngine(environment(), socket)(signal)).toBeUndefined()
  })

  test.each([
    ['not there', () => fresh('engine.sock')],
    [
      'deserted',
      () => {
        // As a socket that a crash left behind: the connection is refused.
        const path = fresh('engine.sock')
        writeFileSync(path, '')
        return path
      },
    ],
  ])('a socket that is %s is told as `docker ps` tells it', async (_what, socketOf) => {
    expect(await createAskEngine(environment(), socketOf())(signal)).toMatchObject({
      seen: false,
      cause: 'the Docker engine is not running',
    })
  })

  test('a run that was stopped asks nobody', async () => {
    const { socket, asked } = await engine(ok([container]))
    expect(await createAskEngine(environment(), socket)(AbortSignal.abort())).toBeUndefined()
    expect(asked).toEqual([])
  })

  test('a container without labels of compose has none', () => {
    expect(parseListing(ok([{ Id: '1', State: 'running', Labels: {} }]))).toMatchObject([{ project: '', configFiles: '', oneOff: false }])
  })
})

describe('the usual socket is asked', () => {
  const withConfiguration = (text: string): string => {
    const home = fresh('')
    mkdirSync(join(home, '.docker'))
    writeFileSync(join(home, '.docker/config.json'), text)
    return home
  }
  const wrapper = (): string => {
    const path = fresh('docker')
    writeFileSync(path, '#!/bin/sh\nexec podman "$@"\n', { mode: 0o755 })
    return join(path, '..')
  }

  test.each([
    ['where nothing points docker elsewhere', {}, true],
    ['where another variable is empty', { DOCKER_HOST: '' }, true],
    ['where the login of a registry is kept', { HOME: withConfiguration('{"auths":{}}') }, true],
    ['where the usual context was chosen', { HOME: withConfiguration('{"currentContext":"default"}') }, true],
    ['where a folder of PATH before it cannot be looked into', { PATH: `/${'x'.repeat(5_000)}:${program()}` }, true],
    ['but not where another context was', { HOME: withConfiguration('{"currentContext":"rootless"}') }, false],
    ['but not where the file of docker is damaged', { HOME: withConfiguration('{') }, false],
    ['but not with DOCKER_HOST', { DOCKER_HOST: 'tcp://elsewhere:2375' }, false],
    ['but not with DOCKER_CONTEXT', { DOCKER_CONTEXT: 'rootless' }, false],
    ['but not with DOCKER_CONFIG', { DOCKER_CONFIG: '/etc/docker-client' }, false],
    ['but not where docker is a script, which asks what it likes', { PATH: wrapper() }, false],
    ['but not where a script stands before docker', { PATH: `${wrapper()}:${program()}` }, false],
    ['but not without docker in PATH', { PATH: fresh('') }, false],
    ['but not without a home', { HOME: '' }, false],
  ])('%s', (_what, overrides, expected) => {
    expect(asksUsualSocket(environment(overrides))).toBe(expected)
  })
})

test('an engine that answers byte by byte is as silent as one that says nothing', async () => {
  const socket = fresh('engine.sock')
  const timers: NodeJS.Timeout[] = []
  const server = createServer((connection) => {
    connection.on('error', () => {})
    connection.write(`${ok([]).slice(0, -2)}[`)
    timers.push(setInterval(() => connection.write(' '), 200))
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve)
  })
  const startedAt = performance.now()
  expect(await createAskEngine(environment(), socket)(signal)).toBeUndefined()
  expect(performance.now() - startedAt).toBeLessThan(8_000)
  for (const timer of timers) clearInterval(timer)
}, 20_000)

test('an id that would be an option is no id', () => {
  expect(parseListing(ok([{ ...container, Id: '--host=tcp://x' }]))).toBeUndefined()
  expect(() => parseLabelled('["--host=tcp://x","quiz","/srv","","","running"]')).toThrow(/Invalid string/)
})
