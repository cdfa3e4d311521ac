import { describe, expect, test } from '@jest/globals'
import { hosted, repository } from '../../support/broken-server.ts'
import { type TreeChange, twoCommits } from '../../support/git-repository.ts'
import { startGitHub } from '../../support/github/server.ts'
import { osvServer, record } from '../../support/osv-server.ts'
import { runRonde, temporaryFolder } from '../../support/ronde.ts'

const severity = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }]
const records = [record('GHSA-h', 'h2', '4.3.0', { severity }), record('GHSA-d', 'django', '4.2.9', { severity })]

type GitHub = Awaited<ReturnType<typeof startGitHub>>
type Pull = {
  github?: GitHub
  token?: string
  before: TreeChange
  after: TreeChange
  base?: string
  inputs?: Readonly<Record<string, string>>
}

const pullRequest = async ({ before, after, base, inputs = {}, github, token }: Pull) => {
  await using server = await osvServer({ records })
  await using folder = await temporaryFolder()
  const commits = await twoCommits(folder.path, before, after)
  const ran = await runRonde('audit-deps', {
    workspace: folder.path,
    environment: hosted,
    inputs: { 'osv-url': server.origin, 'kev-url': `${server.origin}/kev`, 'epss-url': `${server.origin}/epss`, ...inputs },
    github: {
      ...(github === undefined
        ? {}
        : {
            repository,
            api_url: github.url,
            token: token ?? github.token('job', { permissions: { issues: 'write', 'pull-requests': 'write' } }),
          }),
      event_name: 'pull_request',
      event: { number: 7, pull_request: { number: 7, base: { sha: base ?? commits.base } } },
    },
  })
  return { ...ran, requests: [...server.requests], queries: [...server.queries] }
}
const bad = (findings: readonly { status: string; subject: string }[]) =>
  findings.filter(({ status }) => status !== 'ok').map(({ status, subject }) => `${status} ${subject}`)

describe('a pull request is told what it brings', () => {
  const django = 'django==4.2.8\n'
  test.each([
    ['a new package', { 'requirements.txt': django }, { 'requirements.txt': `${django}h2==4.1.0\n` }, ['critical PyPI/h2@4.1.0 GHSA-h']],
    ['nothing, for what was there before is not its fault', { 'requirements.txt': `${django}h2==4.1.0\n` }, { 'readme.md': 'x' }, []],
    ['nothing by a bump that stays affected', { 'requirements.txt': 'h2==4.0.0\n' }, { 'requirements.txt': 'h2==4.1.0\n' }, []],
    ['nothing by a bump that fixes', { 'requirements.txt': 'h2==4.1.0\n' }, { 'requirements.txt': 'h2==4.3.0\n' }, []],
    [
      'what a step back makes vulnerable',
      { 'requirements.txt': 'h2==4.3.0\n' },
      { 'requirements.txt': 'h2==4.1.0\n' },
      ['critical PyPI/h2@4.1.0 GHSA-h'],
    ],
    [
      'nothing by a lockfile that moves',
      { 'a/requirements.txt': 'h2==4.1.0\n' },
      { 'a/requirements.txt': null, 'b/requirements.txt': 'h2==4.1.0\n' },
      [],
    ],
    ['all of a lockfile that is new', {}, { 'requirements.txt': 'h2==4.1.0\n' }, ['critical PyPI/h2@4.1.0 GHSA-h']],
    ['nothing by one that goes', { 'requirements.txt': 'h2==4.1.0\n' }, { 'requirements.txt': null }, []],
    [
      'nothing against a base in UTF-16, where it was vulnerable before',
      { 'requirements.txt': Buffer.from('\uFEFFdjango==4.2.8\r\nh2==3.0.0\r\n', 'utf16le') },
      { 'requirements.txt': 'django==4.2.8\nh2==4.1.0\n' },
      [],
    ],
    ['a conflict in a lockfile', { 'requirements.txt': django }, { 'requirements.txt': '<<<<<<< a\n' }, ['unknown file/requirements.txt']],
  ] as readonly [string, TreeChange, TreeChange, readonly string[]][])('%s', async (...row) => {
    const [, before, after, told] = row
    const ran = await pullRequest({ before: { 'x.txt': 'x', ...before }, after })
    expect(bad(ran.findings)).toEqual(told)
    expect(ran.outputs).toMatchObject({ new: String(told.filter((one) => one.startsWith('critical')).length) })
    expect(ran.exitCode).toBe(told.length === 0 ? 0 : 1)
  })

  test('by three requests for one changed package', async () => {
    const before = { 'requirements.txt': 'django==4.2.8\nh2==4.3.0\n' }
    const ran = await pullRequest({ before, after: { 'requirements.txt': 'django==4.2.8\nh2==4.1.0\n' } })
    expect(ran.queries.map(({ name, version }) => `${name} ${version}`)).toEqual(['h2 4.1.0', 'h2 4.3.0'])
    expect(ran.requests.length).toBeLessThanOrEqual(3)
  })

  test('nothing at all where the base is missing, and that is unknown', async () => {
    const ran = await pullRequest({ before: {}, after: { 'requirements.txt': 'h2==4.1.0\n' }, base: '0'.repeat(39) + '1' })
    expect(ran.findings).toMatchObject([
      { id: 'audit.incomplete', status: 'unknown', subject: 'base', advice: expect.stringContaining('fetch-depth') },
    ])
    expect(ran.outputs).toMatchObject({ new: '', vulnerabilities: '0' })
    expect(ran.requests).toEqual([])
  })

  test('a base that is an option is never an option of git', async () => {
    const ran = await pullRequest({ before: {}, after: { 'requirements.txt': 'h2==4.1.0\n' }, inputs: { base: '--output=/tmp/x' } })
    expect(ran.findings).toMatchObject([{ status: 'unknown', subject: 'base' }])
  })

  test('and its audit closes nothing', async () => {
    const ran = await pullRequest({ before: { 'requirements.txt': 'h2==4.1.0\n' }, after: {} })
    expect(ran.reports[0]?.scope).toEqual(['change'])
  })
})

