import { describe, expect, test } from '@jest/globals'
import { recordingServer } from '../support/http-server.ts'
import { hard, hourMs, minuteMs } from '../support/incident-world.ts'
import { simulateServer } from '../support/simulated-server.ts'

const bad = [hard('critical')]
const good = [hard('ok')]

type Hook = Awaited<ReturnType<typeof recordingServer>>
const kinds = (hook: Hook): readonly string[] => hook.received.map((one) => (JSON.parse(one.body) as { kind: string }).kind)
const titles = (hook: Hook): readonly string[] => hook.received.map((one) => (JSON.parse(one.body) as { title: string }).title)

const setting = async () => {
  const hook = await recordingServer()
  const server = await simulateServer({ listeners: [{ webhook: hook.origin }] })
  return {
    server,
    hook,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      await hook[Symbol.asyncDispose]()
    },
  }
}
const nowhere = 'http://127.0.0.1:1'

describe('GitHub is down', () => {
  test('webhooks hear of the opening at once and once; the issue is opened when it is back', async () => {
    await using of = await setting()
    const { server, hook } = of
    for (let run = 0; run < 3; run += 1) {
      expect((await server.run(bad, { apiUrl: nowhere })).failure).toMatchObject({ kind: 'unreachable' })
      server.wait(5 * minuteMs)
    }
    expect(kinds(hook)).toEqual(['opened'])
    await server.rounds(2, bad)
    expect(server.open()).toHaveLength(1)
    await server.rounds(3, good)
    expect(kinds(hook)).toEqual(['opened', 'closed'])
  })

  test('what came and went meanwhile is told as over, and the log says so', async () => {
    await using of = await setting()
    const { server, hook } = of
    await server.run(bad, { apiUrl: nowhere })
    server.wait(hourMs)
    await server.run(good, { apiUrl: nowhere })
    const { lines } = await server.run(good)
    expect(lines[0]).toMatch(/^incidents: .* came and went while GitHub could not be told \(critical, 2026-11-22T00:00:00.000Z\)$/)
    expect((await server.run(good)).lines).toEqual([])
    expect(kinds(hook)).toEqual(['opened', 'closed'])
    expect(server.github.repository.issues).toEqual([])
  })

  test('what another action could not write is kept for that action', async () => {
    await using of = await setting()
    const { server, hook } = of
    await server.run(bad, { action: 'backup', scope: ['database'], apiUrl: nowhere })
    await server.run(good)
    await server.run(bad, { action: 'backup', scope: ['database'] })
    expect(kinds(hook)).toEqual(['opened'])
    expect(server.open()).toHaveLength(1)
  })

  test('each webhook says what is down, also before the repository was ever seen', async () => {
    await using of = await setting()
    await of.server.run([...bad, hard('critical', { subject: 'service/web', title: 'web: exited' })], { apiUrl: nowhere })
    expect(of.hook.received.map((one) => JSON.parse(one.body) as { title: string; text: string })).toMatchObject([
      { title: expect.stringContaining('db'), text: 'exited (1)' },
      { title: 'web: exited', text: 'exited (1)' },
    ])
  })

  test('of a repository that was known to be public it says no more than the id', async () => {
    await using of = await setting()
    of.server.github.repository.isPrivate = false
    await of.server.run([hard('critical', { subject: 'service/web' })])
    await of.server.run([...bad, hard('critical', { subject: 'service/web' })], { apiUrl: nowhere })
    expect(of.hook.received.map((one) => JSON.parse(one.body) as object).at(-1)).toMatchObject({ title: 'compose.service', text: '' })
  })

  test('what was open before it went down is not told again, however often it comes and goes', async () => {
    await using of = await setting()
    const { server, hook } = of
    await server.rounds(6, bad)
    for (let round = 0; round < 9; round += 1) {
      await server.run(good, { apiUrl: nowhere })
      server.wait(5 * minuteMs)
      await server.run(bad, { apiUrl: nowhere })
      server.wait(15 * minuteMs)
    }
    expect(kinds(hook)).toEqual(['opened'])
  })

  test('a list that is cut in its body opens nothing twice', async () => {
    await using of = await setting()
    const { server, hook } = of
    await server.rounds(1, bad)
    server.github.faults.add({ kind: 'cut-body', times: 3 })
    expect((await server.run(bad)).failure).toMatchObject({ kind: 'unreachable' })
    await server.rounds(2, bad)
    expect(server.github.repository.issues).toHaveLength(1)
    expect(kinds(hook)).toEqual(['opened'])
  })

  test('a creation that is cut in its answer is found by the next run', async () => {
    await using of = await setting()
    const { server, hook } = of
    server.github.faults.add({ kind: 'cut-body', on: 'issues/create' })
    expect((await server.run(bad)).failure).toMatchObject({ kind: 'unreachable' })
    await server.rounds(2, bad)
    expect(server.github.repository.issues).toHaveLength(1)
    expect(kinds(hook)).toEqual(['opened'])
  })
})

