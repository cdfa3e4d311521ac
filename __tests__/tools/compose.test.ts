import { describe, expect, test } from '@jest/globals'
import type { Finished } from '../../src/contract/process.ts'
import { projectCommand } from '../../src/tools/compose-command.ts'
import { dockerFailure, isDockerFailure } from '../../src/tools/compose-failure.ts'
import { parseInspect } from '../../src/tools/compose-inspect.ts'
import { onlyProject, parseLabelled, projectsOf, severalProjects } from '../../src/tools/compose-labels.ts'
import { ended, quizProject } from '../support/compose.ts'

const inspected = (overrides: object = {}) => ({
  Id: '88fc1965f6aa3f6a98876e47870721b12112c9347417dd88803706bdc56588a0',
  Name: '/quiz-web-1',
  RestartCount: 2,
  State: {
    Status: 'running',
    ExitCode: 0,
    OOMKilled: false,
    Pid: 4242,
    StartedAt: '2026-11-22T20:54:22.706309817Z',
    FinishedAt: '0001-01-01T00:00:00Z',
    Health: {
      Status: 'unhealthy',
      FailingStreak: 2,
      Log: [
        { Start: '2026-11-22T20:54:41Z', End: '2026-11-22T20:54:42Z', ExitCode: 0, Output: '' },
        { Start: '2026-11-22T20:54:43Z', End: '2026-11-22T20:54:44Z', ExitCode: 22, Output: 'curl: (22) error: 500\n' },
      ],
    },
  },
  Config: {
    Image: 'quiz/web:1',
    Env: ['POSTGRES_PASSWORD=a=b\nc', 'POSTGRES_USER=quiz', 'DJANGO_SECRET_KEY=stays-inside', 'PGPASSWORD=stays-inside', 'PATH=/usr/bin'],
    Labels: { 'com.docker.compose.service': 'web', 'com.docker.compose.oneoff': 'False' },
  },
  HostConfig: {
    Memory: 402653184,
    LogConfig: { Type: 'json-file', Config: { 'max-file': '3', 'max-size': '10m' } },
    RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
  },
  NetworkSettings: {
    Networks: {
      back: { IPAddress: '172.18.0.3', GlobalIPv6Address: 'fd00::3' },
      front: { IPAddress: '172.19.0.3', GlobalIPv6Address: '' },
    },
  },
  Mounts: [
    { Type: 'bind', Source: '/srv/quiz/secret', Destination: '/run/secrets/password' },
    { Type: 'volume', Name: 'media', Source: '/var/lib/docker/volumes/media/_data', Destination: '/media' },
  ],
  ...overrides,
})

describe('docker inspect', () => {
  const [web] = parseInspect(JSON.stringify([inspected()]))

  test('gives what a check needs', () => {
    expect(web).toMatchObject({
      name: 'quiz-web-1',
      service: 'web',
      state: 'running',
      health: 'unhealthy',
      healthLog: ['exit 22: curl: (22) error: 500', 'exit 0: '],
      restartCount: 2,
      pid: 4242,
      addresses: ['172.18.0.3', '172.19.0.3', 'fd00::3'],
      memoryLimitBytes: 402653184,
      logOptions: { 'max-size': '10m' },
      oneOff: false,
      mounts: { '/run/secrets/password': '/srv/quiz/secret' },
    })
  })

  test('gives of the environment only what begins with POSTGRES_', () => {
    expect(web?.postgresEnvironment).toEqual({ POSTGRES_PASSWORD: 'a=b\nc', POSTGRES_USER: 'quiz' })
    expect(JSON.stringify(web)).not.toContain('stays-inside')
  })

  test('bounds what a health check said', () => {
    const Health = { Status: 'unhealthy', Log: Array.from({ length: 5 }, () => ({ ExitCode: 1, Output: 'x'.repeat(4_096) })) }
    const [one] = parseInspect(JSON.stringify([inspected({ State: { Status: 'running', ExitCode: 0, Health } })]))
    expect(one?.healthLog.map((line) => line.length)).toEqual([508, 508, 508])
    // By this mark the beginning of a secret is still hidden.
    expect(one?.healthLog[0]).toMatch(/x…$/)
  })

  test('may leave out what an engine does not know', () => {
    const bare = {
      Id: 'a',
      Name: '/a',
      State: { Status: 'created', ExitCode: 0 },
      Config: { Labels: null, Env: null },
      HostConfig: {},
      Mounts: null,
    }
    expect(parseInspect(JSON.stringify([bare]))).toMatchObject([
      { health: 'none', logDriver: '', memoryLimitBytes: 0, postgresEnvironment: {} },
    ])
  })

  test('in another form is refused in words that repeat nothing of it', () => {
    const odd = [inspected({ State: { Status: { 'stays-inside': 1 } } })]
    expect(() => parseInspect(JSON.stringify(odd))).toThrow('unexpected shape at 0.State.Status')
  })
})