describe('what a pull request says of its own audit', () => {
  const accepts = '- { id: GHSA-h, reason: mine, expires: 2027-01-31 }\n'
  const rules = 'audit-deps:\n  severity: { runtime: critical }\n  osv-url: http://127.0.0.1:9\n  unknown-severity: ignore\n'

  test('does not count: neither its ignore entry nor its configuration, and both are told', async () => {
    const ran = await pullRequest({
      before: { 'x.txt': '' },
      after: { 'requirements.txt': 'h2==4.1.0\n', '.github/ronde-ignore.yml': accepts, '.github/ronde.yml': rules },
    })
    expect(bad(ran.findings)).toEqual([
      'critical PyPI/h2@4.1.0 GHSA-h',
      'warning file/.github/ronde.yml',
      'warning file/.github/ronde-ignore.yml',
    ])
  })

  test('nor a webhook, nor a configuration that stands elsewhere', async () => {
    const webhook = 'notify: [{ type: webhook, url: "http://127.0.0.1:9/steal" }]\n'
    const ran = await pullRequest({
      before: { 'ops/audit.yml': 'audit-deps: { critical-packages: [h2] }\n' },
      after: { 'requirements.txt': 'h2==4.1.0\n', 'ops/audit.yml': `${rules}${webhook}` },
      inputs: { config: 'ops/audit.yml' },
    })
    expect(bad(ran.findings)).toEqual(['critical PyPI/h2@4.1.0 GHSA-h', 'warning file/ops/audit.yml'])
    expect(ran.findings[0]).toMatchObject({ observed: expect.stringContaining('critical-packages') })
    expect(ran.log).not.toContain('steal')
  })

  test('counts when the base says it', async () => {
    const ran = await pullRequest({ before: { '.github/ronde-ignore.yml': accepts }, after: { 'requirements.txt': 'h2==4.1.0\n' } })
    expect(bad(ran.findings)).toEqual([])
    expect(ran.log).toContain('1 ignored')
  })

  test('the configuration of the base is what is read', async () => {
    const ran = await pullRequest({
      before: { '.github/ronde.yml': 'audit-deps:\n  paths: [backend]\n' },
      after: {
        'requirements.txt': 'h2==4.1.0\n',
        'backend/requirements.txt': 'django==4.2.8\n',
        '.github/ronde.yml': 'audit-deps: { nonsense: 1 }\n',
      },
    })
    expect(bad(ran.findings)).toEqual(['critical PyPI/django@4.2.8 GHSA-d', 'warning file/.github/ronde.yml'])
  })
})

describe('the comment of a pull request', () => {
  const bad7 = { before: { 'x.txt': '' }, after: { 'requirements.txt': 'h2==4.1.0\n' } }
  const good7 = { before: { 'x.txt': '' }, after: { 'requirements.txt': 'h2==4.3.0\n' } }
  const withPull = async () => {
    const github = await startGitHub({ repository })
    while (github.repository.issues.length < 7) github.state.addIssue(github.repository, { title: 'x', isPullRequest: true })
    return github
  }
  const comments = (github: GitHub) => github.repository.comments.filter(({ issue }) => issue === 7)

  test('says what comes with the change and what to run, is updated in place, and turns green', async () => {
    await using github = await withPull()
    await pullRequest({ ...bad7, github })
    expect(comments(github)).toHaveLength(1)
    expect(comments(github)[0]?.body).toContain('**1 new vulnerability (1 critical) comes with this change**')
    expect(comments(github)[0]?.body).toContain('`h2==4.3.0`')
    for (let nth = 0; nth < 120; nth += 1) github.state.addComment(github.repository, { issue: 7, body: 'talk', author: 'ana' })
    await pullRequest({ ...good7, github })
    const [own, ...others] = comments(github)
    expect(own?.body).toContain('This change brings no known vulnerability.')
    expect(others).toHaveLength(120)
    expect(github.violations()).toEqual([])
  }, 60_000)

  test('is not written where there never was anything to tell, and never over that of somebody else', async () => {
    await using github = await withPull()
    await pullRequest({ ...good7, github })
    expect(comments(github)).toEqual([])
    github.state.addComment(github.repository, { issue: 7, body: '<!-- ronde-audit-deps -->\nall is well', author: 'mallory' })
    await pullRequest({ ...bad7, github })
    expect(comments(github)).toMatchObject([{ author: 'mallory' }, { body: expect.stringContaining('1 new vulnerability') }])
  }, 60_000)

  test('is left out, and said so, where the token may not write, and by the option', async () => {
    await using github = await withPull()
    const ran = await pullRequest({
      ...bad7,
      github,
      token: github.token('job', { permissions: { contents: 'read', issues: 'read', 'pull-requests': 'read' } }),
    })
    expect(ran.findings[0]).toMatchObject({ status: 'critical' })
    expect(ran.log).toContain('the pull request gets no comment')
    await pullRequest({ ...bad7, github, inputs: { comment: 'false' } })
    expect(comments(github)).toEqual([])
  }, 60_000)
})