describe('GitHub limits the rate', () => {
  test('a short secondary limit is waited out, and each issue is made once', async () => {
    await using of = await setting()
    of.server.github.faults.add({ kind: 'secondary-limit', retryAfterS: 20, on: 'issues/create' })
    const { failure } = await of.server.run([...bad, hard('critical', { subject: 'service/web' })])
    expect(failure).toBeUndefined()
    expect(of.server.open()).toHaveLength(2)
  })

  test('a long one ends the writing: webhooks hear of all, the next run writes the rest, and nobody hears twice', async () => {
    await using of = await setting()
    const { server, hook } = of
    const both = [...bad, hard('critical', { subject: 'service/web' })]
    server.github.faults.add(
      { kind: 'latency', latencyMs: 0, on: 'issues/create' },
      { kind: 'secondary-limit', retryAfterS: 900, on: 'issues/create' },
    )
    const { failure } = await server.run(both)
    expect(failure).toMatchObject({ kind: 'rate-limited' })
    expect(server.open()).toHaveLength(1)
    server.wait(15 * minuteMs)
    await server.run(both)
    expect(server.open()).toHaveLength(2)
    expect(kinds(hook)).toEqual(['opened', 'opened'])
  })

  test('ten writes a run at most, a second apart; the rest waits as facts, is written by the next run, and is told then, once', async () => {
    await using of = await setting()
    const { server, hook } = of
    const many = Array.from({ length: 14 }, (_, at) => hard('critical', { subject: `service/${at}`, title: `number ${at}` }))
    expect((await server.run(many)).wrote).toBe(10)
    const times = server.github.repository.issues.map((one) => Date.parse(one.createdAt))
    expect(times.slice(1).every((at, index) => at - (times[index] ?? 0) >= 1_000)).toBe(true)
    expect(kinds(hook)).toHaveLength(10)
    await server.rounds(2, many)
    expect(server.open()).toHaveLength(14)
    expect(new Set(titles(hook)).size).toBe(14)
    expect(kinds(hook)).toHaveLength(14)
  })

  test('doubles of ten issues at once are closed within the same bounds', async () => {
    await using of = await setting()
    const { server } = of
    const many = Array.from({ length: 10 }, (_, at) => hard('critical', { subject: `service/${at}` }))
    const costs = await Promise.all([server.run(many), server.run(many)])
    expect(costs.map((one) => one.counts.writes <= 10)).toEqual([true, true])
    await server.rounds(3, many)
    expect(server.open()).toHaveLength(10)
  })
})

describe('GitHub refuses', () => {
  test.each([
    [403, 'Repository was archived so is read-only.', /unarchive the repository/],
    [
      403,
      'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled',
      /IP allow list/,
    ],
    [403, 'Resource protected by organization SAML enforcement.', /single sign-on/],
    [403, 'Resource not accessible by integration', /issues: write/],
  ])('%s %s: the step fails and the cause is named', async (status, message, advice) => {
    await using of = await setting()
    of.server.github.faults.add({ kind: 'status', status, message, on: 'issues/list-for-repo' })
    const { failure } = await of.server.run(bad)
    expect(failure).toMatchObject({
      kind: 'forbidden',
      cause: expect.stringContaining(message.slice(0, 20)),
      advice: expect.stringMatching(advice),
    })
  })

  test.each([301, 400, 451])('%s for the list: somebody is told', async (status) => {
    await using of = await setting()
    of.server.github.faults.add({ kind: 'status', status, message: 'no', on: 'issues/list-for-repo' })
    expect((await of.server.run(bad)).failure).toMatchObject({ kind: 'refused' })
  })

  test('what names no cause names GitHub, and a limit says until when', async () => {
    await using of = await setting()
    const { server } = of
    server.github.faults.add({ kind: 'status', status: 502, message: '', times: 5 })
    expect((await server.run(bad)).failure).toMatchObject({ kind: 'unreachable', cause: expect.stringMatching(/^GitHub/) })
    server.github.faults.add({ kind: 'secondary-limit', retryAfterS: 900, on: 'issues/list-for-repo' })
    const { failure } = await server.run(bad)
    expect(failure).toMatchObject({ kind: 'rate-limited', cause: expect.stringMatching(/until 2026-11-22T\d\d:\d\d/) })
  })
})

test('two runs at once close an issue with one comment and one message', async () => {
  await using of = await setting()
  const { server, hook } = of
  await server.rounds(3, bad)
  server.wait(hourMs)
  await Promise.all([server.run(good), server.run(good)])
  expect(server.open()).toEqual([])
  expect(server.said(1).filter((one) => one.startsWith('**Closed**'))).toHaveLength(1)
  expect(kinds(hook).filter((one) => one === 'closed')).toHaveLength(1)
})

test("an acknowledgement counts from GitHub's time while our clock is two hours ahead", async () => {
  const hook = await recordingServer()
  await using server = await simulateServer({ aheadMs: 2 * hourMs })
  await using _ = hook
  await server.rounds(2, bad)
  server.github.repository.collaborators.set('ana', 'write')
  server.github.state.addComment(server.github.repository, { issue: 1, body: '/ack 2h', author: 'ana' })
  await server.rounds(12, bad)
  expect(server.said(1).filter((one) => one.startsWith('**Escalated**'))).toEqual([])
  await server.rounds(16, bad)
  expect(server.said(1).filter((one) => one.startsWith('**Escalated**'))).toHaveLength(1)
  await server.rounds(4, good)
  expect(server.open()).toEqual([])
})
