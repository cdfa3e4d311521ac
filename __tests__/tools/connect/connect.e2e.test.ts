import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { DatabaseOptions } from '../../../src/contract/database.ts'
import { seePostgres } from '../../../src/probes/postgres.ts'
import { createConnect } from '../../../src/tools/connect/connect.ts'
import { composeAccess, createTestProject, docker, type TestProject, until } from '../../support/compose-project.ts'

jest.setTimeout(90_000)

const entrypoint = join(import.meta.dirname, '../../../stack/db/entrypoint')
const quiz = 'POSTGRES_USER: quiz, POSTGRES_DB: game'
const database = (environment: string, more: string) => `{
  image: "ronde-quiz/postgres:15", pull_policy: never, command: [db-entrypoint], stop_signal: SIGINT, mem_limit: 256m,
  environment: { ${quiz}, ${environment} }, logging: { options: { max-size: 1m } }, ${more} }`
const mount = (more = '') => `volumes: ["${entrypoint}:/usr/local/bin/db-entrypoint:ro"${more}]`

/** No service publishes a port: all are reached at their own address. */
const composeFile = `
services:
  plain: ${database('POSTGRES_PASSWORD: "pa:ss/w@rd%20"', mount())}
  secret: ${database('POSTGRES_PASSWORD_FILE: /run/secrets/password', `${mount()}, secrets: [password]`)}
  folder: ${database('POSTGRES_PASSWORD_FILE: /keys/password', mount(', "./keys:/keys:ro"'))}
  other: { image: "ronde-quiz/web:1", pull_policy: never, init: true, command: [sleep, "600"] }
secrets: { password: { file: ./password } }
`

let project: TestProject
beforeAll(async () => {
  project = await createTestProject('ronde-test-connect', {
    'compose.yaml': composeFile,
    password: 'from a secret\n',
    'keys/password': 'from a folder\n',
  })
  await project.compose('up', '-d')
})
afterAll(() => project.remove())

const locate = async (options: DatabaseOptions) => {
  const secrets: string[] = []
  const compose = composeAccess({ directory: project.directory, project: project.name })
  const location = await createConnect({ options, compose, secrets: { add: (secret) => secrets.push(secret) } }).postgres()
  return { location, secrets }
}

const look = async (options: DatabaseOptions) => {
  const { location } = await locate(options)
  if (!location.seen || location.value.kind !== 'target') throw new Error(`no target: ${JSON.stringify(location)}`)
  return seePostgres(location.value.target, { signal: new AbortController().signal, now: Date.now, pausesMs: [] })
}

describe('a database that publishes no port', () => {
  test.each([
    ['plain', 'pa:ss/w@rd%20'],
    ['secret', 'from a secret'],
    ['folder', 'from a folder'],
  ])('%s: is reached with the password that the service was given', async (service, password) => {
    const { location, secrets } = await locate({ service })
    expect(location).toMatchObject({ value: { kind: 'target', target: { user: 'quiz', database: 'game', port: 5432, service } } })
    expect(secrets).toEqual([password])
    const seen = await until(
      () => look({ service }),
      (one) => one.answered,
      60_000,
    )
    expect(seen).toMatchObject({
      observation: { server: { major: 15, user: 'quiz' }, connections: { seen: true }, sizeBytes: { seen: true } },
    })
  })

  test("an application's own URL is followed to the container", async () => {
    const url = 'postgres://quiz:pa%3Ass%2Fw%40rd%2520@plain:5432/postgres'
    expect(await look({ url, service: 'plain' })).toMatchObject({ answered: true })
  })

  test('a configured role has no password of the service', async () => {
    expect(await look({ service: 'plain', user: 'nobody' })).toMatchObject({ failure: { kind: 'wrong-password' } })
  })

  test('a misspelt service is told with those of the compose file', async () => {
    const { location } = await locate({ service: 'plian' })
    expect(location).toMatchObject({ seen: false, cause: expect.stringContaining('its services: folder, other, plain, secret') })
  })

  test('several databases are listed, not guessed', async () => {
    const { location } = await locate({})
    expect(location).toMatchObject({ seen: false, cause: 'several services look like PostgreSQL: folder, plain, secret' })
  })

  test.each([
    ['paused', 'is paused', ['pause'], ['unpause']],
    ['stopped', 'is exited with code', ['stop', '--time', '5'], ['start']],
  ])('a %s container is down', async (_, cause, breaking, mending) => {
    const id = await project.idOf('folder')
    await docker(...breaking, id)
    expect((await locate({ service: 'folder' })).location).toMatchObject({ value: { kind: 'down', cause: expect.stringContaining(cause) } })
    await docker(...mending, id)
  })

  test('a container that was removed is down', async () => {
    await project.compose('rm', '--stop', '--force', 'secret')
    expect((await locate({ service: 'secret' })).location).toMatchObject({
      value: { kind: 'down', cause: 'service secret has no container' },
    })
  })

  test('a container that was taken off its network is told as such', async () => {
    await docker('network', 'disconnect', `${project.name}_default`, await project.idOf('plain'))
    expect((await locate({ service: 'plain' })).location).toMatchObject({ seen: false, cause: expect.stringContaining('has no address') })
  })
})
