import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, describe, expect, test } from '@jest/globals'
import { createIsolation } from '../../../src/tools/isolation/isolation.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { createAuthority } from '../../support/authority.ts'
import { killerPostgres, killerServer, runningScripts } from '../../support/killer-server.ts'
import { runRonde } from '../../support/ronde.ts'
import { hangingTlsServer } from '../../support/tls-server.ts'

const authority = createAuthority()
afterAll(() => authority[Symbol.dispose]())
const { issue } = authority
const root = issue({ name: 'Test Root', ca: true, until: 3_650 })
const leaf = issue({ name: 'quiz.example', by: root, names: ['DNS:quiz.example', 'IP:127.0.0.1'] })
const settings = { 'ca-file': root.certPath, letsencrypt: 'false' }

const at = ({ port }: { readonly port: number }) => `127.0.0.1:${port}?servername=quiz.example`
const yaml = (endpoints: readonly string[]) =>
  endpoints.map((url) => `    - { url: "${url}/", ca: ${root.certPath}, attempts: 1 }`).join('\n')
const told = (findings: readonly { id: string; subject: string; status: string; observed: string }[]) =>
  findings.filter((one) => one.status !== 'ok').map((one) => `${one.id} ${one.subject} ${one.status}: ${one.observed}`)
const certCheck = (endpoints: readonly string[]) =>
  runRonde('cert-check', { inputs: { ...settings, endpoints: endpoints.join('\n'), 'fail-on': 'never' } })

describe('an endpoint that ends whoever looks at it', () => {
  test.each(['SIGSEGV', 'SIGKILL', 'SIGABRT'] as const)(
    'by %s is unfinished, and the others are as if it were not there',
    async (signal) => {
      await using killer = await killerServer(signal, leaf)
      await using first = await killerServer(signal, leaf, 0)
      await using second = await killerServer(signal, leaf, 0)
      const ran = await certCheck([at(first), at(killer), at(second)])
      expect(told(ran.findings)).toEqual([`cert.unfinished 127.0.0.1:${killer.port} unknown: ${signal}, whenever it is looked at`])
      expect(killer.killed()).toBeGreaterThan(1)
      const alone = await certCheck([at(first), at(second)])
      const ids = (findings: typeof ran.findings) =>
        findings.filter((one) => one.id !== 'cert.unfinished').map((one) => `${one.id} ${one.subject}`)
      expect(ids(ran.findings)).toEqual(ids(alone.findings))
      expect(ran.outputs).toMatchObject({ status: 'unknown', certificates: '1', findings: '1', report: expect.stringMatching(/\.json$/) })
      expect(ran.orphans).toEqual([])
    },
  )

  test('once is looked at again', async () => {
    await using killer = await killerServer('SIGSEGV', leaf, 1)
    const ran = await certCheck([at(killer)])
    expect(told(ran.findings)).toEqual([])
    expect(killer.killed()).toBe(1)
  })

  test('is found among many, and so is a second', async () => {
    const mild = await Promise.all(Array.from({ length: 20 }, () => killerServer('SIGSEGV', leaf, 0)))
    await using one = await killerServer('SIGSEGV', leaf)
    await using other = await killerServer('SIGABRT', leaf)
    const ran = await certCheck([...mild.slice(0, 7), one, ...mild.slice(7), other].map(at))
    expect(told(ran.findings)).toEqual([
      `cert.unfinished 127.0.0.1:${one.port} unknown: SIGSEGV, whenever it is looked at`,
      `cert.unfinished 127.0.0.1:${other.port} unknown: SIGABRT, whenever it is looked at`,
    ])
    expect(new Set(ran.findings.filter((each) => each.id === 'cert.trust' && each.status === 'ok').map((each) => each.subject)).size).toBe(
      20,
    )
    await Promise.all(mild.map((each) => each[Symbol.asyncDispose]()))
  })

  test('is told by each part that met it', async () => {
    await using killer = await killerServer('SIGSEGV', leaf)
    await using mild = await killerServer('SIGSEGV', leaf, 0)
    const ran = await runRonde('cert-check', {
      inputs: { ...settings, endpoints: `${at(killer)}\n${at(mild)}`, headers: 'true', 'fail-on': 'never' },
    })
    expect(ran.findings.filter((one) => one.id === 'cert.unfinished').map((one) => `${one.check} ${one.subject}`)).toEqual([
      `endpoints 127.0.0.1:${killer.port}`,
      `headers 127.0.0.1:${killer.port} (headers)`,
    ])
    expect(ran.findings.filter((one) => one.id === 'headers.hsts').map((one) => one.subject)).toEqual([`127.0.0.1:${mild.port}`])
  })

  test('fails its check in a round, of which the rest reports', async () => {
    await using killer = await killerServer('SIGSEGV', leaf)
    await using mild = await killerServer('SIGSEGV', leaf, 0)
    const round = 'rounds:\n  quick: [health-check, cert-check]\n'
    const health = `health-check:\n  checks: [endpoints]\n  endpoints:\n${yaml([mild.origin, killer.origin])}\n`
    const cert = `cert-check:\n  ca-file: ${root.certPath}\n  letsencrypt: false\n  endpoints: ["${at(mild)}"]\n`
    const ran = await runRonde('round', {
      inputs: { round: 'quick', 'fail-on': 'never' },
      files: { '.github/ronde.yml': round + health + cert },
    })
    expect(told(ran.findings)).toEqual([`check.failed ${killer.origin}/ unknown: SIGSEGV, whenever it is looked at`])
    expect(ran.reports.map((one) => [one.action, one.status])).toEqual([
      ['health-check', 'unknown'],
      ['cert-check', 'ok'],
    ])
    expect(ran.outputs['status']).toBe('unknown')
    expect(ran.summary).toContain('SIGSEGV')
  })
})

