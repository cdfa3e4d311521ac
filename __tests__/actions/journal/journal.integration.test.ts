import { describe, expect, test } from '@jest/globals'
import { hosted, repository, startBrokenServer } from '../../support/broken-server.ts'
import { addClosed } from '../../support/closed-incident.ts'
import { filesOf } from '../../support/github/branches.ts'
import type { Fault } from '../../support/github/faults.ts'
import { startGitHub } from '../../support/github/server.ts'
import { runRonde } from '../../support/ronde.ts'

const path = 'docs/incidents.md'
type GitHub = Awaited<ReturnType<typeof startGitHub>>

/** What a job of its own is allowed, as the README says. */
const permissions = { contents: 'write', issues: 'read', 'pull-requests': 'write' } as const

const journal = (github: GitHub, inputs: Readonly<Record<string, string>> = {}, given: { token?: string; url?: string } = {}) =>
  runRonde('journal', {
    inputs,
    environment: hosted,
    github: { repository, api_url: given.url ?? github.url, token: given.token ?? github.token('job', { permissions }) },
  })
const linesOf = (github: GitHub, branch = 'ronde/journal'): readonly string[] =>
  (filesOf(github.repository, branch)?.get(path) ?? '').split('\n').filter((line) => line.includes('<!-- ronde-journal:'))
const written = (github: GitHub): readonly string[] =>
  github.requests.filter((one) => one.method !== 'GET').map((one) => one.operation ?? '')

/** People merge the pull request. */
const merge = (github: GitHub): void => {
  const pull = github.repository.pulls.find((one) => one['state'] === 'open')
  if (pull === undefined) throw new Error('no open pull request')
  Object.assign(pull, { state: 'closed', merged_at: '2026-11-23T00:00:00Z' })
  for (const [name, text] of filesOf(github.repository, pull.head) ?? []) github.repository.files.set(name, text)
  github.repository.refs.set('refs/heads/main', `${pull.number}`.padStart(40, '0'))
}

describe('what people state after the closing', () => {
  const line = (github: GitHub): string => linesOf(github)[0] ?? ''

  test('reaches the journal, also where its line is there already; that of others, of readers and of the edited does not', async () => {
    await using github = await startGitHub()
    const { number } = addClosed(github)
    github.repository.collaborators.set('ana', 'write')
    github.repository.collaborators.set('eve', 'read')
    const first = await journal(github)
    expect(first).toMatchObject({ exitCode: 0 })
    expect(line(github)).toContain('| not stated | closed by itself | not stated <')
    const say = (body: string, author: string) => github.state.addComment(github.repository, { issue: number, body, author })
    say('/cause eve did it', 'eve')
    say('/cause bad deploy', 'ana')
    say('/fix rolled back', 'ana')
    const second = await journal(github)
    expect(second).toMatchObject({ exitCode: 0, outputs: { entries: '1' } })
    expect(line(github)).toContain('| bad deploy | closed by itself | rolled back <')
    github.reset()
    expect(await journal(github)).toMatchObject({ outputs: { entries: '0' } })
    expect(written(github)).toEqual([])
  })
})

