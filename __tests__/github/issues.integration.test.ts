import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Issues } from '../../src/contract/issues.ts'
import { connectIssues, creation, failureOf, valueOf } from '../support/github/adapter.ts'
import { type GitHubStandIn, startGitHub } from '../support/github/server.ts'

let github: GitHubStandIn
beforeEach(async () => {
  github = await startGitHub()
})
afterEach(async () => {
  const violations = github.violations()
  await github.close()
  if (violations.length > 0) throw new Error(violations.join('\n'))
})

const addIssue = (given: { title?: string; labels?: readonly string[]; state?: 'open' | 'closed'; isPullRequest?: boolean } = {}) =>
  github.state.addIssue(github.repository, { title: 'x', labels: ['ronde'], ...given })

describe('listing', () => {
  test('gives the open issues with the label, of whoever, and no pull request', async () => {
    const mine = addIssue({ title: 'mine' })
    addIssue({ title: 'a pull request', isPullRequest: true })
    addIssue({ title: 'another label', labels: ['incident'] })
    addIssue({ title: 'closed', state: 'closed' })
    github.state.addComment(github.repository, { issue: mine.number, body: '/ack' })
    const { issues } = connectIssues(github)
    expect(valueOf(await issues.listOpen())).toEqual([
      expect.objectContaining({
        number: mine.number,
        title: 'mine',
        author: 'octocat',
        labels: ['ronde'],
        comments: 1,
        body: '',
        locked: false,
      }),
    ])
    expect(github.counts()).toMatchObject({ all: 1, charged: 1, writes: 0 })
    expect(issues.counts()).toEqual({ requests: 1, charged: 1, writes: 0 })
    expect(github.requests[0]?.path).toBe('/repos/quiz/operations/issues')
  })

  test('500 open issues of others cost five pages and no write', async () => {
    for (let at = 0; at < 500; at++) addIssue({ title: `foreign ${at}` })
    const { issues } = connectIssues(github)
    expect(new Set(valueOf(await issues.listOpen()).map((one) => one.number)).size).toBe(500)
    expect(github.counts()).toMatchObject({ all: 5, writes: 0 })
  })

  test('a list of which one page fails is a failure, not a shorter list', async () => {
    for (let at = 0; at < 150; at++) addIssue()
    const { issues } = connectIssues(github)
    github.faults.add({ kind: 'latency', latencyMs: 0, on: 'issues/list-for-repo' }, { kind: 'status', status: 502, times: 3 })
    expect(failureOf(await issues.listOpen())).toMatchObject({ kind: 'unreachable' })
  })

  test('gives closed ones that changed since', async () => {
    const old = addIssue({ state: 'closed' })
    old.updatedAt = '2026-01-01T00:00:00Z'
    const { number } = addIssue({ state: 'closed' })
    addIssue()
    const { issues } = connectIssues(github)
    expect(valueOf(await issues.listClosed(Date.parse('2026-02-01'))).map((one) => one.number)).toEqual([number])
  })

  test('gives the comments with their authors and times', async () => {
    const { number } = addIssue()
    for (let at = 0; at < 120; at++) github.state.addComment(github.repository, { issue: number, body: `${at}`, author: 'ana' })
    const comments = valueOf(await connectIssues(github).issues.comments({ number, count: 120, after: 0 }))
    expect(comments).toHaveLength(120)
    expect(comments[0]).toMatchObject({ author: 'ana', body: '0', createdAt: comments[0]?.updatedAt })
  })
})

describe('comments of an issue that strangers flood', () => {
  const flooded = (count: number) => {
    const { number } = addIssue()
    for (let at = 0; at < count; at++) github.state.addComment(github.repository, { issue: number, body: `${at}`, author: 'eve' })
    return { number, count, ids: github.repository.comments.filter((one) => one.issue === number).map(({ id }) => id) }
  }

  test('cost one request for those that are new, however many there are', async () => {
    const { number, count, ids } = flooded(1_250)
    github.reset()
    const comments = valueOf(await connectIssues(github).issues.comments({ number, count, after: ids[1_230] ?? 0 }))
    expect(comments.map(({ body }) => body)).toEqual(Array.from({ length: 50 }, (_, at) => `${1_200 + at}`))
    expect(github.counts().all).toBe(1)
  })

  test('are read from their end, the newest thousand at most', async () => {
    const { number, count } = flooded(1_250)
    github.reset()
    const comments = valueOf(await connectIssues(github).issues.comments({ number, count, after: 0 }))
    expect([comments[0]?.body, comments.at(-1)?.body]).toEqual(['300', '1249'])
    expect(github.counts().all).toBe(10)
  })
})

