import { openedUnseen } from '../core/incidents/blind.ts'
import { duplicateWrites } from '../core/incidents/duplicates.ts'
import type { Fact } from '../core/incidents/fact.ts'
import { knownOf } from '../core/incidents/identity.ts'
import type { IncidentNotification, Reconciled, ReconcileInput } from '../core/incidents/input.ts'
import { closedLookBackMs } from '../core/incidents/open.ts'
import { reconcile } from '../core/incidents/reconcile.ts'
import { overUnseen, settled } from '../core/incidents/settle.ts'
import type { Issue, IssuesFailure, Write } from '../core/incidents/types.ts'
import type { IncidentLine } from '../core/render/summary-incidents.ts'
import { withAuthor, withLearned } from './incident-authors.ts'
import { commentsOf } from './incident-comments.ts'
import { type Done, performWrites } from './perform-writes.ts'
import type { Outside, Reconciled as Told } from './sinks/incidents.ts'

/** What the run knows; GitHub's part is asked for. */
export type Judged = Omit<ReconcileInput, 'issues' | 'comments' | 'publicRepository' | 'now'> & {
  /** A line for each issue that was written, and for what people should know. */
  readonly say: (line: string) => void
  /** `https://github.com/owner/name/issues/` */
  readonly issuesUrl: string
}

type Failed = { readonly ok: false; readonly failure: IssuesFailure }
type Read = { readonly ok: true; readonly input: ReconcileInput; readonly plan: Reconciled } | Failed

/** Asks GitHub only for what the reconcile wants, so that a healthy run costs one list. */
const look = async (judged: Judged, open: readonly Issue[], { issues, now }: Outside): Promise<Read> => {
  const first: ReconcileInput = { ...judged, issues: { open }, comments: new Map(), publicRepository: true, now }
  const plan = reconcile(first)
  const { wants, writes } = plan
  if (writes.length === 0 && !wants.closed && wants.comments.length === 0) return { ok: true, input: first, plan }
  const shown = await issues.isPublic()
  const closed = wants.closed ? await issues.listClosed(now - closedLookBackMs) : undefined
  if (closed?.ok === false) return closed
  const input: ReconcileInput = {
    ...first,
    issues: { open, closed: closed?.value },
    comments: await commentsOf(wants.comments, { issues, authors: judged.options.authors }),
    publicRepository: !shown.ok || shown.value,
  }
  return { ok: true, input, plan: reconcile(input) }
}

const factOf = (one: IncidentNotification, at: number, told: boolean): Fact => ({
  fingerprint: one.fingerprint,
  kind: one.kind,
  at,
  status: one.status,
  title: one.title,
  text: one.text,
  told,
})

/** Webhooks hear of an incident once, also when GitHub could not be told of it for a while. */
const untold = (notifications: readonly IncidentNotification[], facts: readonly Fact[]): readonly IncidentNotification[] =>
  notifications.filter((one) => !facts.some((fact) => fact.told && fact.fingerprint === one.fingerprint && fact.kind === one.kind))

const failedBefore = (judged: Judged, failure: IssuesFailure, { facts, now }: Outside): Told => {
  const input: ReconcileInput = { ...judged, issues: { open: [] }, comments: new Map(), publicRepository: true, now }
  const unseen = openedUnseen(input)
  const kept = [...facts, ...unseen.map((one) => factOf(one, now, true))]
  return { notifications: untold(unseen, facts), facts: kept, failure, incidents: [] }
}

/** What a tired maintainer would otherwise wonder about. */
const sayUnreadable = ({ unreadable }: Reconciled['facts'], { say, issuesUrl }: Judged): void => {
  for (const number of unreadable.slice(0, 5))
    say(`incidents: #${number} is left alone, for its marker cannot be read any more (edited or emptied): ${issuesUrl}${number}`)
}

