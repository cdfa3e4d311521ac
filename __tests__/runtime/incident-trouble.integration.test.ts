import { describe, expect, test } from '@jest/globals'
import { dayMs, hard, hourMs, minuteMs, soft } from '../support/incident-world.ts'
import { simulateServer } from '../support/simulated-server.ts'

type Server = Awaited<ReturnType<typeof simulateServer>>

const bad = [hard('critical')]
const good = [hard('ok')]
const first = (server: Server) => {
  const [issue] = server.github.repository.issues
  if (issue === undefined) throw new Error('no issue was opened')
  return issue
}
const states = (server: Server) => server.github.repository.issues.map((one) => one.state)
/** An open incident of a container, five minutes old. */
const opened = async (...given: Parameters<typeof simulateServer>): Promise<Server> => {
  const server = await simulateServer(...given)
  await server.run(bad)
  server.wait(5 * minuteMs)
  return server
}

describe('what people configured', () => {
  test.each([
    { what: 'an over-long name', labels: ['x'.repeat(60)], kept: ['ronde', 'x'.repeat(50)], warning: 'became' },
    { what: 'a name without anything to see', labels: [' \u200b '], kept: ['ronde'], warning: 'without a visible name' },
    { what: 'a name on two lines', labels: ['a\nb'], kept: ['ronde', 'a b'], warning: 'became' },
    {
      what: 'more than 100',
      labels: Array.from({ length: 120 }, (_, at) => `l${at}`),
      kept: ['ronde', ...Array.from({ length: 99 }, (_, at) => `l${at}`)],
      warning: 'takes 100 labels',
    },
  ])('labels with $what are made fit, with one warning, and the incident lives on', async ({ labels, kept, warning }) => {
    await using server = await opened({ options: { labels } })
    expect(first(server).labels).toEqual(kept)
    await server.rounds(9, bad)
    await server.rounds(2, good)
    expect(first(server)).toMatchObject({ state: 'closed' })
    expect(first(server).labels.length).toBeLessThanOrEqual(100)
    expect((await server.run([hard('critical', { subject: 'service/web' })])).warnings).toEqual([expect.stringContaining(warning)])
    expect(server.github.violations()).toEqual([])
  })

  test('an assignee who does not exist: opened without, warned once a run, and still ten writes at most', async () => {
    await using server = await simulateServer({ options: { assignees: ['nobody', 'ana'] } })
    server.github.repository.collaborators.set('ana', 'write')
    const many = Array.from({ length: 12 }, (_, at) => hard('critical', { subject: `service/${at}` }))
    const { wrote, warnings } = await server.run(many)
    expect(wrote).toBe(10)
    expect(warnings).toEqual([expect.stringContaining('without the assignee nobody')])
    expect(new Set(server.open().map((one) => one.assignees.join()))).toEqual(new Set(['ana']))
    await server.rounds(1, many)
    expect(server.open()).toHaveLength(12)
  })
})

