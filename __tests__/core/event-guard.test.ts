import { describe, expect, test } from '@jest/globals'
import { untrustedEvent } from '../../src/core/event-guard.ts'

const main = { runner: 'self-hosted', ref: 'refs/heads/main', defaultBranch: 'main' }

describe('what may run beside the server', () => {
  test.each([
    ['a schedule', { ...main, event: 'schedule', defaultBranch: undefined }],
    ['a dispatch on the default branch', { ...main, event: 'workflow_dispatch' }],
    ['an outside dispatch on the default branch', { ...main, event: 'repository_dispatch' }],
    ['a push to the default branch', { ...main, event: 'push' }],
    ['a pull request on a hosted runner', { ...main, event: 'pull_request', runner: 'github-hosted' }],
    ['a dispatch whose payload names no default branch, at main', { ...main, event: 'workflow_dispatch', defaultBranch: undefined }],
    ['a shell outside of Actions', { runner: undefined, event: undefined, ref: undefined, defaultBranch: undefined }],
  ])('%s may', (_name, event) => {
    expect(untrustedEvent(event)).toBeUndefined()
  })

  test.each([
    ['a pull request', { ...main, event: 'pull_request' }, 'pull_request'],
    ['pull_request_target', { ...main, event: 'pull_request_target' }, 'pull_request_target'],
    ['pull_request_target on a hosted runner', { ...main, event: 'pull_request_target', runner: 'github-hosted' }, 'pull_request_target'],
    ['a comment', { ...main, event: 'issue_comment' }, 'issue_comment'],
    ['a push to a side branch', { ...main, event: 'push', ref: 'refs/heads/topic' }, 'refs/heads/topic'],
    ['a dispatch on a side branch', { ...main, event: 'workflow_dispatch', ref: 'refs/heads/topic' }, 'refs/heads/topic'],
    [
      'a push whose payload names no default branch',
      { ...main, event: 'push', ref: 'refs/heads/topic', defaultBranch: undefined },
      'topic',
    ],
    ['a dispatch on a tag named like the branch', { ...main, event: 'workflow_dispatch', ref: 'refs/tags/main' }, 'refs/tags/main'],
  ])('%s may not, and the reason names it', (_name, event, named) => {
    expect(untrustedEvent(event)).toContain(named)
  })
})
