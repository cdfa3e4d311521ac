import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { startGitHub } from '../support/github/server.ts'
import { dangers } from '../support/markdown.ts'
import { type RondeRun, runRonde, temporaryFolder } from '../support/ronde.ts'

const repository = 'quiz/operations'

/** A web server that can be broken and mended, a GitHub, and the state of one server over several runs. */
const setting = async (options = 'confirm: 1, recover: 1, settle: 1ms', clock = { aheadMs: 0 }) => {
  let broken = false
  const web = createServer((_request, response) => response.writeHead(broken ? 503 : 200).end('{"status":"ok"}'))
  await new Promise<void>((resolve) => {
    web.listen(0, '127.0.0.1', resolve)
  })
  const folder = await temporaryFolder()
  const github = await startGitHub({ repository, now: () => Date.now() - clock.aheadMs })
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`
  const file = `server: quiz-test
incidents: { enabled: true, ${options} }
contacts: { technical: ["@acme/ops", "Telephone +212 5"] }
health-check: { checks: [endpoints], endpoints: [{ url: "${url}", attempts: 1 }] }
`
  const run = (more: Partial<RondeRun> = {}) => {
    github.reset()
    return runRonde('health-check', {
      files: { '.github/ronde.yml': file },
      stateHome: folder.path,
      github: { repository, api_url: github.url, token: github.token('job') },
      ...more,
    })
  }
  return {
    github,
    run,
    issues: () => [...github.repository.issues],
    break: () => {
      broken = true
    },
    mend: () => {
      broken = false
    },
    [Symbol.asyncDispose]: async () => {
      web.closeAllConnections()
      web.close()
      await github.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

const visible = (body: string | null): string => (body ?? '').replace(/^<!--.*?-->\n/s, '')

describe('the life of an incident', () => {
  test('a healthy run costs one list and writes nothing', async () => {
    await using server = await setting()
    const ran = await server.run()
    expect(ran.exitCode).toBe(0)
    expect(server.github.counts()).toMatchObject({ all: 1, writes: 0 })
    expect(ran.summary).not.toContain('Incidents')
    expect(server.github.violations()).toEqual([])
  })

  test('it is opened, stays as it is while nothing changes, and is closed', async () => {
    await using server = await setting()
    await server.run()
    server.break()
    const opened = await server.run()
    expect(opened.exitCode).toBe(0)
    const address = 'https://github.com/quiz/operations/issues/1'
    expect(opened.log.trimEnd().split('\n').slice(-3)).toEqual([
      `incidents: opened #1 ${address}`,
      expect.stringMatching(/^incidents: 1 open; 5 requests to GitHub, 1 write$/),
      expect.stringMatching(/^ronde health-check on quiz-test: critical, /),
    ])
    expect(opened.summary).toContain('**Incidents**\n\n- opened: \\[quiz-test\\] ')
    expect(opened.summary).toContain(`[Issue 1](${address})`)
    // Beside what it is about, and the summary stands there once.
    expect(opened.summary.match(/^##+ .*$/gm)).toEqual([
      expect.stringMatching(/^## critical: quiz-test, health-check, /),
      expect.stringContaining(` · [#1](${address})`),
    ])
    expect(opened.outputs['status']).toBe('critical')
    expect(server.issues()).toMatchObject([{ state: 'open', labels: ['ronde'], title: expect.stringContaining('[quiz-test]') }])
    expect(server.issues()[0]?.body).toContain('endpoint.status')
    expect(
      dangers(visible(server.issues()[0]?.body ?? ''), {
        mentions: ['@acme/ops'],
        links: ['https://github.com/'],
        comment: /^<!-- ronde:/,
      }),
    ).toEqual([])

    const unchanged = await server.run()
    expect(server.github.counts()).toMatchObject({ all: 1, writes: 0 })
    expect(unchanged.summary).toMatch(/^- open: .*\[Issue 1\]/m)
    expect(server.issues()).toHaveLength(1)

    server.mend()
    const closed = await server.run()
    expect(closed.log).toContain('incidents: closed #1')
    expect(closed.summary).toMatch(/^- closed: .*\[Issue 1\]/m)
    expect(server.issues()).toMatchObject([{ state: 'closed', stateReason: 'completed' }])
    await server.run()
    expect(server.github.counts().writes).toBe(0)
    expect(server.github.violations()).toEqual([])
  }, 60_000)

  test('a sampled value opens only when it is confirmed', async () => {
    await using server = await setting('confirm: 2')
    await server.run()
    server.break()
    await server.run()
    expect(server.issues()).toEqual([])
    await server.run()
    expect(server.issues()).toHaveLength(1)
  }, 60_000)

  test('two runs at once with tokens of their own leave one open issue', async () => {
    await using server = await setting()
    await server.run()
    server.break()
    const both = [1, 2].map(() => server.run({ github: { repository, api_url: server.github.url, token: server.github.token('job') } }))
    await Promise.all(both)
    await server.run()
    expect(server.issues().filter((one) => one.state === 'open')).toHaveLength(1)
  }, 60_000)

  test("people's issues are never touched, whatever their label", async () => {
    await using server = await setting()
    server.github.state.addIssue(server.github.repository, { title: 'Mine', body: 'words', labels: ['ronde'], author: 'octocat' })
    await server.run()
    server.break()
    await server.run()
    expect(server.issues()[0]).toMatchObject({ title: 'Mine', body: 'words', state: 'open' })
    expect(server.issues()).toHaveLength(2)
  })
})

