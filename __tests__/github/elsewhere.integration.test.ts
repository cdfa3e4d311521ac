import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createTransportElsewhere } from '../../src/github/elsewhere.ts'
import { createIsolation } from '../../src/tools/isolation/isolation.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import { createAuthority } from '../support/authority.ts'
import { hosted, repository, startBrokenServer } from '../support/broken-server.ts'
import { startGitHub } from '../support/github/server.ts'
import { recordingServer } from '../support/http-server.ts'
import { killerFront } from '../support/killer-server.ts'
import { runRonde } from '../support/ronde.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const root = authority.issue({ name: 'Test Root', ca: true, until: 3_650 })
const certificate = authority.issue({ name: 'hooks.example', by: root, names: ['IP:127.0.0.1'] })
const trust = { NODE_EXTRA_CA_CERTS: root.certPath }

const portOf = (url: string) => Number(new URL(url).port)

/** A bad server, and a GitHub behind TLS that ends whoever asks with this signal. */
const startKilled = async (
  signal: NodeJS.Signals,
  { on, times, more }: { readonly on?: string; readonly times?: number; readonly more?: string } = {},
) => {
  const server = await startBrokenServer(more === undefined ? {} : { more })
  server.break()
  const front = await killerFront(signal, {
    certificate,
    before: portOf(server.github.url),
    ...(on === undefined ? {} : { on }),
    ...(times === undefined ? {} : { times }),
  })
  const look = () =>
    server.look({
      environment: trust,
      github: { repository, api_url: front.origin, token: server.github.token('job') },
    })
  return {
    ...server,
    look,
    killed: front.killed,
    [Symbol.asyncDispose]: async () => {
      await front[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

describe('a GitHub that ends whoever speaks with it', () => {
  test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT'] as const)(
    'by %s is a warning; report, outputs and summary are whole',
    async (signal) => {
      await using server = await startKilled(signal)
      const ran = await server.look()
      expect(ran).toMatchObject({ signal: null, exitCode: 0, outputs: { status: 'critical', findings: '1' }, orphans: [] })
      expect(ran.reports).toMatchObject([{ action: 'health-check', status: 'critical' }])
      expect(ran.summary).toContain('503')
      expect(ran.log).toContain(`incidents: GitHub: ${signal} ended the process that spoke with it`)
      // A read is tried three times.
      expect(server.killed()).toBe(3)
      expect(server.github.counts().all).toBe(0)
    },
    60_000,
  )

  test('once is asked again, and the incident is opened', async () => {
    await using server = await startKilled('SIGSEGV', { times: 1 })
    const ran = await server.look()
    expect(ran).toMatchObject({ signal: null, exitCode: 0 })
    expect(server.issues()).toMatchObject([{ state: 'open', title: expect.stringContaining('503') }])
    expect(server.github.violations()).toEqual([])
  }, 60_000)

  test('at a write is not told it a second time in that run: it may have been done', async () => {
    await using server = await startKilled('SIGSEGV', { on: 'POST', times: 1 })
    const ran = await server.look()
    expect(ran.log).toContain('SIGSEGV ended the process that spoke with it')
    expect(server.killed()).toBe(1)
    expect(server.github.counts().writes).toBe(0)
    await server.look()
    expect(server.issues()).toMatchObject([{ state: 'open' }])
  }, 60_000)
})

describe('an action that is about GitHub alone', () => {
  const dispatched = { event_name: 'workflow_dispatch', actor: 'ana' }
  test.each([
    ['journal', {}, 'critical'],
    ['silence', { for: '2h', servers: '*' }, 'critical'],
    ['merge', { reports: 'reports', incidents: 'true' }, 'unknown'],
  ])(
    'leaves its report when that ends whoever asks: %s',
    async (name, inputs, status) => {
      await using github = await startGitHub({ repository })
      await using front = await killerFront('SIGSEGV', { certificate, before: portOf(github.url) })
      const ran = await runRonde(name, {
        inputs,
        environment: { ...hosted, ...trust },
        github: { repository, api_url: front.origin, token: github.token('job'), ...dispatched },
      })
      expect(ran).toMatchObject({ signal: null, outputs: { status, report: expect.stringMatching(/\.json$/) } })
      expect(ran.reports).toMatchObject([{ action: name, status }])
      expect(`${ran.findings.map((one) => one.observed).join('\n')}\n${ran.log}`).toContain('SIGSEGV ended the process that spoke with it')
      expect(ran.summary).not.toBe('')
      expect(front.killed()).toBe(3)
    },
    60_000,
  )
})

test('a webhook that ends whoever tells it is a warning by its place; the other hears, and the issue is there', async () => {
  await using good = await recordingServer()
  await using secure = await killerFront('SIGSEGV', { certificate, before: good.port, times: 0 })
  await using killer = await killerFront('SIGSEGV', { certificate, before: good.port })
  const more = `notify: [{ slack: "${killer.origin}/T0/verysecret" }, { webhook: "${secure.origin}/hook" }]\n`
  await using server = await startKilled('SIGSEGV', { times: 0, more })
  const ran = await server.look()
  expect(ran).toMatchObject({ signal: null, exitCode: 0 })
  expect(ran.log).toContain('notify[0] (slack) was not told of 1 of 1: SIGSEGV ended the process that spoke with it')
  expect(ran.log).not.toContain('verysecret')
  expect(killer.killed()).toBe(2)
  expect(good.received.map(({ url, body }) => [url, JSON.parse(body).kind])).toEqual([['/hook', 'opened']])
  expect(server.issues()).toHaveLength(1)
}, 60_000)

describe('the transport', () => {
  const speak = (signal: AbortSignal) =>
    createTransportElsewhere({
      environment: {},
      signal,
      openIsolation: () =>
        createIsolation({
          program: { nodePath: process.execPath, flags: [], script: join(process.cwd(), '.build/looker.js'), environment: trust },
          run: createPrograms({ environment: process.env }).run,
          signal,
          once: true,
        }),
    })
  const asked = { method: 'GET', headers: {}, maxBytes: 1_000 } as const

  test('gives up a process that is stuck when the time is over, and begins another', async () => {
    await using behind = await recordingServer('hello')
    await using front = await killerFront('SIGSTOP', { certificate, before: behind.port, times: 1 })
    const { signal } = new AbortController()
    const { exchange, close } = speak(signal)
    const request = { ...asked, url: new URL(front.origin), timeoutMs: 3_000, signal }
    expect(await exchange(request)).toEqual({ answered: false, cause: 'no answer within 3000 ms' })
    expect(await exchange(request)).toMatchObject({ answered: true, status: 200, text: 'hello' })
    close()
  }, 30_000)

  test('ends at once with the run, stuck or not', async () => {
    await using behind = await recordingServer('hello')
    await using front = await killerFront('SIGSTOP', { certificate, before: behind.port })
    const stop = new AbortController()
    const { exchange, close } = speak(stop.signal)
    const sent = exchange({ ...asked, url: new URL(front.origin), timeoutMs: 60_000, signal: stop.signal })
    setTimeout(() => stop.abort('cancelled'), 500)
    expect(await sent).toEqual({ answered: false, cause: 'the run was stopped' })
    close()
  }, 20_000)
})
