import { describe, expect, test } from '@jest/globals'
import { type Silence, writeSilence } from '../../../src/incidents/texts/silence-issue.ts'
import { hosted, repository, startBrokenServer } from '../../support/broken-server.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { dangers } from '../../support/markdown.ts'

type Server = Awaited<ReturnType<typeof startBrokenServer>>

/** The action as `silence.yml` runs it: dispatched, on a runner of GitHub's. */
const silence = (server: Server, inputs: Readonly<Record<string, string>>, token?: string, environment: object = hosted) =>
  server.run('silence', {
    inputs,
    environment: { ...environment },
    github: {
      repository,
      api_url: server.github.url,
      token: token ?? server.github.token('job'),
      event_name: 'workflow_dispatch',
      actor: 'ana',
    },
  })

describe('a silence from its dispatch to its end', () => {
  test('is one issue; what it explains opens nothing, at one request a run; a person closes it, and what is still bad opens', async () => {
    await using server = await startBrokenServer()
    await server.look()
    const set = await silence(server, { for: '2h', reason: 'moving the database' })
    expect(set.reports).toMatchObject([{ status: 'ok', server: 'quiz-test', scope: ['silence'] }])
    expect(set).toMatchObject({ exitCode: 0, outputs: { issue: '1', active: '1' } })
    expect(server.github.counts().writes).toBe(1)
    expect(server.github.violations()).toEqual([])
    expect(server.issues()).toMatchObject([
      { number: 1, labels: ['ronde'], title: expect.stringMatching(/^\[quiz-test\] silenced until /) },
    ])
    expect(server.issues()[0]?.body).toContain('by `ana`')

    server.break()
    const bad = await server.look()
    expect(bad.outputs['status']).toBe('critical')
    expect(bad.log).toMatch(/nothing opened \(silenced until .* by #1\): endpoint\.status/)
    expect(server.github.counts()).toMatchObject({ all: 1, writes: 0 })
    expect(server.issues()).toHaveLength(1)

    for (const one of server.github.repository.issues) one.state = 'closed'
    await server.look()
    expect(server.issues()).toMatchObject([{ state: 'closed' }, { state: 'open', title: expect.stringContaining('503') }])
  }, 60_000)

  test('that is over closes itself with one write, and what is still bad opens in the same run', async () => {
    await using server = await startBrokenServer()
    await server.look()
    server.break()
    const since = Date.now() - 70_000
    const over: Silence = {
      repository,
      servers: ['quiz-test'],
      ids: ['*'],
      subjects: ['*'],
      upTo: 'critical',
      since,
      until: since + 60_000,
      by: 'ana',
      reason: '',
      run: '',
    }
    server.github.state.addIssue(server.github.repository, {
      title: 'over',
      body: `${writeSilence(over)}\n\n**Silenced** until then.`,
      labels: ['ronde'],
      author: 'github-actions[bot]',
      createdAt: new Date(since).toISOString(),
    })
    await server.look()
    expect(server.issues()).toMatchObject([{ state: 'closed', body: expect.stringContaining('**Over**') }, { state: 'open' }])
    expect(server.github.counts().writes).toBe(2)
    await server.look()
    expect(server.github.counts().writes).toBe(0)
  }, 60_000)

  test('is ended early by its number, or all of a server; a number that is none is a mistake that names those there are', async () => {
    await using server = await startBrokenServer()
    await silence(server, { for: '1h', id: 'endpoint.*' })
    await silence(server, { for: '1h', servers: 'quiz-other' })
    const wrong = await silence(server, { end: '7' })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.log).toContain('#7 is no silence in effect; there are #1, #2')
    expect(server.github.counts().writes).toBe(0)
    const all = await silence(server, { end: 'all' })
    expect(all.outputs).toMatchObject({ issue: '1', active: '1' })
    expect(server.issues().map((one) => one.state)).toEqual(['closed', 'open'])
    expect(server.issues()[0]?.body).toMatch(/\*\*Ended\*\* .* by `ana`/)
    expect((await silence(server, { end: '#2' })).outputs).toMatchObject({ issue: '2', active: '0' })
    expect((await silence(server, { end: 'all' })).log).toContain('no silence to end')
    expect(server.github.counts().writes).toBe(0)
  }, 60_000)

  test('said again for another time replaces the earlier one; one that says something else stays beside it', async () => {
    await using server = await startBrokenServer()
    await silence(server, { for: '1h' })
    await silence(server, { for: '1h', subject: '*/api' })
    await silence(server, { for: '3h' })
    expect(server.issues().map((one) => one.state)).toEqual(['closed', 'open', 'open'])
    expect(server.issues()[0]?.body).toContain('**Replaced** by #3.')
  }, 60_000)

  test('set by two jobs at once is in effect, whichever is ended last', async () => {
    await using server = await startBrokenServer()
    await Promise.all([silence(server, { for: '1h' }), silence(server, { for: '1h' })])
    server.break()
    await server.look()
    expect(server.issues().filter((one) => one.title.includes('503'))).toEqual([])
    await silence(server, { end: 'all' })
    expect(server.issues().every((one) => one.state === 'closed')).toBe(true)
  }, 60_000)

  test('up to warning lets what is critical open', async () => {
    await using server = await startBrokenServer()
    await silence(server, { for: '1h', 'up-to': 'warning' })
    server.break()
    await server.look()
    expect(server.issues()).toHaveLength(2)
  }, 60_000)

  test('dry-run says what it would do and writes nothing', async () => {
    await using server = await startBrokenServer()
    const ran = await silence(server, { for: '1h', 'dry-run': 'true' })
    expect(ran.log).toContain('would open: [quiz-test] silenced until')
    expect(server.github.counts().writes).toBe(0)
  })
})

describe('what people type', () => {
  const mistakes: readonly { what: string; inputs: Readonly<Record<string, string>>; says: string }[] = [
    { what: 'no time', inputs: {}, says: 'input for: missing' },
    { what: 'too long a time', inputs: { for: '8d' }, says: '8d is too long; at most 7d' },
    { what: 'no unit', inputs: { for: '2' }, says: 'has no unit' },
    { what: 'both', inputs: { for: '2h', end: '3' }, says: 'one of them, not both' },
    { what: 'a word for a number', inputs: { end: 'mine' }, says: 'is not the number of a silence such as 12, or `all`' },
    { what: 'a long pattern', inputs: { for: '2h', subject: 'x'.repeat(201) }, says: 'is not a pattern of at most 200 characters' },
    { what: 'many patterns', inputs: { for: '2h', id: Array.from({ length: 21 }, (_, at) => `a${at}`).join(',') }, says: '20' },
    { what: 'a long reason', inputs: { for: '2h', reason: 'x'.repeat(301) }, says: '300' },
  ]
  test.each(mistakes)('$what is a mistake, and nothing is written', async ({ inputs, says }) => {
    await using server = await startBrokenServer()
    const ran = await silence(server, inputs)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain(says)
    expect(server.github.counts().writes).toBe(0)
  })

  test("without a server: the machine of the job is nobody's, so it must be named", async () => {
    await using server = await startBrokenServer()
    const options = { files: {}, environment: hosted, github: { event_name: 'workflow_dispatch' } }
    const unnamed = await server.run('silence', { ...options, inputs: { for: '1h' } })
    expect(unnamed.exitCode).toBe(1)
    expect(unnamed.log).toContain('input server: missing')
    const named = await server.run('silence', { ...options, inputs: { for: '1h', server: 'quiz-test' } })
    expect(named.reports[0]?.status).toBe('ok')
    expect((await server.run('silence', { ...options, inputs: { for: '1h', servers: '*' } })).reports[0]?.status).toBe('ok')
    expect(server.issues()[1]?.title).toContain('[all servers]')
  }, 60_000)

  test('a server that is not one of `servers:` is a mistake', async () => {
    await using server = await startBrokenServer()
    const files = { '.github/ronde.yml': 'servers: { quiz-a: {}, quiz-b: {} }\n' }
    const ran = await server.run('silence', { files, environment: hosted, inputs: { for: '1h', server: 'quiz-c' } })
    expect(ran.log).toContain('"quiz-c" is not one of quiz-a, quiz-b')
    expect(server.github.counts().all).toBe(0)
  })

  test('hostile words stay words: in the log, in the issue, in the title', async () => {
    await using server = await startBrokenServer()
    const reason = hostileTexts
      .filter((one) => !one.includes('\u0000'))
      .join(' ')
      .slice(0, 300)
    const ran = await silence(server, {
      for: '1h',
      reason,
      subject: hostileTexts
        .slice(0, 20)
        .filter((one) => !one.includes('\n'))
        .join('\n'),
    })
    expect(ran.commands.filter((one) => one.name === 'set-output' || one.name === 'error')).toEqual([])
    const [issue] = server.issues()
    const visible = (issue?.body ?? '').replace(/^[^\n]*\n/, '')
    expect(dangers(visible, { links: ['https://github.com/'] })).toEqual([])
    expect(issue?.title).not.toMatch(/[@#]\w/)
    expect(server.github.violations()).toEqual([])
    server.break()
    expect((await server.look()).exitCode).toBe(0)
  }, 60_000)

  test('a secret in the reason does not reach GitHub, and the silence holds', async () => {
    await using server = await startBrokenServer()
    const token = server.github.token('job')
    await silence(server, { for: '1h', reason: `the token is ${token}` }, token)
    expect(JSON.stringify(server.github.requests.map((one) => one.body))).not.toContain(token)
    server.break()
    await server.look()
    expect(server.issues()).toHaveLength(1)
  }, 60_000)
})

describe('who may start it', () => {
  const bot = 'github-actions[bot]'
  const event = { repository: { default_branch: 'main' }, sender: { login: bot, type: 'Bot' } }
  const rows: readonly { what: string; github: object; environment?: Record<string, string>; says: string }[] = [
    { what: 'the token of a job', github: { actor: bot, event }, says: `only a person may start it, and ${bot} did` },
    {
      what: 'the token of a job that runs again what a person started',
      github: { actor: 'ana' },
      environment: { GITHUB_TRIGGERING_ACTOR: bot },
      says: `only a person may start it, and ${bot} did`,
    },
    { what: 'an app that only the payload names', github: { actor: 'ana', event }, says: 'only a person may start it, and a Bot did' },
    { what: 'a comment of anybody', github: { actor: 'ana', event_name: 'issue_comment' }, says: 'not on issue_comment' },
  ]
  test.each(rows)('$what may not: nothing is read or written', async ({ github, environment = {}, says }) => {
    await using server = await startBrokenServer()
    const inputs = [
      { for: '1h', server: 'quiz-test' },
      { end: 'all', server: 'quiz-test' },
    ]
    for (const given of inputs) {
      const ran = await server.run('silence', {
        inputs: given,
        environment: { ...hosted, ...environment },
        github: { event_name: 'workflow_dispatch', ...github },
      })
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toContain('silence did not run: ')
      expect(ran.log).toContain(says)
    }
    expect(server.github.counts().all).toBe(0)
  })
})

describe('when GitHub does not let it', () => {
  test('a token that may not write issues fails the step and names the block to add', async () => {
    await using server = await startBrokenServer()
    const ran = await silence(server, { for: '1h' }, server.github.token('job', { permissions: { issues: 'read' } }))
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toMatch(/^permissions:\n {2}contents: read\n {2}issues: write$/m)
    expect(ran.outputs['status']).toBe('critical')
  })

  test.each([
    ['down', 'refuses the connection'],
    ['limited', 'secondary rate limit'],
  ])(
    'a GitHub that is %s fails the step: nothing is silent',
    async (kind, says) => {
      await using server = await startBrokenServer()
      const faults = () => server.github.faults.add({ kind: 'secondary-limit', retryAfterS: 300 })
      const url = kind === 'down' ? 'http://127.0.0.1:1' : server.github.url
      server.github.reset()
      if (kind === 'limited') faults()
      const ran = await import('../../support/ronde.ts').then(({ runRonde }) =>
        runRonde('silence', {
          inputs: { for: '1h', server: 'quiz-test' },
          environment: hosted,
          github: { repository, api_url: url, token: server.github.token('job'), event_name: 'workflow_dispatch' },
        }),
      )
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toContain(says)
      expect(server.issues()).toEqual([])
    },
    60_000,
  )

  test('the token of an app that only an earlier run learned: refused, closed, not heeded', async () => {
    await using server = await startBrokenServer()
    const token = () => server.github.token('job', { login: 'my-app[bot]' })
    server.break()
    const learning = await server.look({ github: { token: token() } })
    expect(learning.log).toContain('they are written as my-app[bot], which counts as an author from now on')
    server.mend()
    await server.look({ github: { token: token() } })
    for (const environment of [hosted, {}]) {
      const ran = await silence(server, { for: '2h', id: 'endpoint.*' }, token(), environment)
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toMatch(/#\d silences nothing: my-app\[bot\] made it, who is not one of incidents\.authors .*; it was closed again/)
    }
    expect(server.issues().map((one) => one.state)).toEqual(['closed', 'closed', 'closed'])
    server.break()
    const bad = await server.look({ github: { token: token() } })
    expect(bad.log).not.toContain('silenced until')
    expect(server.issues().filter((one) => one.state === 'open')).toHaveLength(1)
  }, 60_000)

  test('the token of an app that is named in incidents.authors: set, heeded, ended', async () => {
    await using server = await startBrokenServer({ authors: ['my-app[bot]'] })
    const token = () => server.github.token('job', { login: 'my-app[bot]' })
    expect((await silence(server, { for: '2h', id: 'endpoint.*' }, token())).exitCode).toBe(0)
    server.break()
    expect((await server.look({ github: { token: token() } })).log).toMatch(/nothing opened \(silenced until .* by #1\)/)
    expect((await silence(server, { end: 'all' }, token())).outputs).toMatchObject({ issue: '1', active: '0' })
    await server.look({ github: { token: token() } })
    expect(server.issues().map((one) => one.state)).toEqual(['closed', 'open'])
  }, 60_000)

  test('a token whose author does not count says that nothing is silent, and leaves no open issue', async () => {
    await using server = await startBrokenServer()
    server.github.repository.collaborators.set('ana', 'write')
    const ran = await silence(server, { for: '1h' }, server.github.token('user', { login: 'ana' }))
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('#1 silences nothing: ana made it, who is not one of incidents.authors')
    expect(server.issues()).toMatchObject([{ state: 'closed', body: expect.stringContaining('**Refused**') }])
  })
})
