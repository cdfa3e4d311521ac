import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { describe, expect, test } from '@jest/globals'
import { probeHttp } from '../../../src/probes/http.ts'
import { type ContainerEntry, createContainerDial } from '../../../src/probes/net/container-dial.ts'
import { createDial } from '../../../src/probes/net/dial.ts'
import { createResolve } from '../../../src/probes/net/resolve.ts'
import { probeTcp } from '../../../src/probes/tcp.ts'
import { createPrograms } from '../../../src/tools/process/programs.ts'
import { networkNamespace } from '../../support/network-namespace.ts'

const entry = (pid: number, overrides: Partial<ContainerEntry> = {}): ContainerEntry => ({
  service: 'web',
  pid,
  by: 'root',
  run: createPrograms({ environment: process.env }).run,
  nodePath: process.execPath,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
  ...overrides,
})
const network = (given: ContainerEntry, signal = new AbortController().signal) => ({
  dial: createContainerDial(given),
  signal,
  now: Date.now,
})
const request = (url: string) => ({
  url: new URL(url),
  method: 'GET',
  headers: {},
  body: undefined,
  tls: { verify: true },
  redirects: 'same-origin' as const,
  isAnswer: () => false,
  wantsBody: true,
  timeoutMs: 5_000,
})
const leftOvers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ronde-relay-'))

describe('from inside a container', () => {
  test('a port of its own loopback is open, which it is not from outside', async () => {
    await using inside = await networkNamespace()
    const where = { hostname: '127.0.0.1', port: inside.port, timeoutMs: 5_000 }
    expect(await probeTcp(where, network(entry(inside.pid)))).toMatchObject({ seen: true, value: { kind: 'open', address: '127.0.0.1' } })
    const outside = { ...network(entry(inside.pid)), dial: createDial(createResolve()) }
    expect(await probeTcp(where, outside)).toMatchObject({ seen: true, value: { kind: 'fault', fault: { kind: 'refused' } } })
    expect(leftOvers()).toEqual([])
  })

  test('HTTP is spoken through it', async () => {
    await using inside = await networkNamespace()
    const probed = await probeHttp(request(`http://localhost:${inside.port}/`), network(entry(inside.pid)))
    expect(probed).toMatchObject({ seen: true, value: { kind: 'answer', status: 200, body: { text: `inside localhost:${inside.port}` } } })
  })

  test('what is refused or not there is told as from here', async () => {
    await using inside = await networkNamespace()
    const ask = (hostname: string, port: number) => probeTcp({ hostname, port, timeoutMs: 5_000 }, network(entry(inside.pid)))
    expect(await ask('127.0.0.1', 1)).toMatchObject({ value: { fault: { kind: 'refused', phase: 'connect' } } })
    expect(await ask('169.254.169.254', 80)).toMatchObject({ seen: false, cause: expect.stringContaining('metadata') })
    expect(await ask('192.0.2.1', 80)).toMatchObject({ seen: false, cause: 'this machine has no route to that network' })
  })

  test('a container that has gone, or may not be entered, is not seen, with advice', async () => {
    const where = { hostname: '127.0.0.1', port: 1, timeoutMs: 5_000 }
    expect(await probeTcp(where, network(entry(2 ** 22 + 1)))).toMatchObject({ seen: false, cause: expect.stringContaining('service web') })
    await using inside = await networkNamespace()
    const unable = entry(inside.pid, {
      run: (program, args, options) =>
        createPrograms({ environment: process.env }).run('setpriv', ['--reuid=65534', '--clear-groups', program, ...args], options),
    })
    expect(await probeTcp(where, network(unable))).toMatchObject({ seen: false, advice: expect.stringContaining('privileges: sudo') })
  })

  test('the deadline ends it', async () => {
    await using inside = await networkNamespace()
    const probed = await probeTcp({ hostname: '127.0.0.1', port: inside.port, timeoutMs: 1 }, network(entry(inside.pid)))
    expect(probed).toMatchObject({ seen: true, value: { kind: 'fault', fault: { kind: 'timeout' } } })
    expect(leftOvers()).toEqual([])
  })
})