describe('writing', () => {
  test('an issue takes one POST with its labels and assignees, and tells who we are', async () => {
    github.repository.collaborators.set('ana', 'read')
    const { issues, warnings } = connectIssues(github)
    expect(valueOf(await issues.perform({ ...creation, assignees: ['ana'] }))).toEqual({ number: 1, author: 'github-actions[bot]' })
    expect(github.repository.issues[0]).toMatchObject({ labels: ['ronde', 'incident'], assignees: ['ana'] })
    expect(github.counts()).toMatchObject({ all: 1, writes: 1 })
    expect(warnings).toEqual([])
  })

  test('an update sends only what changes', async () => {
    const { number } = addIssue()
    const { issues } = connectIssues(github)
    await issues.perform({ kind: 'update', number, state: 'closed', stateReason: 'duplicate' })
    await issues.perform({ kind: 'update', number, title: 'y', body: 'z', labels: { add: ['sev1'], remove: [] } })
    expect(github.requests.filter((one) => one.method !== 'GET').map((one) => one.body)).toEqual([
      { state: 'closed', state_reason: 'duplicate' },
      { title: 'y', body: 'z', labels: ['ronde', 'sev1'] },
    ])
    expect(github.repository.issues[0]).toMatchObject({ state: 'closed', stateReason: 'duplicate', title: 'y', labels: ['ronde', 'sev1'] })
  })

  test('labels that a person added meanwhile stay', async () => {
    const { number } = addIssue({ labels: ['ronde', 'team-db', 'flapping'] })
    const { issues } = connectIssues(github)
    await issues.perform({ kind: 'update', number, labels: { add: ['sev1'], remove: ['Flapping'] } })
    expect(github.repository.issues[0]?.labels).toEqual(['ronde', 'team-db', 'sev1'])
  })

  test('an issue that another run wrote meanwhile is left as it is', async () => {
    const { number } = addIssue()
    const { issues } = connectIssues(github)
    const body = github.repository.issues[0]?.body ?? ''
    expect(valueOf(await issues.perform({ kind: 'update', number, body: 'first', basedOn: body }))).toMatchObject({ number })
    expect(await issues.perform({ kind: 'update', number, body: 'second', basedOn: body })).toMatchObject({
      ok: false,
      failure: { kind: 'overtaken' },
    })
    expect(github.repository.issues[0]?.body).toBe('first')
  })

  test('is serial and a second apart, even when asked for at once; reads wait for nothing', async () => {
    const { number } = addIssue()
    const { issues, waits } = connectIssues(github)
    const comment = (body: string) => issues.perform({ kind: 'comment', number, body })
    const answers = await Promise.all([comment('a'), comment('b'), comment('c')])
    expect(new Set(answers.map((one) => valueOf(one).author))).toEqual(new Set(['github-actions[bot]']))
    await issues.listOpen()
    expect(github.repository.comments.map((one) => one.body)).toEqual(['a', 'b', 'c'])
    expect(waits).toHaveLength(2)
    expect(Math.min(...waits)).toBeGreaterThan(900)
    expect(issues.counts()).toEqual({ requests: 4, charged: 4, writes: 3 })
  })

  test('without the assignee who does not exist, with a warning', async () => {
    const { issues, warnings, waits } = connectIssues(github)
    expect(valueOf(await issues.perform({ ...creation, assignees: ['nobody'] })).number).toBe(1)
    expect(github.repository.issues).toHaveLength(1)
    expect(warnings).toEqual([expect.stringContaining('without the assignee nobody')])
    expect(waits).toHaveLength(1)
  })

  test('the others stay assigned, and the next issue of the run costs one write again', async () => {
    github.repository.collaborators.set('ana', 'write')
    const { issues, warnings } = connectIssues(github)
    for (const title of ['a', 'b']) valueOf(await issues.perform({ ...creation, title, assignees: ['nobody', 'ana'] }))
    expect(github.repository.issues.map((one) => one.assignees)).toEqual([['ana'], ['ana']])
    expect(issues.counts().writes).toBe(3)
    expect(warnings).toHaveLength(1)
  })

  test.each([
    { what: 'an over-long name', given: ['x'.repeat(60)], kept: ['ronde', 'x'.repeat(50)], warning: 'became' },
    { what: 'a pair of units at the cut', given: [`${'x'.repeat(49)}😀`], kept: ['ronde', 'x'.repeat(49)], warning: 'became' },
    { what: 'a name of spaces', given: ['  '], kept: ['ronde'], warning: 'without a visible name' },
    { what: 'a name on two lines', given: ['a\nb'], kept: ['ronde', 'a b'], warning: 'became' },
    { what: 'the same name in another case', given: ['Ronde', 'Ops', 'ops'], kept: ['ronde', 'Ops'], warning: undefined },
    { what: 'commas, quotes and dots', given: ['a,b', '"q"', '..'], kept: ['ronde', 'a,b', '"q"', '..'], warning: undefined },
    {
      what: 'more than 100',
      given: Array.from({ length: 120 }, (_, at) => `l${at}`),
      kept: ['ronde', ...Array.from({ length: 99 }, (_, at) => `l${at}`)],
      warning: '100 labels',
    },
  ])('labels with $what are made fit', async ({ given, kept, warning }) => {
    const { issues, warnings } = connectIssues(github)
    valueOf(await issues.perform({ ...creation, labels: given }))
    expect(github.repository.issues[0]?.labels).toEqual(kept)
    expect(warnings.join()).toContain(warning ?? '')
    expect(warnings).toHaveLength(warning === undefined ? 0 : 1)
  })

  test('with no label but ours when GitHub does not take another', async () => {
    const errors = [{ resource: 'Label', field: 'name', code: 'invalid' }]
    github.faults.add({ kind: 'answer', status: 422, body: { message: 'Validation Failed', errors }, on: 'issues/create' })
    const { issues, warnings } = connectIssues(github)
    valueOf(await issues.perform(creation))
    expect(github.repository.issues.map((one) => one.labels)).toEqual([['ronde']])
    expect(warnings).toEqual([expect.stringContaining('does not take incident')])
  })
})