const line = (project: string, directory: string, rest: { files?: string; oneOff?: string; state?: string; id?: string } = {}) =>
  JSON.stringify([
    rest.id ?? 'abc',
    rest.state ?? 'running',
    project,
    directory,
    rest.files ?? `${directory}/compose.yaml`,
    '',
    rest.oneOff ?? 'False',
  ])
const projectsIn = (...lines: readonly string[]) => projectsOf(parseLabelled(`${lines.join('\n')}\n`))

describe('the project found by labels', () => {
  test('is the only one', () => {
    expect(onlyProject(projectsIn(line('quiz', '/srv/quiz'), line('quiz', '/srv/quiz')))).toMatchObject({
      name: 'quiz',
      starts: [{ directory: '/srv/quiz', configFiles: '/srv/quiz/compose.yaml' }],
    })
  })

  test('is the only one that runs', () => {
    expect(onlyProject(projectsIn(line('old', '/srv/old', { state: 'exited' }), line('quiz', '/srv/quiz')))).toMatchObject({ name: 'quiz' })
  })

  test.each(['restarting', 'paused'])('runs while its container is %s', (state) => {
    expect(onlyProject(projectsIn(line('old', '/srv/old', { state: 'exited' }), line('quiz', '/srv/quiz', { state })))).toMatchObject({
      name: 'quiz',
    })
  })

  test('is the only stopped one when none runs', () => {
    expect(onlyProject(projectsIn(line('quiz', '/srv/quiz', { state: 'exited' })))).toMatchObject({ name: 'quiz' })
  })

  test('is one when two folders share its name: each is told, the newest first', () => {
    expect(onlyProject(projectsIn(line('app', '/srv/two'), line('app', '/srv/one'), line('app', '/srv/two')))).toMatchObject({
      name: 'app',
      starts: [{ directory: '/srv/two' }, { directory: '/srv/one' }],
    })
  })

  test('is told apart from others by its name when its containers do not say its folder', () => {
    expect(onlyProject(projectsIn(line('old', ''), line('quiz', '/srv/quiz')))).toMatchObject({
      advice: 'write one of these lines into ronde.yml: compose: { project: old } or compose: { project: quiz }',
    })
  })

  test('is none when there is no container, or only one of `docker compose run`', () => {
    const cause = 'no container of a compose project is here'
    expect(onlyProject(projectsIn())).toMatchObject({ seen: false, cause })
    expect(onlyProject(projectsIn(line('quiz', '/srv/quiz', { oneOff: 'True' })))).toMatchObject({ seen: false, cause })
  })

  test('is not chosen among several: they are listed with the line to write', () => {
    expect(onlyProject(projectsIn(line('quiz', '/srv/quiz'), line('blog', '/srv/blog')))).toEqual({
      seen: false,
      cause: '2 compose projects are here: quiz in /srv/quiz, blog in /srv/blog',
      advice: 'write one of these lines into ronde.yml: compose: { directory: /srv/quiz } or compose: { directory: /srv/blog }',
    })
  })

  test('is told apart by its name when the directory is the same', () => {
    const found = severalProjects(projectsIn(line('quiz', '/srv/quiz'), line('staging', '/srv/quiz')))
    expect(found).toMatchObject({
      advice: 'write one of these lines into ronde.yml: compose: { project: quiz } or compose: { project: staging }',
    })
  })

  test('may have hostile labels: they stay text', () => {
    const odd = 'a\tb\n##[error]" }'
    const found = onlyProject(projectsIn(line(odd, '/srv/x'), line('quiz', '/srv/quiz')))
    expect(found).toMatchObject({ cause: `2 compose projects are here: ${JSON.stringify(odd)} in /srv/x, quiz in /srv/quiz` })
  })
})

const failed = (stderr: string, exitCode = 1): Finished => ended(exitCode, { stderr })
const socket = 'unix:///var/run/docker.sock'

