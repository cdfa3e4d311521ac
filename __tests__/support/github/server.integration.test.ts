import { getOctokit } from '@actions/github'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type GitHubStandIn, startGitHub } from './server.ts'

const repo = { owner: 'quiz', repo: 'operations' }
const connect = (github: GitHubStandIn, token = github.token('job')) => getOctokit(token, { baseUrl: github.url, log: silent })
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

const names = (labels: readonly { name: string }[]) => labels.map((label) => label.name)

let github: GitHubStandIn
const list = () => connect(github).rest.issues.listForRepo(repo)
beforeAll(async () => {
  github = await startGitHub()
})
afterEach(() => {
  const violations = github.violations()
  github.reset()
  if (violations.length > 0) throw new Error(violations.join('\n'))
})
afterAll(() => github.close())

describe('an issue', () => {
  test('is made with labels on demand, commented, closed, reopened and found again', async () => {
    const { rest } = connect(github)
    const { data: issue } = await rest.issues.create({ ...repo, title: 'rows too old', body: 'x', labels: ['ronde', 'Ronde', 'critical'] })
    expect(issue).toMatchObject({ state: 'open', user: { login: 'github-actions[bot]', type: 'Bot' }, comments: 0 })
    expect(issue.labels.map((label) => (typeof label === 'string' ? label : label.name))).toEqual(['ronde', 'critical'])
    const at = { ...repo, issue_number: issue.number }
    const { data: comment } = await rest.issues.createComment({ ...at, body: 'seen again' })
    await rest.issues.updateComment({ ...repo, comment_id: comment.id, body: 'seen 2 times' })
    await rest.issues.update({ ...at, state: 'closed', state_reason: 'completed', body: 'y' })
    expect((await rest.issues.listForRepo({ ...repo, labels: 'RONDE' })).data).toEqual([])
    const { data: reopened } = await rest.issues.update({ ...at, state: 'open' })
    expect(reopened).toMatchObject({ state_reason: 'reopened', closed_at: null, body: 'y' })
    const [found] = (await rest.issues.listForRepo({ ...repo, labels: 'ronde,critical', creator: 'github-actions[bot]' })).data
    expect(found).toMatchObject({ number: issue.number, comments: 1 })
    expect((await rest.issues.listComments(at)).data.map((one) => one.body)).toEqual(['seen 2 times'])
    await rest.issues.deleteComment({ ...repo, comment_id: comment.id })
    expect((await rest.issues.get(at)).data.comments).toBe(0)
  })

  test('gets, loses and changes labels', async () => {
    const { rest } = connect(github)
    const { number } = github.state.addIssue(github.repository, { title: 'x', labels: ['a'] })
    const at = { ...repo, issue_number: number }
    expect(names((await rest.issues.addLabels({ ...at, labels: ['b'] })).data)).toEqual(['a', 'b'])
    expect(names((await rest.issues.removeLabel({ ...at, name: 'A' })).data)).toEqual(['b'])
    expect(names((await rest.issues.setLabels({ ...at, labels: [] })).data)).toEqual([])
    await expect(rest.issues.removeLabel({ ...at, name: 'b' })).rejects.toMatchObject({ status: 404 })
    await rest.issues.createLabel({ ...repo, name: 'silenced', color: '000000' })
    await expect(rest.issues.createLabel({ ...repo, name: 'Silenced' })).rejects.toThrow('already_exists')
    await rest.issues.updateLabel({ ...repo, name: 'silenced', description: 'nobody is told' })
    expect((await rest.issues.getLabel({ ...repo, name: 'silenced' })).data).toMatchObject({
      color: '000000',
      description: 'nobody is told',
    })
  })

  test.each([
    ['a body over 65,536 characters', { title: 'x', body: 'y'.repeat(65_537) }, 'body is too long'],
    ['a blank title', { title: ' ' }, "can't be blank"],
    ['a label over 50 characters', { title: 'x', labels: ['y'.repeat(51)] }, 'name is too long'],
  ])('%s is refused', async (_, given, message) => {
    await expect(connect(github).rest.issues.create({ ...repo, ...given })).rejects.toThrow(message)
  })
})