describe('a closed incident', () => {
  test('comes from a real round into a pull request: one branch, one commit, once', async () => {
    await using server = await startBrokenServer()
    await server.look()
    server.break()
    await server.look()
    server.github.state.addComment(server.github.repository, { issue: 1, body: '/cause a full disk\n/fix a bigger one', author: 'ana' })
    server.github.repository.collaborators.set('ana', 'write')
    await server.look()
    server.mend()
    await server.look()
    expect(server.issues()).toMatchObject([{ state: 'closed' }])
    server.github.reset()
    const ran = await journal(server.github)
    expect(ran).toMatchObject({ exitCode: 0, outputs: { status: 'ok', entries: '1', 'pull-request': '2' } })
    expect(written(server.github)).toEqual(['git/create-ref', 'repos/create-or-update-file-contents', 'pulls/create'])
    expect(server.github.violations()).toEqual([])
    expect(linesOf(server.github)).toMatchObject([
      expect.stringMatching(
        /\[#1\]\(https:\/\/github\.com\/quiz\/operations\/issues\/1\).*\| a full disk \| closed by itself \| a bigger one </,
      ),
    ])
    expect(server.github.repository.files.has(path)).toBe(false)
    expect(server.github.repository.pulls).toMatchObject([{ head: 'ronde/journal', base: 'main', state: 'open' }])

    server.github.reset()
    const again = await journal(server.github)
    expect(again.outputs).toMatchObject({ entries: '0' })
    expect(again.log).toContain('pull request #2 has them and waits to be merged')
    expect(written(server.github)).toEqual([])
  }, 60_000)

  test('joins the pull request that is open; after the merge the next begins anew from the default branch', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    await journal(github)
    addClosed(github, { closed: Date.parse('2026-11-23T01:00:00Z') })
    github.reset()
    await journal(github)
    expect(written(github)).toEqual(['repos/create-or-update-file-contents'])
    expect(linesOf(github)).toHaveLength(2)
    merge(github)
    github.reset()
    await journal(github)
    expect(written(github)).toEqual([])
    github.repository.files.set(path, `${github.repository.files.get(path)}\nAna: see also the wiki.\n`)
    addClosed(github, { closed: Date.parse('2026-11-24T01:00:00Z') })
    github.reset()
    await journal(github)
    expect(written(github)).toEqual(['git/update-ref', 'repos/create-or-update-file-contents', 'pulls/create'])
    expect(linesOf(github)).toHaveLength(3)
    expect(filesOf(github.repository, 'ronde/journal')?.get(path)).toContain('Ana: see also the wiki.')
    expect(github.violations()).toEqual([])
  }, 60_000)

  test('goes straight to a journal branch when that is wanted', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    const token = github.token('job', { permissions: { contents: 'write', issues: 'read', 'pull-requests': 'none' } })
    const inputs = { 'pull-request': 'false', branch: 'journal', path }
    const ran = await journal(github, inputs, { token })
    expect(ran.outputs).toMatchObject({ entries: '1', 'pull-request': '0' })
    expect(written(github)).toEqual(['git/create-ref', 'repos/create-or-update-file-contents'])
    expect(linesOf(github, 'journal')).toHaveLength(1)
    github.reset()
    await journal(github, inputs, { token })
    expect(written(github)).toEqual([])
    expect(github.requests).toHaveLength(5)
  }, 60_000)

  test('goes to the default branch itself when that is named', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    github.repository.files.set(path, '# Ours\n')
    await journal(github, { 'pull-request': 'false', branch: 'main' })
    expect(linesOf(github, 'main')).toHaveLength(1)
    expect(github.repository.files.get(path)).toMatch(/^# Ours\n/)
  })

  test('that two jobs bring at once is there once, in one pull request', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    addClosed(github, { closed: Date.parse('2026-11-23T01:00:00Z') })
    const both = await Promise.all([journal(github), journal(github)])
    expect(both.map((one) => one.exitCode)).toEqual([0, 0])
    expect(linesOf(github)).toHaveLength(2)
    expect(github.repository.pulls).toHaveLength(1)
    expect(github.repository.commits).toHaveLength(1)
  }, 60_000)

  test('that two jobs bring to a journal branch at once is there once', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    await journal(github, { 'pull-request': 'false', branch: 'journal' })
    addClosed(github, { closed: Date.parse('2026-11-23T01:00:00Z') })
    const inputs = { 'pull-request': 'false', branch: 'journal' }
    const both = await Promise.all([journal(github, inputs), journal(github, inputs)])
    expect(both.map((one) => one.exitCode)).toEqual([0, 0])
    expect(linesOf(github, 'journal')).toHaveLength(2)
    expect(github.repository.commits).toHaveLength(2)
  }, 60_000)

  test('with a post-mortem due has its timeline', async () => {
    await using github = await startGitHub({ repository })
    const closed = Date.parse('2026-11-22T03:00:00Z')
    const events = [
      { at: closed - 7_200_000, what: 'opened, critical' },
      { at: closed - 5_400_000, what: 'escalated' },
    ]
    addClosed(github, { closed, since: closed - 7_200_000, escalated: true, events }, { labels: ['ronde', 'postmortem-needed'] })
    await journal(github, { 'time-zone': '+04:00' })
    const text = filesOf(github.repository, 'ronde/journal')?.get(path) ?? ''
    expect(text).toContain('## Post-mortem of [#1]')
    expect(text).toContain('| 2026-11-22 05:30 (UTC+4) | escalated |')
  })
})