describe('why docker gave no answer', () => {
  test.each<[string, Finished, string, RegExp]>([
    [
      'no docker',
      { ...failed(''), ended: 'not-started', cause: 'no such program: docker' },
      'the docker program is not installed',
      /^install Docker/,
    ],
    [
      'docker may not be executed',
      { ...failed(''), ended: 'not-started', cause: 'not permitted to execute docker' },
      'not permitted to execute docker',
      /executable/,
    ],
    [
      'no compose plugin',
      failed("docker: unknown command: docker compose\n\nRun 'docker --help'"),
      'docker has no compose plugin',
      /plugin/,
    ],
    [
      'no compose plugin, with options before',
      failed('unknown flag: --project-name\n\nUsage:  docker [OPTIONS] COMMAND'),
      'docker has no compose plugin',
      /plugin/,
    ],
    [
      'no compose plugin, in 20.10',
      failed("docker: 'compose' is not a docker command.\nSee 'docker --help'"),
      'docker has no compose plugin',
      /plugin/,
    ],
    [
      'no right to the socket',
      failed(
        `permission denied while trying to connect to the Docker daemon socket at ${socket}: Get "http": dial unix: connect: permission denied`,
      ),
      'not permitted to use the Docker engine',
      /^run: sudo usermod -aG docker \w+, then restart the runner$/,
    ],
    [
      'no right to the socket, in 20.10',
      failed(`Got permission denied while trying to connect to the Docker daemon socket at ${socket}`),
      'not permitted to use the Docker engine',
      /usermod/,
    ],
    [
      'no right to the socket, in 29',
      failed(`permission denied while trying to connect to the docker API at ${socket}`),
      'not permitted to use the Docker engine',
      /usermod/,
    ],
    [
      'a stopped engine',
      failed(`Cannot connect to the Docker daemon at ${socket}. Is the docker daemon running?`),
      'the Docker engine is not running',
      /systemctl start docker/,
    ],
    [
      'a stopped engine, in 29',
      failed(`failed to connect to the docker API at ${socket}; check if the path is correct`),
      'the Docker engine is not running',
      /systemctl/,
    ],
    [
      'an engine on a host without a name',
      failed('error during connect: Get "http://nohost.invalid:2375/v1.50/containers/json": dial tcp: lookup nohost.invalid: no such host'),
      'the Docker engine cannot be reached',
      /DOCKER_HOST/,
    ],
    [
      'a context that is gone',
      failed('Failed to initialize: unable to resolve docker endpoint: context "foo": context not found'),
      'the docker context of the runner does not exist',
      /DOCKER_CONTEXT/,
    ],
    [
      'an old program',
      failed('Error response from daemon: client version 1.24 is too old. Minimum supported API version is 1.44'),
      'the docker program and the Docker engine are too far apart in version',
      /upgrade/,
    ],
    ['a hung engine', { ...failed(''), ended: 'timeout' }, 'the Docker engine gave no answer to docker ps within 10 s', /restart docker/],
    ['a cancelled run', { ...failed(''), ended: 'cancelled' }, 'docker ps was stopped with the run', /again/],
    ['a kill', { ...failed(''), ended: 'signal', signal: 'SIGKILL' }, 'docker ps was killed with SIGKILL', /memory/],
    [
      'anything else',
      failed('WARNING: Error loading config file: permission denied\nsomething new\nmore', 125),
      'docker ps ended with exit code 125: something new',
      /docker ps/,
    ],
    ['silence', failed('', 125), 'docker ps ended with exit code 125', /docker ps/],
  ])('%s', (_, finished, cause, advice) => {
    expect(dockerFailure('docker ps', finished, 10_000)).toEqual({ seen: false, cause, advice: expect.stringMatching(advice) })
  })

  test('is bounded', () => {
    expect(dockerFailure('docker ps', failed('x'.repeat(10_000)), 1)).toMatchObject({
      cause: `docker ps ended with exit code 1: ${'x'.repeat(199)}…`,
    })
  })

  test("is not docker's when compose refuses a flag or a file", () => {
    expect(isDockerFailure(failed('unknown flag: --no-env-resolution\nUsage:  docker compose config [OPTIONS]'))).toBe(false)
    expect(isDockerFailure(failed('open /srv/quiz/.env: permission denied'))).toBe(false)
  })
})

describe('a command to copy', () => {
  const files = ['/srv/my quiz/a.yaml']
  test.each<[string, readonly string[], string | undefined, string | undefined]>([
    ['about a service', ['start'], 'web', 'docker compose -p quiz start web'],
    [
      'that needs the file',
      ['up', '-d'],
      'web',
      "docker compose --project-directory /srv/quiz --file '/srv/my quiz/a.yaml' -p quiz up -d web",
    ],
    [
      'about the project',
      ['config', '--quiet'],
      undefined,
      "docker compose --project-directory /srv/quiz --file '/srv/my quiz/a.yaml' -p quiz config --quiet",
    ],
    ['about a name that a shell would obey', ['start'], '$(id)', undefined],
  ])('%s', (_, subcommand, service, command) => {
    expect(projectCommand({ ...quizProject, files }, subcommand, service)).toBe(command)
  })
})
