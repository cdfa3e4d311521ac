import { openedUnseen } from '../core/incidents/blind.ts'
import type { JudgedComment } from '../core/incidents/commands.ts'
import { duplicateWrites } from '../core/incidents/duplicates.ts'
import type { Fact } from '../core/incidents/fact.ts'
import type { IncidentNotification, Reconciled, ReconcileInput } from '../core/incidents/input.ts'
import { closedLookBackMs } from '../core/incidents/open.ts'
import { mostWrites } from '../core/incidents/plan.ts'
import { reconcileAll } from '../core/incidents/reconcile.ts'
import type { Issue, Issues, IssuesFailure, Write } from '../core/incidents/types.ts'
import type { Outside, Reconciled as Told } from './sinks/incidents.ts'

/** What the run knows of one server; GitHub's part is asked for. */
export type Judged = Omit<ReconcileInput, 'issues' | 'comments' | 'publicRepository' | 'now'>

export type Telling = {
  /** A line for each issue that was written. */
  readonly say: (line: string) => void
  /** `https://github.com/owner/name/issues/` */
  readonly issuesUrl: string
}

type Failed = { readonly ok: false; readonly failure: IssuesFailure }
type Read = { readonly ok: true; readonly inputs: readonly ReconcileInput[]; readonly plan: Reconciled } | Failed

const commentsOf = async (numbers: readonly number[], issues: Issues): Promise<ReadonlyMap<number, readonly JudgedComment[]>> => {
  const found = new Map<number, readonly JudgedComment[]>()
  for (const number of numbers) {
    const answer = await issues.comments(number)
    // Comments that cannot be read say nothing in this run; the incident itself is judged all the same.
    const comments = answer.ok ? answer.value : []
    const writers = new Map<string, boolean>()
    for (const author of new Set(comments.map((one) => one.author))) {
      const may = await issues.mayWrite(author)
      writers.set(author, may.ok && may.value)
    }
    found.set(
      number,
      comments.map((one) => ({ ...one, mayWrite: writers.get(one.author) === true })),
    )
  }
  return found
}

const none: ReadonlyMap<number, readonly JudgedComment[]> = new Map()

/** Before anything but the open issues is known; until then a repository counts as public. */
const firstInputs = (all: readonly Judged[], open: readonly Issue[], now: number): readonly ReconcileInput[] =>
  all.map((judged) => ({ ...judged, issues: { open }, comments: none, publicRepository: true, now }))

/** Asks GitHub only for what the reconcile wants, so that a healthy run costs one list. */
const look = async (all: readonly Judged[], open: readonly Issue[], { issues, now }: Outside): Promise<Read> => {
  const first = firstInputs(all, open, now)
  const plan = reconcileAll(first)
  const { wants, writes } = plan
  if (writes.length === 0 && !wants.closed && wants.comments.length === 0) return { ok: true, inputs: first, plan }
  const shown = await issues.isPublic()
  const closed = wants.closed ? await issues.listClosed(now - closedLookBackMs) : undefined
  if (closed?.ok === false) return closed
  const comments = await commentsOf(wants.comments, issues)
  const publicRepository = !shown.ok || shown.value
  const inputs = first.map((one) => ({ ...one, issues: { open, closed: closed?.value }, comments, publicRepository }))
  return { ok: true, inputs, plan: reconcileAll(inputs) }
}

type Done = { readonly failure: IssuesFailure | undefined; readonly created: ReadonlyMap<string, number>; readonly done: number }

const verbs: Record<Write['kind'], string> = { create: 'opened', update: 'updated', comment: 'commented' }

const lineOf = (write: Write, number: number): string =>
  write.kind === 'update' && write.state !== undefined
    ? `incidents: ${write.state === 'closed' ? 'closed' : 'reopened'} #${number}`
    : `incidents: ${verbs[write.kind]} #${number}`