describe('the clock', () => {
  const clockOf = async (ran: ReturnType<Awaited<ReturnType<typeof setting>>['run']>) =>
    (await ran).findings.filter((one) => one.id === 'clock.skew')

  test("is compared with GitHub's by answers that came anyway, and told by the next run", async () => {
    const clock = { aheadMs: 300_000 }
    await using server = await setting(undefined, clock)
    expect(await clockOf(server.run())).toEqual([])
    const [skew] = await clockOf(server.run())
    expect(skew).toMatchObject({ status: 'warning', title: expect.stringMatching(/^the clock is (5 min|4 min 59 s) ahead$/) })
    expect(server.github.counts()).toMatchObject({ all: 1, writes: 0 })
    clock.aheadMs = 0
    await server.run()
    expect(await clockOf(server.run())).toEqual([expect.objectContaining({ status: 'ok', cleared: true })])
  }, 60_000)

  test('is not compared where nobody answers', async () => {
    await using server = await setting()
    const run = () => server.run({ github: { repository, api_url: 'http://127.0.0.1:1', token: server.github.token('job') } })
    await run()
    expect(await clockOf(run())).toEqual([])
  }, 60_000)
})

describe('when GitHub does not let it', () => {
  test('a token that may not write issues fails the step, names the block to add, and the verdict stands', async () => {
    await using server = await setting()
    server.break()
    const token = server.github.token('job', { permissions: { issues: 'read' } })
    const ran = await server.run({ github: { repository, api_url: server.github.url, token } })
    expect(ran.exitCode).toBe(1)
    expect(ran.outputs['status']).toBe('critical')
    expect(ran.log).toContain('issues: write')
  })

  test('a repository without issues fails the step', async () => {
    await using server = await setting()
    server.github.repository.hasIssues = false
    expect((await server.run()).exitCode).toBe(1)
  })

  test('a GitHub that is down only warns; the next run opens what is still bad', async () => {
    await using server = await setting()
    await server.run()
    server.break()
    const ran = await server.run({ github: { repository, api_url: 'http://127.0.0.1:1', token: server.github.token('job') } })
    expect(ran.exitCode).toBe(0)
    expect(ran.annotations.some((one) => one.level === 'warning')).toBe(true)
    await server.run()
    expect(server.issues()).toHaveLength(1)
  }, 60_000)

  test('ten runs whose state folder cannot be written make one issue of what is critical', async () => {
    await using server = await setting()
    server.break()
    for (let run = 0; run < 10; run += 1) await server.run({ stateHome: '/proc/1/nowhere' })
    const open = server.issues().filter((one) => one.state === 'open')
    expect(open.map((one) => one.title).filter((title) => title.includes('503'))).toHaveLength(1)
  }, 60_000)

  test('a webhook hears of an opening and of a closing, once each', async () => {
    const heard: string[] = []
    const hook = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk
      })
      request.on('end', () => {
        heard.push((JSON.parse(text) as { kind: string }).kind)
        response.end()
      })
    })
    await new Promise<void>((resolve) => {
      hook.listen(0, '127.0.0.1', resolve)
    })
    await using server = await setting(
      `confirm: 1, recover: 1, settle: 1ms }\nnotify: [{ webhook: "\${HOOK}" }]\nmaintenance: []\nseasons: []\ntime-zone: "UTC"\nhost: true\nprivileges: none\ndatabase: {}\ncompose: {`,
    )
    const environment = { HOOK: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook-secret-path` }
    await server.run({ environment })
    server.break()
    await server.run({ environment })
    const again = await server.run({ environment })
    server.mend()
    await server.run({ environment })
    hook.close()
    expect(heard).toEqual(['opened', 'closed'])
    expect(again.log).not.toContain('hook-secret-path')
  }, 60_000)

  test('a webhook that is gone warns without its address; the issue is opened and the step stays green', async () => {
    await using server = await setting(
      `confirm: 1 }\nnotify: [{ slack: "\${HOOK}" }]\nmaintenance: []\nseasons: []\ntime-zone: "UTC"\nhost: true\nprivileges: none\ndatabase: {}\ncompose: {`,
    )
    server.break()
    const ran = await server.run({ environment: { HOOK: 'http://127.0.0.1:1/hook-secret-path' } })
    expect(ran.exitCode).toBe(0)
    expect(ran.annotations).toContainEqual(expect.objectContaining({ level: 'warning' }))
    expect(ran.log).not.toContain('hook-secret-path')
    expect(server.issues()).toHaveLength(1)
  }, 60_000)
})
