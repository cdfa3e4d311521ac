import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { exited, incidents, reportOf, roundOf, startMerge } from '../../support/fleet.ts'

describe('a file that is not what it should be is told by its name, and counts for nothing', () => {
  const past = { at: [], findings: [] }
  const rows: readonly { what: string; content: unknown; says: string | RegExp }[] = [
    { what: 'no JSON', content: '{"schemaVersion": 1,', says: 'is not JSON' },
    { what: 'an empty file', content: '', says: 'is not JSON' },
    { what: 'other JSON', content: { hello: 1 }, says: 'schemaVersion' },
    { what: 'a list', content: [], says: 'the file' },
    { what: 'a later version', content: { ...reportOf('quiz-b'), schemaVersion: 2 }, says: 'schemaVersion' },
    { what: 'an unknown key', content: { ...reportOf('quiz-b'), extra: 1 }, says: 'extra' },
    { what: 'a status that is none', content: reportOf('quiz-b', [exited({ status: 'fine' as 'ok' })]), says: 'status: Invalid option' },
    { what: 'deep nesting', content: `{"reports":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, says: 'nested too deeply' },
    {
      what: 'deep facts',
      content: JSON.stringify(reportOf('quiz-b')).replace('"facts":{}', `"facts":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
      says: 'nested too deeply',
    },
    { what: 'a server that is no name', content: reportOf('quiz b|x'), says: 'is no name of a server' },
    { what: 'an action that is no name', content: reportOf('quiz-b', [], { action: 'x\ny' }), says: 'is no action of a server' },
    { what: 'a report of this very action', content: reportOf('quiz-b', [], { action: 'merge' }), says: 'is no action of a server' },
    { what: 'an id that is none', content: reportOf('quiz-b', [exited({ id: '../../x' })]), says: 'is no id of a finding' },
    { what: 'a time that is none', content: reportOf('quiz-b', [], { startedAt: 'yesterday' }), says: 'is no time' },
    { what: 'two servers in one', content: roundOf('quiz-b', [reportOf('quiz-a')]), says: 'holds a report of quiz-a' },
    { what: 'a round of nothing', content: roundOf('quiz-b', []), says: 'it holds no report' },
    { what: 'a foreign server', content: reportOf('quiz-x', [exited()]), says: 'is not one of the servers' },
    {
      what: 'another repository',
      content: reportOf('quiz-b', [exited()], { origin: { repository: 'quiz/other', project: '', past } }),
      says: 'it is of another repository, quiz/other',
    },
    {
      what: 'an old one',
      content: reportOf('quiz-b', [exited()], { startedAt: new Date(Date.now() - 7 * 3_600_000 - 60_000).toISOString() }),
      says: /7 h \d min old; at most 6 h/,
    },
    {
      what: 'one from the future',
      content: reportOf('quiz-b', [exited()], { startedAt: new Date(Date.now() + 3_600_000).toISOString() }),
      says: 'ahead; at most 5 min',
    },
  ]
  test.each(rows)(
    '$what',
    async ({ content, says }) => {
      await using job = await startMerge()
      await job.put('a.json', reportOf('quiz-a'))
      await job.put('wrong/b.json', content)
      const ran = await job.merge()
      const told = ran.findings.filter((one) => one.id === 'merge.file')
      expect(told).toMatchObject([
        { status: 'warning', subject: expect.stringMatching(/^file\/.*wrong\/b\.json$/), observed: expect.stringMatching(says) },
      ])
      expect(ran.findings.find((one) => one.subject === 'server/quiz-b')?.status).toBe('unknown')
      expect(job.open()).toEqual([expect.stringContaining('[quiz-b] monitoring broken')])
    },
    60_000,
  )

  test('a link, a huge file and a folder called so are not read', async () => {
    await using job = await startMerge()
    await job.put('a.json', reportOf('quiz-a'))
    await job.put('b.json', `${JSON.stringify(reportOf('quiz-b'))}${' '.repeat(4 * 1024 * 1024)}`)
    await symlink('/etc/hostname', join(job.reports, 'link.json'))
    await mkdir(join(job.reports, 'folder.json'))
    const ran = await job.merge()
    expect(ran.findings.filter((one) => one.id === 'merge.file').map((one) => one.observed)).toEqual([
      expect.stringMatching(/has \d+ bytes, more than 4194304/),
      'is a link',
    ])
  })

  test('more files than are read is unknown', async () => {
    await using job = await startMerge()
    await Promise.all(Array.from({ length: 2_001 }, (_, at) => job.put(`${at}.json`, '{}')))
    const ran = await job.merge()
    expect(ran.findings.find((one) => one.id === 'merge.reports')).toMatchObject({ status: 'unknown', observed: 'more than 2000 files' })
  }, 60_000)

  test('the same file twice is one; another report of the same is told, and what is bad in one of them is bad', async () => {
    await using job = await startMerge()
    const good = reportOf('quiz-b')
    await job.put('a.json', reportOf('quiz-a'))
    await job.put('b.json', good)
    await job.put('copy/b.json', good)
    expect((await job.merge()).findings.filter((one) => one.status !== 'ok')).toEqual([])
    await job.put('again/b.json', reportOf('quiz-b', [exited()]))
    const ran = await job.merge()
    expect(ran.findings.filter((one) => one.status !== 'ok')).toMatchObject([
      { id: 'merge.file', observed: expect.stringContaining('another report of health-check of quiz-b') },
    ])
    expect(job.open()).toEqual(['[quiz-b] db: exited'])
  }, 60_000)

  test('patterns choose among files', async () => {
    await using job = await startMerge(`${incidents}\n`)
    await job.put('one/report.json', reportOf('quiz-a'))
    await job.put('one/other.json', 'no report')
    await job.put('two/report.json', reportOf('quiz-b'))
    const ran = await job.merge({ reports: `${job.reports}/*/report.json` })
    expect(ran.outputs).toMatchObject({ status: 'ok', servers: '2' })
  })
})