describe('a list', () => {
  test('comes in pages that lead to one another', async () => {
    const own = github.state.addRepository('quiz/many')
    for (let at = 0; at < 65; at++) github.state.addIssue(own, { title: `issue ${at}`, isPullRequest: at === 3 })
    const octokit = connect(github)
    const all = await octokit.paginate(octokit.rest.issues.listForRepo, { owner: 'quiz', repo: 'many', state: 'all', per_page: 30 })
    expect(new Set(all.map((issue) => issue.number)).size).toBe(65)
    expect(all.filter((issue) => issue.pull_request !== undefined)).toHaveLength(1)
    expect(github.requests.map((one) => one.query['page'])).toEqual([undefined, '2', '3'])
  })

  test('inside an object is paged too', async () => {
    const own = github.state.addRepository('quiz/runs')
    own.workflows.push({ id: 7, path: '.github/workflows/monitor.yml', name: 'monitor', state: 'active' })
    for (let id = 1; id <= 12; id++)
      own.runs.push({ id, workflow_id: 7, status: 'completed', conclusion: 'success', created_at: `2026-11-${9 + id}T00:00:00Z` })
    const octokit = connect(github)
    const query = { owner: 'quiz', repo: 'runs', workflow_id: 'monitor.yml', created: '>=2026-11-13', per_page: 5 }
    const runs = await octokit.paginate(octokit.rest.actions.listWorkflowRuns, query)
    expect(runs.map((run) => run.id)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4])
    expect(github.requests).toHaveLength(2)
  })
})

describe('a token', () => {
  test('of a job has no user, one of a person has', async () => {
    await expect(connect(github).rest.users.getAuthenticated()).rejects.toMatchObject({ status: 403 })
    expect((await connect(github, github.token('user', { login: 'ana' })).rest.users.getAuthenticated()).data.login).toBe('ana')
  })

  test.each([
    ['a job token that may only read issues', () => github.token('job', { permissions: { issues: 'read' } }), 403],
    ['a person who cannot see the repository', () => github.token('user', { login: 'stranger' }), 404],
    ['a token that nobody gave out', () => 'ghs_wrong', 401],
  ])('%s gets no issue', async (_, token, status) => {
    await expect(connect(github, token()).rest.issues.create({ ...repo, title: 'x' })).rejects.toMatchObject({ status })
  })

  test('a person who may read comments, but does not close', async () => {
    github.repository.collaborators.set('ana', 'read')
    const { number } = github.state.addIssue(github.repository, { title: 'x' })
    const { rest } = connect(github, github.token('user', { login: 'ana' }))
    await rest.issues.createComment({ ...repo, issue_number: number, body: '/ack' })
    await expect(rest.issues.update({ ...repo, issue_number: number, state: 'closed' })).rejects.toMatchObject({ status: 403 })
    expect((await connect(github).rest.repos.getCollaboratorPermissionLevel({ ...repo, username: 'ana' })).data.permission).toBe('read')
  })

  test('an ETag saves a request for the same token only', async () => {
    const { rest } = connect(github)
    const first = await rest.issues.listForRepo(repo)
    const headers = { 'if-none-match': first.headers.etag ?? '' }
    await expect(rest.issues.listForRepo({ ...repo, headers })).rejects.toMatchObject({ status: 304 })
    expect((await connect(github).rest.issues.listForRepo({ ...repo, headers })).status).toBe(200)
    expect(github.counts()).toEqual({ all: 3, charged: 2, notModified: 1, writes: 0 })
  })
})

test('the hour is used up', async () => {
  await using small = await startGitHub({ rateLimit: 2, now: () => Date.UTC(2026, 10, 22) })
  const { rest } = connect(small)
  const { headers } = await rest.issues.listForRepo(repo)
  expect(headers).toMatchObject({ 'x-ratelimit-remaining': '1', date: 'Sun, 22 Nov 2026 00:00:00 GMT' })
  await rest.issues.listForRepo(repo)
  await expect(rest.issues.listForRepo(repo)).rejects.toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  })
})

test('a repository without issues says 410', async () => {
  github.state.addRepository('quiz/silent', { hasIssues: false })
  const asked = connect(github).rest.issues.create({ owner: 'quiz', repo: 'silent', title: 'x' })
  await expect(asked).rejects.toMatchObject({ status: 410 })
})

