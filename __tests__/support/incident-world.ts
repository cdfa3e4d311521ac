import type { Finding } from '../../src/contract/finding.ts'
import { type History, noHistory } from '../../src/contract/history.ts'
import type { Issue, LabelChange, Write } from '../../src/contract/issues.ts'
import { byWorstStatus, type Status } from '../../src/contract/status.ts'
import { duplicateWrites } from '../../src/incidents/close.ts'
import { readMarker } from '../../src/incidents/marker.ts'
import type { CommentWithRights, IncidentNotification, ReconcileInput } from '../../src/incidents/model.ts'
import { type ReconcileResult, reconcile } from '../../src/incidents/reconcile.ts'
import { sampleFinding, sampleReport } from './sample-report.ts'

export const bot = 'github-actions[bot]'
export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

export const defaults: ReconcileInput['options'] = {
  enabled: true,
  labels: ['incident'],
  assignees: [],
  confirm: 2,
  recover: 3,
  settle: 10 * minuteMs,
  reminder: 4 * hourMs,
  authors: [bot],
}

/** A sampled value of an endpoint. */
export const soft = (status: Status, overrides: Partial<Finding> = {}): Finding =>
  sampleFinding({
    id: 'endpoint.status',
    subject: 'https://quiz.example/api',
    status,
    title: status === 'ok' ? 'api: answered 200' : 'api: answered 500 instead of 200',
    observed: status === 'ok' ? 'status 200' : 'status 500',
    expected: '200',
    advice: status === 'ok' ? '' : 'look at the error log of the service',
    audience: 'technical',
    ...overrides,
  })

/** An exited container. */
export const hard = (status: Status, overrides: Partial<Finding> = {}): Finding =>
  sampleFinding({
    status,
    certainty: status === 'ok' ? 'soft' : 'hard',
    observed: status === 'ok' ? 'running' : 'exited (1)',
    ...overrides,
  })

export type RunOptions = {
  readonly server?: string
  readonly action?: string
  readonly scope?: readonly string[]
  readonly round?: string
  readonly state?: boolean
  /** Writes that GitHub does not take; what belongs to one that failed is not written either. */
  readonly fails?: (write: Write) => boolean
  /** How far the server's clock is ahead; times of this run are wrong by that. */
  readonly aheadMs?: number
  /** Only decides; writes nothing to GitHub. */
  readonly dry?: boolean
} & Partial<
  Pick<ReconcileInput, 'identity' | 'renamed' | 'maintenance' | 'quiet' | 'publicRepository' | 'contacts' | 'timeZone'> & {
    options: Partial<ReconcileInput['options']>
  }
>

type Past = { readonly at: number; readonly findings: readonly Finding[] }

/** What the runs so far left, as the state would tell it. */
const historyOf = (past: readonly Past[]): History => {
  const newest = past.toReversed()
  return {
    statuses: (id, subject, limit) =>
      newest
        .flatMap(({ at, findings }) => {
          const own = findings.filter((one) => one.id === id && one.subject === subject)
          const [worst] = own.toSorted((a, b) => byWorstStatus(a.status, b.status))
          return worst === undefined ? [] : [{ at, status: worst.status }]
        })
        .slice(0, limit),
    measurements: (subject, name, limit) =>
      newest
        .flatMap(({ at, findings }) =>
          findings
            .filter((one) => one.subject === subject)
            .flatMap((one) => one.measurements.filter((each) => each.name === name).map(({ value }) => ({ at, value }))),
        )
        .slice(0, limit),
    note: () => undefined,
  }
}

/** Writes one after the other: what belongs to an issue that did not take one is not written either. */
export const performTaken = (writes: readonly Write[], perform: (write: Write) => void, fails: (write: Write) => boolean): void => {
  const failed = new Set<number>()
  for (const write of writes) {
    const number = write.kind === 'create' ? 0 : write.number
    if (failed.has(number) || fails(write)) failed.add(number)
    else perform(write)
  }
}

const changedLabels = (before: readonly string[], { add, remove }: LabelChange): readonly string[] => [
  ...before.filter((one) => !remove.includes(one)),
  ...add,
]

/** What a write changes on an issue. */
const patchOf = (write: Extract<Write, { kind: 'update' }>, { labels }: Issue, now: number): Partial<Issue> => ({
  ...(write.title === undefined ? {} : { title: write.title }),
  ...(write.body === undefined ? {} : { body: write.body }),
  ...(write.labels === undefined ? {} : { labels: changedLabels(labels, write.labels) }),
  ...(write.state === undefined ? {} : { state: write.state }),
  ...(write.state === 'closed' ? { closedAt: now, closedBy: bot } : {}),
  ...(write.state === 'open' ? { closedAt: undefined, closedBy: undefined } : {}),
})