describe('a report does not silence its server', () => {
  const workUntil = (until: number) => ({ repository: 'quiz/operations', project: 'quiz', work: [{ action: 'backup', until }] })
  const isDown = [exited({ subject: 'service/db' })]
  const rows: readonly { what: string; files: () => Readonly<Record<string, unknown>>; opened: boolean; warned: readonly string[] }[] = [
    {
      what: 'with work for ever of its own',
      files: () => ({ 'b.json': reportOf('quiz-b', isDown, { origin: workUntil(8_640_000_000_000_000) }) }),
      opened: true,
      warned: ['b.json'],
    },
    {
      what: 'with work for ever in another file',
      files: () => ({
        'b.json': reportOf('quiz-b', isDown),
        'c.json': reportOf('quiz-b', [], { action: 'cert-check', origin: workUntil(8_640_000_000_000_000) }),
      }),
      opened: true,
      warned: ['c.json'],
    },
    {
      what: 'with work of two days in a round',
      files: () => ({ 'b.json': roundOf('quiz-b', [reportOf('quiz-b', isDown, { origin: workUntil(Date.now() + 48 * 3_600_000) })]) }),
      opened: true,
      warned: ['b.json'],
    },
    {
      what: 'but work of ten minutes explains what it disturbs',
      files: () => ({
        'b.json': reportOf(
          'quiz-b',
          isDown.map((one) => ({ ...one, disturbedByWork: true as const })),
          { origin: workUntil(Date.now() + 600_000) },
        ),
      }),
      opened: false,
      warned: [],
    },
  ]
  test.each(rows)(
    '$what',
    async ({ files, opened, warned }) => {
      await using job = await startMerge()
      await job.put('a.json', reportOf('quiz-a'))
      for (const [name, content] of Object.entries(files())) await job.put(name, content)
      const ran = await job.merge()
      expect(job.open().filter((one) => one.includes('exited'))).toHaveLength(opened ? 1 : 0)
      const told = ran.findings.filter((one) => one.id === 'merge.file')
      expect(told.map(({ status, subject }) => `${status} ${subject.split('/').at(-1)}`)).toEqual(warned.map((name) => `warning ${name}`))
    },
    60_000,
  )
})