test('dispatches, pull requests, files, refs and SARIF are remembered', async () => {
  const { rest } = connect(github)
  github.repository.workflows.push({ id: 9, path: '.github/workflows/monitor.yml', state: 'active' })
  await rest.actions.createWorkflowDispatch({ ...repo, workflow_id: 'monitor.yml', ref: 'main', inputs: { round: 'daily' } })
  await rest.repos.createDispatchEvent({ ...repo, event_type: 'deployed', client_payload: { a: 1 } })
  expect(github.repository.dispatches.map((one) => one.event)).toEqual(['workflow_dispatch', 'deployed'])
  const content = Buffer.from('a: 1\n').toString('base64')
  await rest.repos.createOrUpdateFileContents({ ...repo, path: '.github/ronde.yml', message: 'x', content })
  expect((await rest.repos.getContent({ ...repo, path: '.github/ronde.yml' })).data).toMatchObject({ content, encoding: 'base64' })
  const { data: main } = await rest.git.getRef({ ...repo, ref: 'heads/main' })
  const { data: tree } = await rest.git.createTree({
    ...repo,
    base_tree: main.object.sha,
    tree: [{ path: 'a', mode: '100644', type: 'blob', content: 'x' }],
  })
  const { data: commit } = await rest.git.createCommit({ ...repo, message: 'x', tree: tree.sha, parents: [main.object.sha] })
  await rest.git.createRef({ ...repo, ref: 'refs/heads/ronde', sha: commit.sha })
  const { data: pull } = await rest.pulls.create({ ...repo, head: 'ronde', base: 'main', title: 'update' })
  expect((await rest.pulls.get({ ...repo, pull_number: pull.number })).data.title).toBe('update')
  expect((await rest.pulls.listFiles({ ...repo, pull_number: pull.number })).data).toEqual([])
  await rest.codeScanning.uploadSarif({ ...repo, commit_sha: commit.sha, ref: 'refs/heads/main', sarif: 'H4sI' })
  expect(github.repository.sarifs).toHaveLength(1)
  expect((await rest.repos.get(repo)).data).toMatchObject({ private: true, default_branch: 'main' })
  github.repository.runners.push({ id: 1, name: 'quiz-prod', os: 'Linux', status: 'offline', busy: false, labels: [] })
  await expect(rest.actions.listSelfHostedRunnersForRepo(repo)).rejects.toMatchObject({ status: 403 })
  const administrator = connect(github, github.token('job', { permissions: { administration: 'read' } }))
  expect((await administrator.rest.actions.listSelfHostedRunnersForRepo(repo)).data.runners[0]?.status).toBe('offline')
  expect((await rest.rateLimit.get()).data.rate.limit).toBe(1000)
  expect((await rest.meta.get()).status).toBe(200)
})

test('every read of runs, jobs, labels and comments answers what GitHub says it does', async () => {
  const own = github.state.addRepository('quiz/reads')
  const at = { owner: 'quiz', repo: 'reads' }
  const { rest } = connect(github)
  own.workflows.push({ id: 7, path: '.github/workflows/monitor.yml', name: 'monitor', state: 'active' })
  own.runs.push({
    id: 1,
    workflow_id: 7,
    event: 'schedule',
    status: 'completed',
    conclusion: 'cancelled',
    created_at: '2026-11-22T00:00:00Z',
  })
  own.jobs.push({ id: 2, run_id: 1, name: 'quick', status: 'completed', conclusion: 'cancelled' })
  own.pulls.push({ id: 3, number: 5, title: 'x', files: [{ filename: 'package-lock.json', status: 'modified' }] })
  const issue = github.state.addIssue(own, { title: 'x', labels: ['ronde'] })
  const comment = github.state.addComment(own, { issue: issue.number, body: '/ack' })
  expect((await rest.actions.listRepoWorkflows(at)).data.workflows.map((one) => one.state)).toEqual(['active'])
  expect((await rest.actions.getWorkflow({ ...at, workflow_id: 7 })).data.name).toBe('monitor')
  expect((await rest.actions.listWorkflowRunsForRepo({ ...at, status: 'cancelled', event: 'schedule' })).data.total_count).toBe(1)
  expect((await rest.actions.getWorkflowRun({ ...at, run_id: 1 })).data.conclusion).toBe('cancelled')
  expect((await rest.actions.listJobsForWorkflowRun({ ...at, run_id: 1 })).data.jobs.map((one) => one.name)).toEqual(['quick'])
  expect((await rest.pulls.list(at)).data.map((one) => one.number)).toEqual([5])
  expect((await rest.pulls.listFiles({ ...at, pull_number: 5 })).data[0]?.filename).toBe('package-lock.json')
  expect((await rest.issues.listLabelsForRepo(at)).data.map((one) => one.name)).toEqual(['ronde'])
  expect((await rest.issues.listCommentsForRepo({ ...at, since: '2026-01-01T00:00:00Z' })).data.map((one) => one.body)).toEqual(['/ack'])
  expect((await rest.issues.getComment({ ...at, comment_id: comment.id })).data.user?.login).toBe('octocat')
  await rest.issues.lock({ ...at, issue_number: issue.number, lock_reason: 'resolved' })
  await rest.issues.unlock({ ...at, issue_number: issue.number })
  const { data: blob } = await rest.git.createBlob({ ...at, content: 'x' })
  await rest.git.updateRef({ ...at, ref: 'heads/main', sha: blob.sha })
  expect((await rest.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha).toBe(blob.sha)
})

describe('a fault', () => {
  test('of a status strikes once, then the next request is well', async () => {
    github.faults.add({ kind: 'status', status: 502, on: 'issues/list-for-repo' })
    expect((await connect(github).rest.meta.get()).status).toBe(200)
    await expect(list()).rejects.toMatchObject({ status: 502 })
    expect((await list()).status).toBe(200)
    expect(github.faults.pending()).toEqual([])
  })

  test('of the secondary limit says how long to wait', async () => {
    github.faults.add({ kind: 'secondary-limit', retryAfterS: 60 })
    await expect(list()).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '60' } } })
  })

  test('of a reset before leaves no trace, one after does', async () => {
    const { rest } = connect(github)
    const before = github.repository.issues.length
    github.faults.add({ kind: 'reset', when: 'before' }, { kind: 'reset', when: 'after' })
    await expect(rest.issues.create({ ...repo, title: 'x' })).rejects.toMatchObject({ status: 500 })
    expect(github.repository.issues).toHaveLength(before)
    await expect(rest.issues.create({ ...repo, title: 'x' })).rejects.toMatchObject({ status: 500 })
    expect(github.repository.issues).toHaveLength(before + 1)
  })

  test('of a cut body looks like success to octokit: shapes must be checked', async () => {
    github.faults.add({ kind: 'cut-body' })
    expect((await list()).data).toBe('')
  })

  test('of latency only delays', async () => {
    github.faults.add({ kind: 'latency', latencyMs: 60 })
    const startedAt = performance.now()
    await list()
    expect(performance.now() - startedAt).toBeGreaterThan(55)
  })
})

