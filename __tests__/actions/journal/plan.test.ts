import { describe, expect, test } from '@jest/globals'
import type { JournalEntry } from '../../../src/actions/journal/entries.ts'
import { withEntries } from '../../../src/actions/journal/page.ts'
import { type JournalState, planCommit, planProposal } from '../../../src/actions/journal/plan.ts'

const at = Date.parse('2026-11-22T01:41:00Z')
const entry = (number: number): JournalEntry => ({
  key: `${number}:${at + number}`,
  number,
  title: 't',
  since: at,
  closedAt: at + number,
  cause: '',
  fix: '',
  deeds: '',
  postMortem: false,
  events: [],
  maySayMore: false,
  readUpTo: 0,
  comments: 0,
})
const file = (...numbers: readonly number[]) => ({
  text: withEntries(undefined, numbers.map(entry), { url: 'https://github.example/o/r', timeZone: 'UTC' }),
  sha: `blob ${numbers.join()}`,
})
const branch = (pulls: readonly { isOpen: boolean; head?: string }[], ...numbers: readonly number[]) => ({
  head: 'tip',
  file: file(...numbers),
  pulls: pulls.map(({ isOpen, head = 'tip' }, index) => ({ number: 90 - index, isOpen, head })),
})
const all = [entry(1), entry(2)]

describe('lines that people merge', () => {
  const rows: readonly { what: string; known: JournalState; plan: object }[] = [
    {
      what: 'no journal yet',
      known: { base: undefined, branch: undefined },
      plan: { kind: 'write', branch: 'new', from: undefined, entries: all },
    },
    {
      what: 'one of two is merged',
      known: { base: file(1), branch: undefined },
      plan: { kind: 'write', branch: 'new', from: file(1), entries: [entry(2)] },
    },
    { what: 'both are merged', known: { base: file(1, 2), branch: undefined }, plan: { kind: 'nothing' } },
    {
      what: 'both are merged, and the branch is still there',
      known: { base: file(1, 2), branch: branch([{ isOpen: false }], 1) },
      plan: { kind: 'nothing' },
    },
    {
      what: 'an open pull request has one',
      known: { base: undefined, branch: branch([{ isOpen: true }], 1) },
      plan: { kind: 'write', branch: 'as-it-is', from: file(1), entries: [entry(2)], pull: 90 },
    },
    {
      what: 'an open pull request has both',
      known: { base: undefined, branch: branch([{ isOpen: true }], 1, 2) },
      plan: { kind: 'nothing' },
    },
    {
      what: 'the last pull request is merged, and there is a new one',
      known: { base: file(1), branch: branch([{ isOpen: false }], 1) },
      plan: { kind: 'write', branch: 'move', from: file(1), entries: [entry(2)], pull: undefined },
    },
    {
      what: 'the branch has them, and no pull request was ever opened from there',
      known: { base: undefined, branch: branch([], 1, 2) },
      plan: { kind: 'propose', entries: all },
    },
    {
      what: 'the branch has them, and its pull request is of an earlier commit',
      known: { base: undefined, branch: branch([{ isOpen: false, head: 'earlier' }], 1, 2) },
      plan: { kind: 'propose', entries: all },
    },
    {
      what: 'a person closed the pull request without merging',
      known: { base: undefined, branch: branch([{ isOpen: false }], 1, 2) },
      plan: { kind: 'nothing' },
    },
    {
      what: 'another job has made the branch a moment ago',
      known: { base: file(1), branch: branch([], 1) },
      plan: { kind: 'write', branch: 'as-it-is', from: file(1), entries: [entry(2)], pull: undefined },
    },
    {
      what: 'a person closed it, and there is a new one',
      known: { base: undefined, branch: branch([{ isOpen: false }], 1) },
      plan: { kind: 'write', branch: 'move', from: undefined, entries: all },
    },
  ]
  test.each(rows)('$what', ({ known, plan }) => {
    expect(planProposal(all, known)).toMatchObject(plan)
  })
})

describe('lines that go straight to a branch', () => {
  const rows: readonly { what: string; known: JournalState; plan: object }[] = [
    {
      what: 'no branch yet',
      known: { base: undefined, branch: undefined },
      plan: { kind: 'write', branch: 'new', from: undefined, entries: all },
    },
    {
      what: 'no branch yet, and a journal to go on with',
      known: { base: file(1), branch: undefined },
      plan: { branch: 'new', from: file(1), entries: [entry(2)] },
    },
    {
      what: 'a branch with one',
      known: { base: undefined, branch: branch([], 1) },
      plan: { branch: 'as-it-is', from: file(1), entries: [entry(2)] },
    },
    { what: 'a branch with both', known: { base: undefined, branch: branch([], 1, 2) }, plan: { kind: 'nothing' } },
  ]
  test.each(rows)('$what', ({ known, plan }) => {
    expect(planCommit(all, known)).toMatchObject(plan)
  })

  test('a commit holds 200 at most, and the next one the rest', () => {
    const many = Array.from({ length: 250 }, (_, index) => entry(index + 1))
    const lengthOf = (plan: ReturnType<typeof planCommit>) => (plan.kind === 'nothing' ? 0 : plan.entries.length)
    expect(lengthOf(planCommit(many, { base: undefined, branch: undefined }))).toBe(200)
    const two = file(...many.slice(0, 200).map((one) => one.number))
    expect(lengthOf(planCommit(many, { base: two, branch: undefined }))).toBe(50)
  })
})