describe('what is no closed incident of ours is left out, and nothing is written', () => {
  const now = Date.now()
  const rows: readonly { what: string; add: (github: GitHub) => void }[] = [
    { what: 'an open one', add: (github) => addClosed(github, {}, { state: 'open' }) },
    { what: "another author's, with a copied marker", add: (github) => addClosed(github, {}, { author: 'mallory' }) },
    {
      what: 'one whose marker was edited',
      add: (github) => addClosed(github, { fingerprint: 'v1000000000000' }, { body: '<!-- ronde:{"fingerprint":"v1"} -->' }),
    },
    { what: 'one of another repository', add: (github) => addClosed(github, { repository: 'quiz/other' }) },
    { what: 'a double', add: (github) => addClosed(github, { duplicate: true }) },
    {
      what: 'one that was closed long ago',
      add: (github) => addClosed(github, {}, { updatedAt: new Date(now - 91 * 86_400_000).toISOString() }),
    },
    {
      what: 'one that a person closed an hour ago, which may be reopened',
      add: (github) => addClosed(github, { closed: undefined }, { closedBy: 'ana', closedAt: new Date(now - 3_600_000).toISOString() }),
    },
    { what: 'a silence', add: (github) => addClosed(github, {}, { body: '<!-- ronde-silence:{} -->' }) },
    { what: 'none at all', add: () => {} },
  ]
  test.each(rows)('$what', async ({ add }) => {
    await using github = await startGitHub({ repository })
    add(github)
    const ran = await journal(github)
    expect(ran.exitCode).toBe(0)
    expect(github.counts()).toMatchObject({ all: 1, writes: 0 })
  })

  test('but one that a person closed a day ago belongs there, and says who closed it', async () => {
    await using github = await startGitHub({ repository })
    const dayAgo = now - 25 * 3_600_000
    const issue = { closedBy: 'ana', closedAt: new Date(dayAgo).toISOString() }
    addClosed(github, { closed: undefined, since: dayAgo - 600_000 }, issue)
    await journal(github)
    expect(linesOf(github)[0]).toContain('| closed by ana |')
  })
})