describe('what people do to an issue', () => {
  test('locked: no comment is tried, its body tells, and it closes', async () => {
    await using server = await opened()
    first(server).locked = true
    await server.rounds(8, bad)
    await server.rounds(3, good)
    expect(first(server)).toMatchObject({ state: 'closed', body: expect.stringContaining('**Closed**') })
    expect(server.said(1)).toEqual([])
    expect(server.github.requests.filter((one) => one.status >= 400)).toEqual([])
    server.wait(hourMs)
    await server.run(bad)
    expect(first(server).state).toBe('open')
  })

  test('locked between the list and the comment: it is closed all the same', async () => {
    await using server = await opened()
    server.wait(hourMs)
    server.github.faults.add({
      kind: 'status',
      status: 403,
      message: 'Unable to create comment because issue is locked.',
      on: 'issues/create-comment',
    })
    const { lines, failure } = await server.run(good)
    expect(failure).toBeUndefined()
    expect(lines.join('\n')).toMatch(/closed #1[^]*#1 could not be written: .*locked/)
    expect(states(server)).toEqual(['closed'])
  })

  test.each([
    ['transferred', 301, 'Moved Permanently'],
    ['deleted', 410, 'This issue was deleted'],
    ['gone', 404, 'Not Found'],
  ])('%s while it is written: the others are written, nothing fails', async (_, status, message) => {
    await using server = await simulateServer()
    const both = (word: 'ok' | 'critical') => [hard(word), hard(word, { subject: 'service/web' })]
    await server.run(both('critical'))
    server.wait(hourMs)
    server.github.faults.add({ kind: 'status', status, message, on: 'issues/update' })
    const { failure, lines } = await server.run(both('ok'))
    expect(failure).toBeUndefined()
    expect(lines[0]).toMatch(/^incidents: #1 could not be written/)
    expect(states(server)).toEqual(['open', 'closed'])
  })

  test('transferred or deleted before: what is still bad opens anew, once', async () => {
    await using server = await opened()
    server.github.repository.issues.splice(0)
    await server.rounds(4, bad)
    expect(states(server)).toEqual(['open'])
  })

  test.each([
    ['emptied', () => null],
    ['edited in its marker', (body: string) => body.replace('quiz-prod', 'quiz-test')],
    ['cut after its first 200 characters', (body: string) => body.slice(0, 200)],
  ])('a body %s: it is left alone, the log says why another one opens, and that one closes', async (_, edit) => {
    await using server = await opened()
    const issue = first(server)
    issue.body = edit(issue.body ?? '')
    const kept = issue.body
    const { lines } = await server.run(bad)
    expect(lines[0]).toMatch(/^incidents: #1 is left alone, for its marker cannot be read any more .*\/issues\/1$/)
    server.wait(hourMs)
    await server.rounds(2, good)
    expect(states(server)).toEqual(['open', 'closed'])
    expect(first(server).body).toBe(kept)
  })

  test('closed by a person while it is bad: a day of peace, then opened again with one comment', async () => {
    await using server = await opened()
    Object.assign(first(server), { state: 'closed', closedBy: 'ana', closedAt: server.github.state.timestamp() })
    for (const _ of Array.from({ length: 23 })) {
      server.wait(hourMs)
      expect((await server.run(bad)).wrote).toBe(0)
    }
    server.wait(2 * hourMs)
    await server.run(bad)
    expect(states(server)).toEqual(['open'])
    expect(server.said(1)).toEqual([expect.stringContaining('still bad')])
  })

  test('closed by a person as a warning, and it gets critical: opened again at once', async () => {
    await using server = await simulateServer()
    await server.run([hard('warning')])
    Object.assign(first(server), { state: 'closed', closedBy: 'ana', closedAt: server.github.state.timestamp() })
    expect(await server.rounds(1, [hard('warning')])).toEqual([{ requests: 3, wrote: 0 }])
    await server.run(bad)
    expect(states(server)).toEqual(['open'])
    expect(server.said(1)).toEqual([expect.stringContaining('got worse')])
  })

  test('forged by another author with a copied marker: never touched, and it hides nothing', async () => {
    await using server = await simulateServer()
    await server.run(bad)
    const copied = first(server).body
    server.github.repository.issues.splice(0)
    const forged = server.github.state.addIssue(server.github.repository, {
      title: 'mine',
      body: copied,
      labels: ['ronde'],
      author: 'mallory',
    })
    const before = structuredClone(forged)
    await server.rounds(1, bad)
    expect(server.open().map((one) => one.author)).toEqual(['mallory', 'github-actions[bot]'])
    server.wait(hourMs)
    await server.rounds(2, good)
    expect(states(server)).toEqual(['open', 'closed'])
    expect(forged).toEqual(before)
  })
})

describe('what people say', () => {
  test('a command is not lost when GitHub fails while the comments are read', async () => {
    await using server = await opened()
    server.github.repository.collaborators.set('ana', 'write')
    server.github.state.addComment(server.github.repository, { issue: 1, body: '/ack', author: 'ana' })
    server.github.faults.add({ kind: 'status', status: 502, times: 3, on: 'issues/list-comments' })
    await server.rounds(1, bad)
    server.github.faults.add({ kind: 'status', status: 502, times: 3, on: 'repos/get-collaborator-permission-level' })
    server.wait(hourMs)
    await server.run([hard('warning')])
    await server.run(bad)
    expect(first(server).body).toContain('Acknowledged by `ana`')
    expect(first(server).labels).not.toContain('sev1')
  })

  test('a crowd of strangers costs twenty questions at most, and who commands nothing costs none', async () => {
    await using server = await opened()
    const say = (author: string, body: string) => server.github.state.addComment(server.github.repository, { issue: 1, body, author })
    for (let at = 0; at < 100; at += 1) say(`stranger-${at}`, at % 2 === 0 ? '/silence 7d' : 'same here')
    const { requests } = await server.run(bad)
    // The list, whether it is public, the comments, and twenty people.
    expect(requests).toBe(23)
    expect(first(server).body).not.toContain('Silenced')
  })
})

describe('who writes', () => {
  test('a token whose author nobody configured makes one issue all the same, and says who it is', async () => {
    await using server = await simulateServer()
    server.github.repository.collaborators.set('robot', 'write')
    const run = (state?: false) =>
      server.run(bad, { token: server.github.token('user', { login: 'robot' }), ...(state === false ? { state } : {}) })
    expect((await run()).lines.join()).toContain('written as robot')
    for (let at = 0; at < 4; at += 1) await run()
    expect(states(server)).toEqual(['open'])
  })

  test('without state it leaves one open issue, and says what to configure', async () => {
    await using server = await simulateServer()
    server.github.repository.collaborators.set('robot', 'write')
    for (let at = 0; at < 3; at += 1) {
      const { lines } = await server.run(bad, { token: server.github.token('user', { login: 'robot' }), state: false })
      expect(lines.join()).toContain('incidents.authors')
    }
    expect(server.open()).toHaveLength(1)
  })
})

describe('only what was looked at counts', () => {
  test('twenty quick rounds do not close what the daily round opened', async () => {
    await using server = await simulateServer()
    await server.run([soft('ok'), hard('critical')], { round: 'daily' })
    await server.rounds(20, [soft('ok')], { round: 'quick', scope: ['endpoints'] })
    expect(states(server)).toEqual(['open'])
    server.wait(dayMs)
    await server.run([soft('ok'), hard('ok')], { round: 'daily' })
    expect(states(server)).toEqual(['closed'])
  })

  test('ten runs without a state that can be used make one issue', async () => {
    await using server = await simulateServer()
    await server.rounds(10, [soft('critical')], { state: false })
    expect(states(server)).toEqual(['open'])
  })
})
