import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { GithubAnswer, Issues, IssuesFailure } from '../../src/contract/issues.ts'
import { connectIssues, creation, failureOf, valueOf } from '../support/github/adapter.ts'
import type { Fault } from '../support/github/faults.ts'
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

const list = (issues: Issues) => issues.listOpen()
const comment = (issues: Issues) => issues.perform({ kind: 'comment', number: 1, body: 'x' })
const create = (issues: Issues) => issues.perform(creation)
const answers = (status: number, message = 'no'): Fault => ({ kind: 'status', status, message, times: 9 })
const issuesOff = answers(410, 'Issues has been disabled in this repository.')
const locked = answers(403, 'Unable to create comment because issue is locked.')
const block = 'permissions:\n  contents: read\n  issues: write'

type Row = readonly [string, (issues: Issues) => Promise<GithubAnswer<unknown>>, Fault, IssuesFailure['kind'], RegExp]
/** A read that finds nobody is tried three times, everything else once. */
const rows: readonly Row[] = [
  ['a list cut in its body', list, { kind: 'cut-body', times: 9 }, 'unreachable', /cut/],
  ['a list without an answer', list, { kind: 'reset', when: 'before', times: 9 }, 'unreachable', /cut/],
  ['a list with GitHub ill', list, answers(503), 'unreachable', /503/],
  ['a creation cut in its answer', create, { kind: 'cut-body' }, 'unreachable', /cut/],
  ['a creation without an answer', create, { kind: 'reset', when: 'after' }, 'unreachable', /cut/],
  ['a creation with GitHub ill', create, answers(502), 'unreachable', /502/],
  ['a missing permission', create, answers(403, 'Resource not accessible by integration'), 'forbidden', /integration/],
  ['a list with issues turned off', list, issuesOff, 'forbidden', /off/],
  ['a comment with issues turned off', comment, issuesOff, 'forbidden', /off/],
  ['a wrong token', list, answers(401), 'forbidden', /token/],
  ['a repository that the token does not see', list, answers(404), 'forbidden', /no such repository/],
  ['a deleted issue', comment, answers(410, 'This issue was deleted'), 'gone', /deleted/],
  ['an issue that is not there', comment, answers(404), 'gone', /not there/],
  ['a locked issue', comment, locked, 'refused', /locked/],
  ['a body that GitHub does not take', create, answers(422, 'Validation Failed'), 'refused', /Validation/],
  ['a long secondary limit', create, { kind: 'secondary-limit', retryAfterS: 300 }, 'rate-limited', /secondary/],
  ['a limit that says nothing of its end', list, answers(429, 'slow down'), 'rate-limited', /slow/],
]

describe('a failure', () => {
  test.each(rows)('%s', async (...[, does, fault, kind, cause]) => {
    github.state.addIssue(github.repository, { title: 'x', labels: ['ronde'] })
    github.faults.add(fault)
    const { issues } = connectIssues(github)
    const failure = failureOf(await does(issues))
    expect(failure).toMatchObject({ kind, cause: expect.stringMatching(cause) })
    expect(issues.counts().requests).toBe(kind === 'unreachable' && does === list ? 3 : 1)
    expect(failure?.kind === 'forbidden' ? failure.advice : block).toContain(block)
  })

  test.each([{ items: [] }, [{ number: 'one' }], 'text', null])('a list that is %j is no list', async (body) => {
    github.faults.add({ kind: 'answer', status: 200, body, times: 3 })
    expect(failureOf(await connectIssues(github).issues.listOpen())).toMatchObject({
      kind: 'unreachable',
      cause: expect.stringContaining('not what'),
    })
    // The stand-in tells that GitHub would not send that.
    github.reset()
  })

  test('one reset costs a read a second try and nothing else', async () => {
    github.state.addIssue(github.repository, { title: 'x', labels: ['ronde'] })
    github.faults.add({ kind: 'reset', when: 'before' })
    const { issues } = connectIssues(github)
    expect(valueOf(await issues.listOpen())).toHaveLength(1)
    expect(issues.counts()).toEqual({ requests: 2, charged: 1, writes: 0 })
  })
})

describe('a limit of GitHub', () => {
  test('a short secondary limit is waited out, and what it held back is written once', async () => {
    github.faults.add({ kind: 'secondary-limit', retryAfterS: 7 })
    const { issues, waits } = connectIssues(github)
    valueOf(await issues.perform(creation))
    expect(github.repository.issues).toHaveLength(1)
    expect(Math.max(...waits)).toBeGreaterThan(6_000)
  })

  test('a limit that ends after the deadline is not waited for', async () => {
    github.faults.add({ kind: 'secondary-limit', retryAfterS: 7 })
    const { issues, waits } = connectIssues(github, { leftMs: 5_000 })
    expect(failureOf(await issues.perform(creation))).toMatchObject({ kind: 'rate-limited' })
    expect(waits).toEqual([])
  })

  test('a spent hour names when to come back, and GitHub is asked no more', async () => {
    await github.close()
    github = await startGitHub({ rateLimit: 1 })
    const { issues } = connectIssues(github)
    await issues.listOpen()
    const failure = failureOf(await issues.listOpen())
    expect(failure?.kind === 'rate-limited' ? failure.retryAt - Date.now() : 0).toBeGreaterThan(3_500_000)
    expect(failureOf(await issues.perform(creation))).toMatchObject({ kind: 'rate-limited' })
    expect(github.counts().all).toBe(2)
  })
})

describe('nothing is written', () => {
  test('a run that is stopped asks nothing', async () => {
    const { issues } = connectIssues(github, { signal: AbortSignal.abort() })
    expect(failureOf(await issues.listOpen())).toMatchObject({ kind: 'unreachable' })
    expect(github.counts().all).toBe(0)
  })

  test('a token of a job that may only read names the block', async () => {
    const { issues } = connectIssues(github, { token: github.token('job', { permissions: { issues: 'read' } }) })
    expect(failureOf(await issues.perform(creation))).toMatchObject({ kind: 'forbidden', advice: expect.stringContaining(block) })
  })

  test('issues that are off are told as such', async () => {
    github.repository.hasIssues = false
    expect(failureOf(await connectIssues(github).issues.listOpen())).toMatchObject({
      kind: 'forbidden',
      advice: expect.stringContaining('settings'),
    })
  })
})