describe('when GitHub does not let it', () => {
  const denied: readonly { what: string; permissions: Readonly<Record<string, 'read' | 'write' | 'none'>>; branches: number }[] = [
    { what: 'contents', permissions: { ...permissions, contents: 'read' }, branches: 1 },
    { what: 'issues', permissions: { ...permissions, issues: 'none' }, branches: 1 },
    { what: 'pull requests', permissions: { ...permissions, 'pull-requests': 'none' }, branches: 2 },
  ]
  test.each(denied)(
    'without the permission for $what the step fails and names the block',
    async (given) => {
      await using github = await startGitHub({ repository })
      addClosed(github)
      const ran = await journal(github, {}, { token: github.token('job', { permissions: given.permissions }) })
      expect(ran.exitCode).toBe(1)
      expect(ran.log).toMatch(/^permissions:\n {2}contents: write\n {2}issues: read\n {2}pull-requests: write$/m)
      expect(github.repository.refs.size).toBe(given.branches)
      const later = await journal(github)
      expect(later.outputs['pull-request']).toBe('2')
      expect(linesOf(github)).toHaveLength(1)
    },
    60_000,
  )

  test('where Actions may not open pull requests it names the setting; the lines wait on the branch and are proposed when it may', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    github.repository.mayPropose = false
    const ran = await journal(github)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('Allow GitHub Actions to create and approve pull requests')
    github.repository.mayPropose = true
    github.reset()
    expect((await journal(github)).exitCode).toBe(0)
    expect(written(github)).toEqual(['pulls/create'])
  }, 60_000)

  test('a GitHub that is down fails the step', async () => {
    await using github = await startGitHub({ repository })
    const ran = await journal(github, {}, { url: 'http://127.0.0.1:1' })
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain('refuses the connection')
  }, 60_000)

  const transient: readonly { what: string; fault: Fault }[] = [
    {
      what: 'a conflict',
      fault: { kind: 'status', status: 409, message: 'is at 1 but expected 2', on: 'repos/create-or-update-file-contents' },
    },
    {
      what: 'a branch not known yet',
      fault: { kind: 'status', status: 404, message: 'Branch not found', on: 'repos/create-or-update-file-contents' },
    },
    { what: 'a read that fails', fault: { kind: 'status', status: 502, on: 'git/get-ref' } },
    { what: 'half an answer', fault: { kind: 'cut-body', on: 'repos/get-content' } },
    { what: 'a limit of 1 s', fault: { kind: 'secondary-limit', retryAfterS: 1, on: 'git/create-ref' } },
  ]
  test.each(transient)(
    '$what is overcome: one line, one pull request',
    async ({ fault }) => {
      await using github = await startGitHub({ repository })
      addClosed(github)
      github.faults.add(fault)
      const ran = await journal(github)
      expect(ran.exitCode).toBe(0)
      expect(github.faults.pending()).toEqual([])
      expect(linesOf(github)).toHaveLength(1)
      expect(github.repository.pulls).toHaveLength(1)
    },
    60_000,
  )

  test('a long limit fails the step, and the next run goes on where this one ended', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    github.faults.add({ kind: 'secondary-limit', retryAfterS: 300, on: 'pulls/create' })
    expect((await journal(github)).exitCode).toBe(1)
    expect((await journal(github)).exitCode).toBe(0)
    expect(linesOf(github)).toHaveLength(1)
    expect(github.repository.pulls).toHaveLength(1)
  }, 60_000)

  test.each([
    ['a file that is no text', Buffer.from([0xff, 0xfe, 0x41]).toString('latin1'), undefined],
    ['a folder', undefined, { kind: 'answer', status: 200, body: [] } as const],
  ])('%s is refused, and nothing is written', async (_, text, fault) => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    const size = {
      type: 'file',
      encoding: 'base64',
      size: 3,
      name: 'incidents.md',
      path,
      sha: 'a',
      url: '',
      git_url: null,
      html_url: null,
      download_url: null,
    }
    const bytes = {
      kind: 'answer',
      status: 200,
      body: { ...size, content: Buffer.from(text ?? '', 'latin1').toString('base64'), _links: {} },
    } as const
    github.faults.add({ ...(fault ?? bytes), on: 'repos/get-content' })
    const ran = await journal(github)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toMatch(/is not (UTF-8 text|a file)/)
    expect(github.counts().writes).toBe(0)
  })
})

describe('what people type', () => {
  const mistakes: readonly { inputs: Readonly<Record<string, string>>; says: string }[] = [
    { inputs: { path: '/etc/incidents.md' }, says: 'is not a path of a Markdown file' },
    { inputs: { path: '../incidents.md' }, says: 'is not a path of a Markdown file' },
    { inputs: { path: 'docs/../../x.md' }, says: 'is not a path of a Markdown file' },
    { inputs: { path: '.github/workflows/x.yml' }, says: 'is not a path of a Markdown file' },
    { inputs: { branch: 'a..b' }, says: 'is not the name of a branch' },
    { inputs: { branch: '-x' }, says: 'is not the name of a branch' },
    { inputs: { branch: 'x.lock' }, says: 'is not the name of a branch' },
    { inputs: { 'look-back': '1h' }, says: 'too short' },
  ]
  test.each(mistakes)('$inputs', async ({ inputs, says }) => {
    await using github = await startGitHub({ repository })
    const ran = await journal(github, inputs)
    expect(ran.exitCode).toBe(1)
    expect(ran.log).toContain(says)
    expect(github.counts().all).toBe(0)
  })

  test('dry-run says what it would add', async () => {
    await using github = await startGitHub({ repository })
    addClosed(github)
    const ran = await journal(github, { 'dry-run': 'true' })
    expect(ran.log).toContain(`would add #1 to ${path}`)
    expect(github.counts().writes).toBe(0)
  })
})