/** Every incident that is open or that this run wrote, for the summary. */
const linesOf = (
  { input, plan }: Extract<Read, { ok: true }>,
  { deeds, created }: Done,
  { issuesUrl }: Judged,
): readonly IncidentLine[] => {
  const titles = new Map<number, string>()
  for (const { number, title } of [...(input.issues.closed ?? []), ...input.issues.open]) titles.set(number, title)
  for (const write of plan.writes) {
    const number = write.kind === 'create' ? created.get(write.fingerprint) : write.kind === 'update' ? write.number : undefined
    if (number !== undefined && 'title' in write && write.title !== undefined) titles.set(number, write.title)
  }
  const open = [...knownOf(input).incidents.values()].map(({ issue }) => issue.number)
  const numbers = [...new Set([...deeds.keys(), ...open])].toSorted((a, b) => a - b)
  return numbers.map((number) => ({
    number,
    deed: deeds.get(number) ?? 'open',
    title: titles.get(number) ?? '',
    url: `${issuesUrl}${number}`,
  }))
}

/** Whether all writes of an incident are still to come. */
const waits = (one: IncidentNotification, left: readonly Write[]): boolean =>
  left.some((write) => (write.kind === 'create' ? write.fingerprint === one.fingerprint : write.number === one.number))

type Written = { readonly read: Extract<Read, { ok: true }>; readonly done: Done }

/** What is told now, and what the outbox keeps. */
const toldOf = (
  judged: Judged,
  { read: { plan, input }, done }: Written,
  { facts, now }: Outside,
): Pick<Told, 'notifications' | 'facts'> => {
  const waiting = [...plan.notifications.filter((one) => waits(one, done.left)), ...plan.later]
  const timely = plan.notifications.filter((one) => !waits(one, done.left))
  const later = waiting.map((one) => factOf(one, now, false))
  const named = (all: readonly IncidentNotification[]) =>
    untold(all, facts).map((one) => {
      const number = one.number ?? done.created.get(one.fingerprint)
      return { ...one, url: number === undefined ? undefined : `${judged.issuesUrl}${number}` }
    })
  if (done.failure !== undefined)
    return { notifications: named(timely), facts: [...facts, ...timely.map((one) => factOf(one, now, true)), ...later] }
  const { kept, missed } = settled(facts, input, new Set(done.created.keys()))
  for (const one of missed)
    judged.say(`incidents: ${one.title} came and went while GitHub could not be told (${one.status}, ${new Date(one.at).toISOString()})`)
  return { notifications: named([...timely, ...overUnseen(missed, judged.reports[0]?.server ?? '')]), facts: [...kept, ...later] }
}

/** Lists, reconciles, writes, and lists again after a creation, so that two runs at once leave one issue. */
export const reconcileIssues =
  (given: Judged) =>
  async (outside: Outside): Promise<Told> => {
    const { issues, state } = outside
    const judged = withLearned(given, state)
    const open = await issues.listOpen()
    if (!open.ok) return failedBefore(judged, open.failure, outside)
    const read = await look(judged, open.value, outside)
    if (!read.ok) return failedBefore(judged, read.failure, outside)
    sayUnreadable(read.plan.facts, judged)
    const done = await performWrites(read.plan.writes, { ...judged, issues })
    const told = { ...toldOf(judged, { read, done }, outside), incidents: linesOf(read, done, judged) }
    const known = withAuthor(judged, done.author, state)
    if (done.failure !== undefined || done.created.size === 0) return { ...told, failure: done.failure }
    const again = await issues.listOpen()
    if (!again.ok) return { ...told, failure: again.failure }
    const input = { ...read.input, options: known.options, issues: { ...read.input.issues, open: again.value } }
    const doubles = await performWrites(duplicateWrites(input), { ...judged, issues })
    const incidents = told.incidents.map((one) => ({ ...one, deed: doubles.deeds.get(one.number) ?? one.deed }))
    return { ...told, incidents, failure: doubles.failure }
  }