/** Issues, a clock and a state in memory: what the reconciler writes is done, and can be looked at. */
export const createWorld = () => {
  let now = Date.parse('2026-11-22T00:16:00Z')
  const issues: Issue[] = []
  const comments = new Map<number, CommentWithRights[]>()
  const told: IncidentNotification[] = []
  const past = new Map<string, Past[]>()
  let nextComment = 1

  const ofState = (state: Issue['state']): readonly Issue[] => issues.filter((one) => one.state === state && one.labels.includes('ronde'))
  const change = (number: number, patch: Partial<Issue>): void => {
    const at = issues.findIndex((one) => one.number === number)
    const before = issues[at]
    if (before !== undefined) issues[at] = { ...before, ...patch, updatedAt: now }
  }
  const find = (number: number): Issue => {
    const found = issues.find((one) => one.number === number)
    if (found === undefined) throw new Error(`no issue ${number}`)
    return found
  }
  const comment = (number: number, body: string, given: Partial<CommentWithRights> = {}): void => {
    const one = { id: nextComment++, author: 'ana', body, createdAt: now, updatedAt: now, mayWrite: true, ...given }
    comments.set(number, [...(comments.get(number) ?? []), one])
    change(number, { comments: find(number).comments + 1 })
  }
  const add = (given: Partial<Issue>): number => {
    const number = issues.length + 1
    const empty = { title: '', body: '', state: 'open', author: bot, labels: ['ronde'], assignees: [], locked: false, comments: 0 } as const
    const dates = { createdAt: now, updatedAt: now, closedAt: undefined, closedBy: undefined }
    issues.push({ ...empty, ...dates, number, url: `https://github.example/o/r/issues/${number}`, ...given })
    return number
  }
  const perform = (write: Write): void => {
    if (write.kind === 'create') add({ title: write.title, body: write.body, labels: write.labels, assignees: write.assignees })
    else if (write.kind === 'comment') comment(write.number, write.body, { author: bot, mayWrite: true })
    else change(write.number, patchOf(write, find(write.number), now))
  }
  const inputOf = (findings: readonly Finding[], options: RunOptions = {}): ReconcileInput => {
    const { server = 'quiz-prod', action = 'health-check', scope = ['compose', 'endpoints', 'postgres'], state = true } = options
    const runAt = now + (options.aheadMs ?? 0)
    const startedAt = new Date(runAt).toISOString()
    return {
      reports: [sampleReport(findings, { server, action, scope, startedAt })],
      round: options.round,
      identity: { repository: 'o/r', project: 'quiz' },
      issues: { open: ofState('open') },
      comments: new Map(),
      history: () => (state ? historyOf(past.get(`${server} ${action}`) ?? []) : noHistory),
      stateUsable: state,
      contacts: { technical: ['@org/ops'], security: undefined, infrastructure: ['@org/infra', 'Hosting: +212 5'] },
      maintenance: [],
      timeZone: '+04:00',
      publicRepository: false,
      now: runAt,
      run: { url: 'https://github.example/o/r/actions/runs/1' },
      runbooks: 'https://runbooks.example/',
      ...options,
      options: { ...defaults, ...options.options },
    }
  }

  const remember = (key: string, one: Past): void => void past.set(key, [...(past.get(key) ?? []).slice(-400), one])

  const run = (findings: readonly Finding[], options: RunOptions = {}): ReconcileResult => {
    const { server = 'quiz-prod', action = 'health-check', state = true } = options
    const key = `${server} ${action}`
    const input = (more: Partial<ReconcileInput>): ReconcileInput => ({ ...inputOf(findings, options), ...more })
    const first = reconcile(input({}))
    const read = new Map(first.wants.comments.map(({ number }) => [number, comments.get(number) ?? []]))
    const closed = first.wants.closed ? { closed: ofState('closed') } : {}
    const second = reconcile(input({ comments: read, issues: { ...input({}).issues, ...closed } }))
    if (state) remember(key, { at: now + (options.aheadMs ?? 0), findings })
    if (options.dry !== true) {
      performTaken(second.writes, perform, options.fails ?? (() => false))
      told.push(...second.notifications)
      for (const write of duplicateWrites(input({}))) perform(write)
    }
    return second
  }
  return {
    run,
    input: inputOf,
    add,
    comment,
    perform,
    change,
    issue: find,
    issues: (): readonly Issue[] => issues,
    open: (): readonly Issue[] => issues.filter((one) => one.state === 'open'),
    said: (number: number): readonly string[] => (comments.get(number) ?? []).filter((one) => one.author === bot).map((one) => one.body),
    marker: (number: number) => {
      const read = readMarker(find(number), [bot])
      if (read.kind !== 'ours') throw new Error(`issue ${number} has no marker`)
      return read.marker
    },
    told: (): readonly IncidentNotification[] => told,
    now: () => now,
    wait: (ms: number) => {
      now += ms
    },
    /** What a run does after its writes: of several open ones the lowest number stays. */
    settleDoubles: (findings: readonly Finding[], options: RunOptions = {}) => {
      for (const write of duplicateWrites(inputOf(findings, options))) perform(write)
    },
    /** Takes away all comments of a person. */
    deleteComments: (number: number, author: string) => {
      const left = (comments.get(number) ?? []).filter((one) => one.author !== author)
      comments.set(number, left)
      change(number, { comments: left.length })
    },
    closeByHand: (number: number) => change(number, { state: 'closed', closedAt: now, closedBy: 'ana' }),
    loseState: () => past.clear(),
    /** The same findings every five minutes, as often as said; all writes. */
    rounds: (count: number, findings: readonly Finding[], options: RunOptions = {}): readonly Write[] =>
      Array.from({ length: count }, () => {
        now += 5 * minuteMs
        return run(findings, options).writes
      }).flat(),
  }
}

export type World = ReturnType<typeof createWorld>
