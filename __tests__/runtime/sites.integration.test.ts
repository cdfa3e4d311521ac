import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from '@jest/globals'
import { startBrokenServer } from '../support/broken-server.ts'
import { startChild } from '../support/child.ts'
import { temporaryFolder } from '../support/ronde.ts'
import { type RunOptions, runAction } from '../support/runner.ts'
import { makeWorld, worldIn, writeSwapActions } from '../support/swap-action.ts'

/** One server and user with one state folder, and a docker that says what it is told to. */
const setting = async () => {
  const folder = await temporaryFolder()
  const { path } = folder
  const actions = writeSwapActions(path)
  mkdirSync(join(path, 'bin'))
  const docker = (script: string) => {
    writeFileSync(join(path, 'bin/docker'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(path, 'bin/docker'), 0o755)
  }
  docker('exit 1')
  const homeOf = (repository: string): string => join(path, repository.replace('/', '-'))
  /** An application: a repository with a workspace, data and a configuration of its own. */
  const application = (repository: string, configuration: string) => {
    const home = homeOf(repository)
    mkdirSync(join(home, '.github'), { recursive: true })
    writeFileSync(join(home, '.github/ronde.yml'), `server: s\n${configuration}\ntest-swap: { folder: ${JSON.stringify(home)} }\n`)
    makeWorld(home)
    const run = async (name: keyof typeof actions, inputs: Readonly<Record<string, string>>, more: Partial<RunOptions> = {}) => {
      const environment = { XDG_STATE_HOME: join(path, 'state'), PATH: `${join(path, 'bin')}:${process.env['PATH'] ?? ''}` }
      const ran = await runAction({ actionFile: actions[name], cwd: home, inputs, environment, github: { repository }, ...more })
      await ran.remove()
      return { ...ran, world: worldIn(home) }
    }
    return {
      change: (inputs: Readonly<Record<string, string>> = {}) => run('swap', inputs),
      look: () => run('look', { checks: 'endpoints' }),
      kill: () => run('killed', { pause: 'inside swap' }, { signal: { afterOutput: 'at inside swap', name: 'SIGKILL' } }),
      world: () => worldIn(home),
    }
  }
  return { application, homeOf, docker, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

const brainUrl = 'database: { url: "postgres://brain@127.0.0.1:9/brain" }'

/** What `docker ps` answers where one project runs. */
const shows = (project: string, directory: string): string => `printf '%s\\n' '["1","running","${project}","${directory}","","","False"]'`

describe('two repositories of one server that name no compose project', () => {
  test('neither recover nor refuse one another', async () => {
    await using server = await setting()
    const quiz = server.application('acme/quiz', '')
    const brain = server.application('acme/brain', brainUrl)
    expect((await quiz.kill()).signal).toBe('SIGKILL')
    const ran = await brain.change()
    expect(ran.world).toBe('new running')
    expect(ran.log).not.toContain('recovered')
    expect((await brain.look()).log).not.toContain('recovery.pending')
    expect(quiz.world()).toBe('gone stopped')
    expect((await quiz.change()).log).toContain('it is recovered now')
    expect(quiz.world()).toBe('new running')
  }, 20_000)

  test('work at the same time, also where one compose project runs that neither named', async () => {
    await using server = await setting()
    server.docker(shows('shop', '/srv/shop'))
    const quiz = server.application('acme/quiz', '')
    const brain = server.application('acme/brain', brainUrl)
    const both = await Promise.all([
      brain.change({ pause: 'inside swap', for: '1500' }),
      quiz.change({ pause: 'inside swap', for: '1500' }),
    ])
    expect(both.map(({ world }) => world)).toEqual(['new running', 'new running'])
  }, 20_000)

  test.each([
    ['the one compose project that runs', '', ''],
    ['the one that runs and the one that the other names', '', 'compose: { project: shop }'],
    ['the project of one folder', 'compose: { directory: FOLDER }', 'compose: { directory: FOLDER }'],
  ])(
    'do not work at the same time where both mean %s',
    async (_, first, second) => {
      await using server = await setting()
      const folder = server.homeOf('shop')
      mkdirSync(folder)
      server.docker(shows('shop', folder))
      const quiz = server.application('acme/quiz', first.replace('FOLDER', folder))
      const working = quiz.change({ pause: 'inside swap', for: '4000' })
      while (quiz.world() !== 'gone stopped') await delay(20)
      const other = await server.application('acme/operations', second.replace('FOLDER', folder)).change()
      expect(other.log).toMatch(/test-swap \(process \d+\) has worked on this project since/)
      expect(other.world).toBe('old running')
      expect((await working).world).toBe('new running')
    },
    20_000,
  )

  test('do not silence one another: own work explains nothing of another repository', async () => {
    await using server = await startBrokenServer()
    await server.look()
    const work = startChild('ledger-keeper.ts', [server.stateDirectory, 'run', 'quiz', '60000', 'acme/brain'])
    await work.firstLine
    server.break()
    await server.look()
    work.kill()
    await work.ended
    expect(server.issues()).toMatchObject([{ title: expect.stringContaining('503') }])
  }, 20_000)
})

describe('a silent engine', () => {
  const folder = 'compose: { directory: /srv/quiz }'

  test('refuses a change that names a folder only: nobody can see which project that is', async () => {
    await using server = await setting()
    const named = server.application('acme/quiz', 'compose: { project: quiz }')
    const working = named.change({ pause: 'inside swap', for: '2500' })
    const other = server.application('acme/other', folder)
    const refused = await other.change()
    expect(refused.exitCode).toBe(1)
    expect(refused.log).toContain('it cannot see which compose project that is')
    expect(refused.world).toBe('old running')
    expect((await working).world).toBe('new running')
    expect((await other.change({ 'dry-run': 'true' })).exitCode).toBe(0)
  }, 20_000)

  test('changes no identity: the project that was seen is remembered, and what it left is recovered', async () => {
    await using server = await setting()
    const home = server.homeOf('acme/quiz')
    const quiz = server.application('acme/quiz', `compose: { directory: ${home} }`)
    server.docker(shows('quiz', home))
    expect((await quiz.kill()).signal).toBe('SIGKILL')
    server.docker('exit 1')
    const next = await quiz.look()
    expect(next.log).toContain('it is recovered now')
    expect(next.world).toBe('old running')
  }, 20_000)

  test('says nothing of a project that has its name from a person, which every repository means by it', async () => {
    await using server = await setting()
    const [one, two] = ['acme/quiz', 'acme/operations'].map((name) => server.application(name, 'compose: { project: quiz }'))
    const working = one?.change({ pause: 'inside swap', for: '4000' })
    while (one?.world() !== 'gone stopped') await delay(20)
    expect((await two?.change())?.log).toMatch(/test-swap \(process \d+\) has worked on this project since/)
    expect((await working)?.world).toBe('new running')
  }, 20_000)
})