describe('who may write', () => {
  test.each([
    ['admin', true],
    ['write', true],
    ['read', false],
    ['none', false],
  ] as const)('a collaborator with %s: %s', async (permission, may) => {
    github.repository.collaborators.set('ana', permission)
    const { issues } = connectIssues(github)
    expect(valueOf(await issues.mayWrite('ana'))).toBe(may)
    expect(valueOf(await issues.mayWrite('ana'))).toBe(may)
    expect(github.counts().all).toBe(1)
  })

  test.each(['', '..', 'ana/../..', 'a b'])('nobody is called %j, and nobody is asked', async (login) => {
    expect(valueOf(await connectIssues(github).issues.mayWrite(login))).toBe(false)
    expect(github.counts().all).toBe(0)
  })

  test('who is no user may not, and who could not be asked about is unknown', async () => {
    const { issues } = connectIssues(github)
    github.faults.add({ kind: 'status', status: 404 })
    expect(valueOf(await issues.mayWrite('github-actions[bot]'))).toBe(false)
    github.faults.add({ kind: 'status', status: 500, times: 3 })
    expect(failureOf(await issues.mayWrite('ana'))).toMatchObject({ kind: 'unreachable' })
  })
})

test.each([true, false])('a repository that is private (%s) is asked about once', async (isPrivate) => {
  github.repository.isPrivate = isPrivate
  const { issues } = connectIssues(github)
  expect(valueOf(await issues.isPublic())).toBe(!isPrivate)
  await issues.isPublic()
  expect(github.counts().all).toBe(1)
})

/** The rule of the page in its simplest form: create, list again, keep the lowest number. */
const openOnce = async (issues: Issues, othersListed: () => Promise<void>): Promise<void> => {
  const listed = async () => valueOf(await issues.listOpen()).filter((one) => one.title === creation.title)
  expect(await listed()).toEqual([])
  await othersListed()
  valueOf(await issues.perform(creation))
  const [, ...doubles] = (await listed()).toSorted((a, b) => a.number - b.number)
  for (const { number } of doubles) valueOf(await issues.perform({ kind: 'update', number, state: 'closed', stateReason: 'duplicate' }))
}

test('two runs at once with different tokens leave one open issue when both have finished', async () => {
  const runs = [connectIssues(github), connectIssues(github, { token: github.token('user', { login: 'ana' }) })]
  github.repository.collaborators.set('ana', 'write')
  const all = Promise.withResolvers<void>()
  let listed = 0
  const othersListed = () => {
    listed += 1
    if (listed === runs.length) all.resolve()
    return all.promise
  }
  await Promise.all(runs.map(({ issues }) => openOnce(issues, othersListed)))
  expect(github.repository.issues).toHaveLength(2)
  expect(github.repository.issues.filter((one) => one.state === 'open').map((one) => one.number)).toEqual([1])
})