/** In order; an issue that is gone or refuses is passed over, anything else ends the writing. */
const perform = async (writes: readonly Write[], { issues }: Outside, say: Telling['say']): Promise<Done> => {
  const created = new Map<string, number>()
  const passed = new Set<number>()
  let done = 0
  for (const write of writes) {
    if (write.kind !== 'create' && passed.has(write.number)) continue
    const answer = await issues.perform(write)
    if (answer.ok) {
      done += 1
      say(lineOf(write, answer.value.number))
      if (write.kind === 'create') created.set(write.fingerprint, answer.value.number)
      continue
    }
    const { failure } = answer
    if (write.kind === 'create' || (failure.kind !== 'gone' && failure.kind !== 'refused')) return { failure, created, done }
    say(`incidents: #${write.number} could not be written: ${failure.cause}`)
    passed.add(write.number)
  }
  return { failure: undefined, created, done }
}

const factOf = (one: IncidentNotification, at: number): Fact => ({
  fingerprint: one.fingerprint,
  kind: one.kind,
  at,
  status: one.status,
  title: one.title,
  text: one.text,
  told: true,
})

/** Webhooks hear of an incident once, also when GitHub could not be told of it for a while. */
const untold = (notifications: readonly IncidentNotification[], facts: readonly Fact[]): readonly IncidentNotification[] =>
  notifications.filter((one) => !facts.some((fact) => fact.told && fact.fingerprint === one.fingerprint && fact.kind === one.kind))

const failedBefore = (all: readonly Judged[], failure: IssuesFailure, { facts, now }: Outside): Told => {
  const unseen = firstInputs(all, [], now).flatMap(openedUnseen)
  return { notifications: untold(unseen, facts), facts: [...facts, ...unseen.map((one) => factOf(one, now))], failure }
}

const mostNamed = 5

/** What is known to people, and therefore opens nothing: the log says which findings, and why. */
const sayHeld = ({ held, brokenSilences }: Reconciled['facts'], say: Telling['say']): void => {
  for (const [why, all] of Map.groupBy(
    held.filter((one) => one.known),
    (one) => one.why,
  )) {
    const names = all.slice(0, mostNamed).map(({ id, subject }) => `${id} ${subject}`)
    const rest = all.length > mostNamed ? `, ${all.length - mostNamed} more` : ''
    say(`incidents: nothing opened (${why}): ${names.join(', ')}${rest}`)
  }
  for (const number of brokenSilences)
    say(`incidents: #${number} was changed by hand and silences nothing; close it, and set a new silence`)
}

/** Lists, reconciles, writes, and lists again after a creation, so that two runs at once leave one issue. Of several servers, all at once. */
export const reconcileIssues =
  (all: readonly Judged[], { say, issuesUrl }: Telling) =>
  async (outside: Outside): Promise<Told> => {
    const { issues, facts, now } = outside
    const open = await issues.listOpen()
    if (!open.ok) return failedBefore(all, open.failure, outside)
    const read = await look(all, open.value, outside)
    if (!read.ok) return failedBefore(all, read.failure, outside)
    const { plan, inputs } = read
    sayHeld(plan.facts, say)
    const written = await perform(plan.writes, outside, say)
    if (plan.deferred.length > 0) say(`incidents: ${plan.deferred.length} more writes wait for the next run (at most ${mostWrites} a run)`)
    const notifications = untold(plan.notifications, facts).map((one) => {
      const number = one.number ?? written.created.get(one.fingerprint)
      return { ...one, url: number === undefined ? undefined : `${issuesUrl}${number}` }
    })
    if (written.failure !== undefined) {
      return { notifications, facts: [...facts, ...plan.notifications.map((one) => factOf(one, now))], failure: written.failure }
    }
    if (written.created.size === 0) return { notifications, facts: [], failure: undefined }
    const again = await issues.listOpen()
    if (!again.ok) return { notifications, facts: [], failure: again.failure }
    const doubles = inputs.flatMap((input) => duplicateWrites({ ...input, issues: { ...input.issues, open: again.value } }))
    return { notifications, facts: [], failure: (await perform(doubles, outside, say)).failure }
  }
