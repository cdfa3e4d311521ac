import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import type { Finding } from '../../../src/contract/finding.ts'
import { repository } from '../../support/broken-server.ts'
import { exited, incidents, reportOf, roundOf, startMerge } from '../../support/fleet.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'
import { dangers } from '../../support/markdown.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'
import { sampleFinding } from '../../support/sample-report.ts'

// Side by side: most of the time is GitHub's second between two writes, and each test has a GitHub of its own.
describe('a fleet whose servers look, and whose merge job reconciles', () => {
  /** A server that can be broken, with a state of its own; its job may not touch issues, and leaves its report. */
  const startServer = async (name: string, job: Awaited<ReturnType<typeof startMerge>>) => {
    let broken = false
    const web = createServer((_request, response) => response.writeHead(broken ? 503 : 200).end('{}'))
    await new Promise<void>((resolve) => {
      web.listen(0, '127.0.0.1', resolve)
    })
    const state = await temporaryFolder()
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`
    const file = `${incidents}\nservers: { quiz-a: {}, quiz-b: {} }\nhealth-check: { checks: [endpoints], endpoints: [{ url: "${url}", attempts: 1 }] }\n`
    return {
      look: () =>
        runRonde('health-check', {
          inputs: {
            server: name,
            incidents: 'false',
            'fail-on': 'never',
            'report-file': join(job.reports, `report-${name}`, 'report.json'),
          },
          files: { '.github/ronde.yml': file },
          stateHome: state.path,
          github: { repository, api_url: 'http://127.0.0.1:1' },
        }),
      break: () => {
        broken = true
      },
      mend: () => {
        broken = false
      },
      [Symbol.asyncDispose]: async () => {
        web.closeAllConnections()
        web.close()
        await state[Symbol.asyncDispose]()
      },
    }
  }

  test.concurrent('confirms, opens, counts good runs and closes by the past that the reports carry; a healthy merge costs one list', async () => {
    await using job = await startMerge()
    await using a = await startServer('quiz-a', job)
    await using b = await startServer('quiz-b', job)
    const round = async () => {
      await Promise.all([a.look(), b.look()])
      return job.merge()
    }
    const healthy = await round()
    expect(healthy).toMatchObject({ exitCode: 0, outputs: { status: 'ok', servers: '2', missing: '0' } })
    expect(job.github.counts()).toMatchObject({ all: 1, writes: 0 })

    a.break()
    await round()
    expect(job.issues()).toEqual([])
    await round()
    expect(job.open()).toEqual([expect.stringMatching(/^\[quiz-a\] .*503/)])
    await round()
    expect(job.github.counts().writes).toBe(0)

    a.mend()
    await round()
    expect(job.open()).toHaveLength(1)
    const closed = await round()
    expect(closed.log).toContain('incidents: closed #1')
    expect(job.open()).toEqual([])
    expect(job.github.violations()).toEqual([])
  }, 120_000)
})

describe('a server whose report is missing', () => {
  test.concurrent('is unknown; its monitoring is broken, in an issue of its own that closes when reports come again', async () => {
    await using job = await startMerge()
    await job.put('a.json', roundOf('quiz-a', [reportOf('quiz-a')]))
    const ran = await job.merge()
    expect(ran.outputs).toMatchObject({ status: 'unknown', servers: '2', missing: '1' })
    expect(ran.findings.find((one) => one.subject === 'server/quiz-b')).toMatchObject({ id: 'merge.server', status: 'unknown' })
    expect(job.open()).toEqual([expect.stringMatching(/^\[quiz-b\] monitoring broken: merge could not look/)])
    await job.put('b.json', reportOf('quiz-b'))
    await job.merge()
    expect(job.open()).toHaveLength(1)
    await job.merge()
    expect(job.open()).toEqual([])
    expect(job.github.violations()).toEqual([])
  }, 60_000)

  test.concurrent('keeps its incidents as they are: a report that is not there is no good run', async () => {
    await using job = await startMerge()
    await job.put('a.json', reportOf('quiz-a'))
    await job.put('b.json', reportOf('quiz-b', [exited()]))
    await job.merge()
    await job.put('b.json', 'not here any more')
    await job.merge()
    await job.merge()
    expect(job.open()).toEqual(['[quiz-b] db: exited', expect.stringContaining('monitoring broken')])
  }, 60_000)

  test.concurrent('is missed where `servers` names it, whatever the configuration says; without either nobody is', async () => {
    await using job = await startMerge(`${incidents}\n`)
    await job.put('a.json', reportOf('quiz-a'))
    expect((await job.merge()).outputs).toMatchObject({ status: 'ok', servers: '1' })
    expect((await job.merge({ servers: 'quiz-a,quiz-z' })).outputs).toMatchObject({ status: 'unknown', missing: '1' })
  }, 60_000)

  test.concurrent('a folder without any report says so', async () => {
    await using job = await startMerge(`${incidents}\n`)
    const ran = await job.merge({ reports: 'nowhere' })
    expect(ran.findings).toMatchObject([{ id: 'merge.reports', status: 'unknown', observed: 'there is no file' }])
  })
})

describe('what a report may say', () => {
  test.concurrent('hostile words stay words, in the issues and in the log', async () => {
    await using job = await startMerge()
    const texts = hostileTexts.filter((one) => one !== '')
    const findings = texts.slice(0, 9).map((text, at) =>
      exited({
        subject: `service/${at} ${text}`,
        title: texts.join(' '),
        observed: text,
        expected: text,
        advice: text,
        evidence: texts,
        incidentKey: text + at,
      }),
    )
    await job.put('a.json', roundOf('quiz-a', [reportOf('quiz-a', findings)], { round: texts.join('\n').slice(0, 5_000) }))
    await job.put('b.json', reportOf('quiz-b'))
    const ran = await job.merge()
    expect(
      ran.commands.filter(
        (one) =>
          !['add-mask', 'stop-commands', 'group', 'endgroup', 'warning', 'notice'].includes(one.name) && !/^[\w-]{20,}$/.test(one.name),
      ),
    ).toEqual([])
    expect(job.issues()).toHaveLength(9)
    for (const { body, title } of job.issues()) {
      const visible = (body ?? '').replace(/^<!-- ronde:\{[ -~]*\} -->\n/, '')
      expect(dangers(visible, { links: ['https://github.com/'] })).toEqual([])
      expect(title).not.toMatch(/[@#]\w/)
    }
    expect(job.github.violations()).toEqual([])
    await job.merge()
    expect(job.issues()).toHaveLength(9)
  }, 60_000)

  test.concurrent("another server's project or a made-up past touches nothing of others", async () => {
    await using job = await startMerge()
    await job.put('a.json', reportOf('quiz-a', [exited()]))
    await job.put('b.json', reportOf('quiz-b'))
    await job.merge()
    const at = Array.from({ length: 100 }, (_, index) => Date.now() - index * 300_000)
    const origin = {
      repository,
      project: 'quiz|health-check',
      past: { at, findings: [{ id: 'compose.service', subject: 'service/db', was: 'o'.repeat(100) }] },
    }
    await job.put('a.json', reportOf('quiz-a', [exited()]))
    await job.put('b.json', reportOf('quiz-b', [sampleFinding()], { origin }))
    await job.merge()
    expect(job.open()).toEqual([expect.stringContaining('[quiz-a]')])
  }, 60_000)

  test.concurrent('a report without a past opens what is critical at once, and good runs are counted in the issue', async () => {
    await using job = await startMerge()
    const bad = sampleFinding({ id: 'endpoint.status', subject: 'https://quiz.example/', status: 'critical', title: 'answered 503' })
    const { origin: _, ...without } = reportOf('quiz-a', [bad], { scope: ['endpoints'] })
    await job.put('a.json', without)
    await job.put('b.json', reportOf('quiz-b'))
    await job.merge()
    expect(job.open()).toEqual([expect.stringContaining('answered 503')])
    const { origin: __, ...good } = reportOf('quiz-a', [{ ...bad, status: 'ok', cleared: true }], { scope: ['endpoints'] })
    await job.put('a.json', good)
    await job.merge()
    expect(job.open()).toHaveLength(1)
    await job.merge()
    expect(job.open()).toEqual([])
  }, 60_000)

  test.concurrent('each server goes by the options that the configuration has for it', async () => {
    await using job = await startMerge(
      `${incidents}\nservers:\n  quiz-a: { maintenance: [{ from: "00:00", to: "24:00" }] }\n  quiz-b: { contacts: { infrastructure: ["@acme/b"] } }\n`,
    )
    await job.put('a.json', reportOf('quiz-a', [exited()]))
    await job.put('b.json', reportOf('quiz-b', [exited()]))
    const ran = await job.merge()
    expect(job.open()).toEqual([expect.stringContaining('[quiz-b]')])
    expect(job.issues()[0]?.body).toContain('Contacts: @acme/b.')
    expect(ran.log).toContain('nothing opened (maintenance window)')
  })
})

describe('work of Ronde on a server', () => {
  test.concurrent('explains what the report saw meanwhile, up to its deadline', async () => {
    await using job = await startMerge(`${incidents}\n`)
    const origin = (until: number) => ({ repository, project: 'quiz', work: [{ action: 'backup', until }] })
    const disturbed: readonly Finding[] = [{ ...exited(), disturbedByWork: true }]
    await job.put('a.json', reportOf('quiz-a', disturbed, { origin: origin(Date.now() + 600_000) }))
    const ran = await job.merge()
    expect(ran.log).toMatch(
      /nothing opened \(backup on quiz-a works on this project, until .* at the latest\): compose\.service service\/db/,
    )
    expect(job.open()).toEqual([])
    await job.put('a.json', reportOf('quiz-a', disturbed, { origin: origin(Date.now() - 1_000) }))
    await job.merge()
    expect(job.open()).toEqual(['[quiz-a] db: exited'])
  }, 60_000)
})

describe('many servers', () => {
  test.concurrent('thirty healthy ones cost one list; thirty bad ones are opened ten a run, and two jobs at once open none twice', async () => {
    await using job = await startMerge(`${incidents}\n`)
    const servers = Array.from({ length: 30 }, (_, at) => `quiz-${at}`)
    const put = (findings: readonly Finding[]) =>
      Promise.all(servers.map((server) => job.put(`${server}/report.json`, roundOf(server, [reportOf(server, findings)]))))
    await put([sampleFinding()])
    const healthy = await job.merge()
    expect(healthy.outputs).toMatchObject({ status: 'ok', servers: '30' })
    expect(job.github.counts()).toMatchObject({ all: 1, writes: 0 })
    await put([exited()])
    const first = await job.merge()
    expect(job.github.counts().writes).toBe(10)
    expect(first.log).toContain('20 more writes wait for the next run (at most 10 a run)')
    await Promise.all([job.merge(), job.merge()])
    // The two opened the same ten: doubles are closed by later runs, for each writes ten times at most.
    for (let runs = 0; runs < 8; runs += 1) {
      await job.merge()
      if (job.github.counts().writes === 0) break
    }
    expect(new Set(job.open()).size).toBe(job.open().length)
    expect(job.open()).toHaveLength(30)
  }, 180_000)
})

describe('when GitHub does not let it', () => {
  test.concurrent('a token that may not write issues fails the step and names the block', async () => {
    await using job = await startMerge()
    await job.put('a.json', reportOf('quiz-a', [exited()]))
    const ran = await job.merge({}, { token: job.github.token('job', { permissions: { issues: 'read' } }) })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('issues: write')
  }, 60_000)

  test.concurrent.each(['down', 'limited'])(
    'a GitHub that is %s only warns; the next merge opens what is still bad',
    async (kind) => {
      await using job = await startMerge()
      await job.put('a.json', reportOf('quiz-a', [exited()]))
      await job.put('b.json', reportOf('quiz-b'))
      const limited = (): void => job.github.faults.add({ kind: 'secondary-limit', retryAfterS: 300, times: 9 })
      const running = job.merge({}, kind === 'down' ? { url: 'http://127.0.0.1:1' } : {})
      if (kind === 'limited') limited()
      const ran = await running
      expect(ran.exitCode).toBe(0)
      expect(ran.annotations.some((one) => one.level === 'warning')).toBe(true)
      expect(job.issues()).toEqual([])
      await job.merge()
      expect(job.open()).toHaveLength(1)
    },
    60_000,
  )

  test.concurrent('with incidents off it reads, and says that it touched nothing', async () => {
    await using job = await startMerge()
    await job.put('a.json', reportOf('quiz-a', [exited()]))
    const ran = await job.merge({ incidents: 'false' })
    expect(ran.log).toContain('no incident was touched: incidents are off')
    expect(job.github.counts().all).toBe(0)
  })

  test.concurrent.each([
    [{ servers: 'quiz a' }, 'a server name'],
    [{ servers: 'quiz-a,quiz-a' }, 'the same as servers[0]'],
    [{ 'max-age': '1s' }, 'too short'],
  ])('%j is a mistake', async (inputs, says) => {
    await using job = await startMerge()
    const ran = await job.merge(inputs)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain(says)
  })
})