describe('a PostgreSQL that ends whoever speaks TLS with it', () => {
  const url = ({ port }: { readonly port: number }) => `postgresql://quiz:secret-word@127.0.0.1:${port}/quiz?sslmode=require`

  test.each(['SIGSEGV', 'SIGKILL'] as const)('by %s fails its check and no other', async (signal) => {
    await using killer = await killerPostgres(signal)
    await using mild = await killerServer(signal, leaf, 0)
    const file = `health-check:\n  checks: [endpoints, postgres]\n  endpoints:\n${yaml([mild.origin])}\n`
    const ran = await runRonde('health-check', {
      inputs: { 'database-url': url(killer), 'fail-on': 'never' },
      files: { '.github/ronde.yml': file },
    })
    expect(told(ran.findings)).toEqual([
      `check.failed check/postgres unknown: 127.0.0.1:${killer.port}/quiz: ${signal} ended the process that spoke with it`,
    ])
    expect(killer.killed()).toBe(2)
    expect(ran.log).not.toContain('secret-word')
  })

  test('leaves another action unfinished, and the rest of its round reports', async () => {
    await using killer = await killerPostgres('SIGSEGV')
    await using mild = await killerServer('SIGSEGV', leaf, 0)
    const purge = 'purge-verify:\n  table: game\n  date-column: day\n'
    const cert = `cert-check:\n  ca-file: ${root.certPath}\n  letsencrypt: false\n  endpoints: ["${at(mild)}"]\n`
    const ran = await runRonde('round', {
      inputs: { round: 'daily', 'fail-on': 'never' },
      files: {
        '.github/ronde.yml': `time-zone: "+04:00"\ndatabase:\n  url: ${url(killer)}\nrounds:\n  daily: [purge-verify, cert-check]\n${purge}${cert}`,
      },
    })
    expect(told(ran.findings)).toEqual([
      `purge-verify.unfinished action/purge-verify unknown: 127.0.0.1:${killer.port}/quiz: SIGSEGV ended the process that spoke with it`,
    ])
    expect(ran.reports.map((one) => [one.action, one.status])).toEqual([
      ['purge-verify', 'unknown'],
      ['cert-check', 'ok'],
    ])
    expect(ran.outputs['report']).toMatch(/\.json$/)
  })
})

describe('the process that looks', () => {
  const looker = join(process.cwd(), '.build/looker.js')

  test('does not outlive an action that is killed', async () => {
    await using server = await hangingTlsServer()
    const before = runningScripts(looker)
    const connected = (async () => {
      while (server.connections() === 0) await delay(20)
    })()
    const inputs = { ...settings, endpoints: at(server) }
    const ran = await runRonde('cert-check', { inputs, signal: { after: connected, name: 'SIGKILL' } })
    expect(ran.signal).toBe('SIGKILL')
    const started = () => runningScripts(looker).filter((pid) => !before.includes(pid))
    for (let tries = 0; tries < 100 && started().length > 0; tries += 1) await delay(20)
    expect(started()).toEqual([])
  })

  const isolationWith = (nodePath: string, script: string) =>
    createIsolation({
      program: { nodePath, flags: [], script, environment: {} },
      run: createPrograms({ environment: process.env }).run,
      signal: new AbortController().signal,
    })

  test.each([
    ['no such program', '/does/not/exist', looker, 'no such program: /does/not/exist'],
    ['a script that is not there', process.execPath, '/does/not/exist.js', 'exit code 1'],
  ])('that cannot begin (%s) is told for every question, and not tried for each', async (_what, nodePath, script, ended) => {
    const { isolate, close } = isolationWith(nodePath, script)
    const look = isolate<undefined, number, number>({ name: 'none' }, undefined)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => look(index)))
    expect(answers).toEqual(Array.from({ length: 50 }, () => ({ lived: false, ended })))
    close()
  })

  test('gives what is thrown in it to whoever asked', async () => {
    const { isolate, close } = isolationWith(process.execPath, looker)
    await expect(isolate({ name: 'none' }, undefined)(undefined)).rejects.toThrow('no look none')
    close()
  })
})
