import type { Issue, IssuesFailure } from '../../contract/issues.ts'
import { duplicateWrites } from '../../incidents/close.ts'
import { mostWrites } from '../../incidents/fit.ts'
import { knownIncidents, shareIssues } from '../../incidents/identify.ts'
import type { CommentWithRights, ReconcileInput } from '../../incidents/model.ts'
import { closedLookBackMs } from '../../incidents/open.ts'
import { openedUnseen } from '../../incidents/outbox.ts'
import { type ReconcileResult, reconcileAll } from '../../incidents/reconcile.ts'
import type { IncidentLine } from '../../incidents/texts/summary.ts'
import { withAuthor, withLearnedAuthor } from './authors.ts'
import { commentsWithRights } from './comments.ts'
import type { IncidentLog, IncidentsTold, IssuesRead, ReconcileAccess, ServerInput, WritingOutcome } from './model.ts'
import { notYetTold, outboxFact, toldAndKept } from './outbox.ts'
import { performWrites } from './perform-writes.ts'

type Failed = { readonly ok: false; readonly failure: IssuesFailure }

const none: ReadonlyMap<number, readonly CommentWithRights[]> = new Map()

/** Before anything but the open issues is known; until then a repository counts as public. */
const firstInputs = (all: readonly ServerInput[], open: readonly Issue[], now: number): readonly ReconcileInput[] =>
  all.map((judged) => ({ ...judged, issues: { open }, comments: none, publicRepository: true, now }))

/** Asks GitHub only for what the reconcile wants, so that a healthy run costs one list. */
const readIssues = async (
  all: readonly ServerInput[],
  open: readonly Issue[],
  { issues, now }: ReconcileAccess,
): Promise<IssuesRead | Failed> => {
  const first = firstInputs(all, open, now)
  const plan = reconcileAll(first)
  const { wants, writes } = plan
  if (writes.length === 0 && !wants.closed && wants.comments.length === 0) return { ok: true, inputs: first, plan }
  const shown = await issues.isPublic()
  const closed = wants.closed ? await issues.listClosed(now - closedLookBackMs) : undefined
  if (closed?.ok === false) return closed
  const authors = [...new Set(all.flatMap(({ options }) => options.authors))]
  const comments = await commentsWithRights(wants.comments, { issues, authors })
  const publicRepository = !shown.ok || shown.value
  const inputs = first.map((one) => ({ ...one, issues: { open, closed: closed?.value }, comments, publicRepository }))
  return { ok: true, inputs, plan: reconcileAll(inputs) }
}

const toldWithoutIssues = (all: readonly ServerInput[], failure: IssuesFailure, { facts, now }: ReconcileAccess): IncidentsTold => {
  const unseen = firstInputs(all, [], now).flatMap(openedUnseen)
  const kept = [...facts, ...unseen.map((one) => outboxFact(one, now, true))]
  return { notifications: notYetTold(unseen, facts), facts: kept, failure, incidents: [] }
}

const mostNamed = 5

/** What is known to people, and therefore opens nothing: the log says which findings, and why. */
const sayHeld = ({ held }: ReconcileResult['facts'], { say }: IncidentLog): void => {
  for (const [why, all] of Map.groupBy(
    held.filter((one) => one.known),
    (one) => one.why,
  )) {
    const names = all.slice(0, mostNamed).map(({ id, subject }) => `${id} ${subject}`)
    const rest = all.length > mostNamed ? `, ${all.length - mostNamed} more` : ''
    say(`incidents: nothing opened (${why}): ${names.join(', ')}${rest}`)
  }
}

/** What a tired maintainer would otherwise wonder about. */
const sayUnreadable = ({ unreadable, brokenSilences }: ReconcileResult['facts'], { say, issuesUrl }: IncidentLog): void => {
  for (const number of unreadable.slice(0, mostNamed))
    say(`incidents: #${number} is left alone, for its marker cannot be read any more (edited or emptied): ${issuesUrl}${number}`)
  for (const number of brokenSilences.slice(0, mostNamed))
    say(`incidents: #${number} was changed by hand and silences nothing; close it, and set a new silence`)
}

/** Every incident that is open or that this run wrote, for the summary. */
const incidentLines = (
  { inputs, plan }: IssuesRead,
  { deeds, created }: WritingOutcome,
  { issuesUrl }: IncidentLog,
): readonly IncidentLine[] => {
  const titles = new Map<number, string>()
  const issues = inputs.slice(0, 1).flatMap((one) => [...(one.issues.closed ?? []), ...one.issues.open])
  for (const { number, title } of issues) titles.set(number, title)
  for (const write of plan.writes) {
    const number = write.kind === 'create' ? created.get(write.fingerprint) : write.kind === 'update' ? write.number : undefined
    if (number !== undefined && 'title' in write && write.title !== undefined) titles.set(number, write.title)
  }
  const open = shareIssues(inputs).flatMap((one) => [...knownIncidents(one).incidents.values()].map(({ issue }) => issue.number))
  const numbers = [...new Set([...deeds.keys(), ...open])].toSorted((a, b) => a - b)
  return numbers.map((number) => ({
    number,
    deed: deeds.get(number) ?? 'open',
    title: titles.get(number) ?? '',
    url: `${issuesUrl}${number}`,
  }))
}

/** Lists, reconciles, writes, and lists again after a creation, so that two runs at once leave one issue. Of several servers, all at once. */
export const reconcileIssues =
  (given: readonly ServerInput[], telling: IncidentLog) =>
  async (outside: ReconcileAccess): Promise<IncidentsTold> => {
    const { issues, state } = outside
    const all = withLearnedAuthor(given, state)
    const open = await issues.listOpen()
    if (!open.ok) return toldWithoutIssues(all, open.failure, outside)
    const read = await readIssues(all, open.value, outside)
    if (!read.ok) return toldWithoutIssues(all, read.failure, outside)
    sayUnreadable(read.plan.facts, telling)
    sayHeld(read.plan.facts, telling)
    const done = await performWrites(read.plan.writes, { ...telling, issues })
    if (read.plan.deferred.length > 0)
      telling.say(`incidents: ${read.plan.deferred.length} more writes wait for the next run (at most ${mostWrites} a run)`)
    const told = { ...toldAndKept(read, done, { ...outside, telling }), incidents: incidentLines(read, done, telling) }
    const known = withAuthor(all, done.author, { state, say: telling.say })
    if (done.failure !== undefined || done.created.size === 0) return { ...told, failure: done.failure }
    const again = await issues.listOpen()
    if (!again.ok) return { ...told, failure: again.failure }
    const inputs = read.inputs.map((one, index) => ({
      ...one,
      options: known[index]?.options ?? one.options,
      issues: { ...one.issues, open: again.value },
    }))
    const doubles = await performWrites(shareIssues(inputs).flatMap(duplicateWrites), { ...telling, issues })
    const incidents = told.incidents.map((one) => ({ ...one, deed: doubles.deeds.get(one.number) ?? one.deed }))
    return { ...told, incidents, failure: doubles.failure }
  }
