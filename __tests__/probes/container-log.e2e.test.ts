import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { seePurgeLog } from '../../src/probes/purge-log.ts'
import { composeAccess, createTestProject, docker, type TestProject, testImage, until } from '../support/compose-project.ts'

jest.setTimeout(60_000)

const pattern = 'Purge OK: (?<rows>\\d+) rows'
const service = (script: string, more = '') =>
  `{ image: "${testImage}", pull_policy: never, init: true, command: [sh, -c, ${JSON.stringify(script)}]${more} }`

let project: TestProject
beforeAll(async () => {
  project = await createTestProject('ronde-purge-log', {
    'compose.yaml': [
      'services:',
      `  web: ${service('echo Purge OK: 12 rows; sleep 1; echo Purge OK: 0 rows >&2; sleep 1; echo end; sleep 600')}`,
      `  done: ${service('echo Purge OK: 7 rows')}`,
      `  silent: ${service('echo Purge OK: 1 rows; sleep 600', ', logging: { driver: none }')}`,
      `  talkative: ${service('echo Purge OK: 3 rows; yes a long line of nothing in particular | head -n 300000; echo end; sleep 600')}`,
    ].join('\n'),
  })
  await project.compose('up', '--detach')
  await project.compose('run', '--name', 'ronde-purge-log-one-off', 'done', 'sh', '-c', 'echo Purge OK: 8 rows')
  for (const name of ['web', 'talkative']) {
    const last = async () => docker('logs', '--tail', '1', await project.idOf(name))
    await until(last, (line) => line === 'end', 50_000)
  }
}, 60_000)
afterAll(() => project.remove(), 60_000)

const look = (name: string, since = Date.now() - 3_600_000) =>
  seePurgeLog({ kind: 'service', service: name }, pattern, since, {
    compose: composeAccess({ directory: project.directory }),
    runProgram: async () => {
      throw new Error('nothing else is started')
    },
    signal: new AbortController().signal,
  })
const rows = async (name: string) => {
  const seen = await look(name)
  return seen.seen ? { rows: seen.value.lines.map((one) => one.rows), cut: seen.value.cut } : seen
}

describe('what the containers of a service wrote', () => {
  test('on both outputs, with the time that Docker noted', async () => {
    expect(await rows('web')).toEqual({ rows: [12, 0], cut: false })
  })

  test('of a container that ended, and of a one-off one', async () => {
    expect(await rows('done')).toEqual({ rows: [7, 8], cut: false })
  })

  test('only since the moment that is asked for', async () => {
    expect(await look('web', Date.now() + 60_000)).toMatchObject({ seen: true, value: { lines: [] } })
  })

  test('far more than is read: the beginning of the day is, and that there was more is told', async () => {
    expect(await rows('talkative')).toEqual({ rows: [3], cut: true })
  })

  test('with a driver that keeps nothing could not be looked at', async () => {
    expect(await rows('silent')).toMatchObject({
      seen: false,
      advice: expect.stringContaining('a logging driver that docker logs can read'),
    })
  })

  test('of a service that is not there, with the nearest name', async () => {
    expect(await rows('webb')).toMatchObject({ seen: false, cause: 'no container of the service webb; did you mean web?' })
  })
})
