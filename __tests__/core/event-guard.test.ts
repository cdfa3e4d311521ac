import { describe, expect, test } from '@jest/globals'
import { foreignConfiguration, type RunnerEvent, refusedStarter, untrustedEvent } from '../../src/core/event-guard.ts'

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

const dispatched: RunnerEvent = { ...main, event: 'workflow_dispatch', sender: 'User', actors: ['ana', 'ana'] }

describe('who may start what has an effect', () => {
  const rows: readonly { what: string; event: RunnerEvent; person: boolean; noBot: boolean }[] = [
    { what: 'a person, by a dispatch', event: dispatched, person: true, noBot: true },
    { what: 'a person, by a dispatch in capitals', event: { ...dispatched, event: 'Workflow_Dispatch' }, person: true, noBot: true },
    {
      what: 'somebody in a shell',
      event: { ...dispatched, event: undefined, sender: undefined, actors: ['', ''] },
      person: true,
      noBot: true,
    },
    {
      what: 'the token of a job',
      event: { ...dispatched, sender: 'Bot', actors: ['github-actions[bot]', 'github-actions[bot]'] },
      person: false,
      noBot: false,
    },
    {
      what: 'a bot that the payload does not call one',
      event: { ...dispatched, actors: ['my-app[BOT]', 'ana'] },
      person: false,
      noBot: false,
    },
    {
      what: 'a bot that runs again what a person started',
      event: { ...dispatched, actors: ['ana', 'github-actions[bot]'] },
      person: false,
      noBot: false,
    },
    { what: 'a bot by the payload alone', event: { ...dispatched, sender: 'Bot' }, person: false, noBot: false },
    { what: 'an organization', event: { ...dispatched, sender: 'Organization' }, person: false, noBot: false },
    { what: 'somebody of whom the payload says nothing', event: { ...dispatched, sender: undefined }, person: false, noBot: true },
    { what: 'nobody', event: { ...dispatched, actors: ['', ''] }, person: false, noBot: true },
    { what: 'a schedule', event: { ...dispatched, event: 'schedule', sender: undefined }, person: false, noBot: true },
    { what: 'a push of a person', event: { ...dispatched, event: 'push' }, person: false, noBot: true },
    { what: 'a dispatch from outside', event: { ...dispatched, event: 'repository_dispatch' }, person: false, noBot: true },
    { what: 'a comment of a person', event: { ...dispatched, event: 'issue_comment' }, person: false, noBot: false },
    { what: 'another workflow', event: { ...dispatched, event: 'workflow_run' }, person: false, noBot: false },
    { what: 'a pull request', event: { ...dispatched, event: 'pull_request' }, person: false, noBot: false },
    { what: 'an event without a name', event: { ...dispatched, event: '' }, person: false, noBot: false },
    { what: 'an event without a payload', event: { ...dispatched, unreadable: 'ENOENT' }, person: false, noBot: false },
  ]
  test.each(rows)('$what: person $person, no bot $noBot', ({ event, person, noBot }) => {
    expect(refusedStarter(event, 'person') === undefined).toBe(person)
    expect(refusedStarter(event, 'no-bot') === undefined).toBe(noBot)
  })
})

describe('whose the configuration is', () => {
  test.each([
    ['nobody asks in a shell', { event: undefined, ref: undefined }, 'of the default branch'],
    ['a schedule', { event: 'schedule', unreadable: 'ENOENT' }, 'of the default branch'],
    ['a push to the default branch', { event: 'push' }, 'of the default branch'],
    ['a push to the default branch, with blanks', { event: ' push ' }, 'of the default branch'],
    ['a push to another one', { event: 'push', ref: 'refs/heads/topic' }, 'refs/heads/topic'],
    ['a push of nothing', { event: 'push', ref: '' }, 'no branch'],
    [
      'a branch of the merge queue that is called the default one',
      { event: 'push', ref: 'refs/heads/gh-readonly-queue/x', defaultBranch: 'gh-readonly-queue/x' },
      'gh-readonly-queue',
    ],
    ['a pull request that says main', { event: 'pull_request' }, 'pull_request'],
    ['an event that there is not', { event: 'toString' }, 'tostring'],
    ['an event without a name', { event: '' }, '(none)'],
  ] as const)('%s', (_what, given, says) => {
    const why = foreignConfiguration({ ...main, runner: 'github-hosted', ...given })
    expect(why ?? 'of the default branch').toContain(says)
  })
})