describe('a violation is told', () => {
  const wrong: readonly (readonly [string, (octokit: ReturnType<typeof connect>) => Promise<unknown>, string])[] = [
    ['an unknown route', (octokit) => octokit.request('GET /repos/quiz/operations/isues'), 'unknown route'],
    ['an unknown query', (octokit) => octokit.request('GET /repos/quiz/operations/issues?stat=open'), 'unknown query stat'],
    ['a wrong query value', (octokit) => octokit.request('GET /repos/quiz/operations/issues?state=opened'), 'query state'],
    ['more than 100 a page', (octokit) => octokit.request('GET /repos/quiz/operations/issues?per_page=200'), 'at most 100'],
    ['a number that is none', (octokit) => octokit.request('GET /repos/quiz/operations/issues/NaN'), 'path issue_number'],
    [
      'a misspelt key',
      (octokit) => octokit.request('POST /repos/quiz/operations/issues', { title: 'x', lables: [] }),
      'undocumented key lables',
    ],
    ['a missing key', (octokit) => octokit.request('POST /repos/quiz/operations/issues', { body: 'x' }), "required property 'title'"],
    ['a body that is not wanted', (octokit) => octokit.request('PUT /repos/quiz/operations/issues/1/lock', { a: 1 }), 'undocumented key a'],
  ]
  test.each(wrong)('%s', async (_, ask, message) => {
    await using own = await startGitHub()
    await ask(connect(own)).catch(() => undefined)
    expect(own.violations().join('\n')).toContain(message)
  })

  test.each([
    ['an answer without what GitHub requires', 200, [{ number: 1 }], 'must have required property'],
    ['a status of another operation', 201, [], 'answer 201 is not documented'],
    ['a status that is not documented', 206, [], 'answer 206 is not documented'],
    ['an error without a message', 500, {}, 'answer 500'],
  ])('%s', async (_, status, body, message) => {
    await using own = await startGitHub()
    own.faults.add({ kind: 'answer', status, body })
    await connect(own)
      .rest.issues.listForRepo(repo)
      .catch(() => undefined)
    expect(own.violations().join('\n')).toContain(message)
  })

  test('a made-up key in an answer', async () => {
    await using own = await startGitHub()
    const { data } = await connect(own).rest.repos.get(repo)
    own.faults.add({ kind: 'answer', status: 200, body: { ...data, colour: 'red' } })
    await connect(own).rest.repos.get(repo)
    expect(own.violations()).toEqual(['GET /repos/quiz/operations: answer 200 has the undocumented key colour'])
  })
})
