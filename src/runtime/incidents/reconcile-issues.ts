import type { Issue, IssuesFailure } from '../../contract/issues.ts'
import { commentsWithRights } from '../../github/comments-with-rights.ts'
import { duplicateWrites } from '../../incidents/close.ts'
import { mostWrites } from '../../incidents/fit.ts'
import { knownIncidents, shareIssues } from '../../incidents/identify.ts'
import type { CommentWithRights, ReconcileInput } from '../../incidents/model.ts'
import { closedLookBackMs } from '../../incidents/open.ts'
import { openedUnseen } from '../../incidents/outbox.ts'
import { type ReconcileResult, reconcileAll } from '../../incidents/reconcile.ts'
import { withAuthor, withLearnedAuthor } from './authors.ts'
import { incidentLines } from './incident-lines.ts'
import type { IncidentLog, IncidentsTold, IssuesRead, ReconcileAccess, ServerInput } from './model.ts'
import { notYetTold, outboxFact, toldAndKept } from './outbox.ts'
import { performWrites } from './perform-writes.ts'
import { recallSeen, rememberSeen } from './seen-before.ts'

type Failed = { readonly ok: false; readonly failure: IssuesFailure }

const none: ReadonlyMap<number, readonly CommentWithRights[]> = new Map()

/** A minute is what clocks may differ; issues and comments are timed by GitHub's. */
const mostAheadMs = 60_000

/** By GitHub's clock where ours is wrong: what a person typed two hours ago by our clock may be a minute old. */
const inGithubTime = (all: readonly ServerInput[], outside: ReconcileAccess) => {
  const aheadMs = outside.clockAheadMs?.() ?? 0
  if (Math.abs(aheadMs) <= mostAheadMs) return { all, outside }
  const now = outside.now - aheadMs
  return { all: all.map((one) => (one.isOurs === true ? shifted(one, aheadMs) : one)), outside: { ...outside, now } }
}

const shifted = (one: ServerInput, aheadMs: number): ServerInput => {
  const moved = <At extends { readonly at: number }>(past: readonly At[]): readonly At[] =>
    past.map((entry) => ({ ...entry, at: entry.at - aheadMs }))
  return {
    ...one,
    reports: one.reports.map((report) => ({ ...report, startedAt: new Date(Date.parse(report.startedAt) - aheadMs).toISOString() })),
    history: (action) => {
      const history = one.history(action)
      return {
        ...history,
        note: (key) => history.note(key),
        statuses: (id, subject, limit) => moved(history.statuses(id, subject, limit)),
        measurements: (subject, name, limit) => moved(history.measurements(subject, name, limit)),
      }
    },
  }
}

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
  if (writes.length === 0 && !wants.closed && wants.comments.length === 0) return { ok: true, inputs: first, plan, isPublic: undefined }
  const shown = await issues.isPublic()
  const closed = wants.closed ? await issues.listClosed(now - closedLookBackMs) : undefined
  if (closed?.ok === false) return closed
  const authors = [...new Set(all.flatMap(({ options }) => options.authors))]
  const comments = await commentsWithRights(wants.comments, { issues, authors })
  const publicRepository = !shown.ok || shown.value
  const inputs = first.map((one) => ({ ...one, issues: { open, closed: closed?.value }, comments, publicRepository }))
  return { ok: true, inputs, plan: reconcileAll(inputs), isPublic: shown.ok ? shown.value : undefined }
}

/** A webhook is no public place: it hears all, but where the repository is known to be public. */
const toldWithoutIssues = (all: readonly ServerInput[], failure: IssuesFailure, { facts, now, state }: ReconcileAccess): IncidentsTold => {
  const seen = recallSeen(state)
  const known = new Set(seen.open)
  const publicRepository = seen.public === true
  const unseen = firstInputs(all, [], now).flatMap((one) => openedUnseen({ ...one, publicRepository }, known))
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
const sayUnreadable = ({ unreadable, brokenSilences, unspoken }: ReconcileResult['facts'], { say, issuesUrl }: IncidentLog): void => {
  for (const { number, why } of unspoken.slice(0, mostNamed)) say(`incidents: #${number} stays open: ${why}: ${issuesUrl}${number}`)
  for (const number of unreadable.slice(0, mostNamed))
    say(`incidents: #${number} is left alone, for its marker cannot be read any more (edited or emptied): ${issuesUrl}${number}`)
  for (const number of brokenSilences.slice(0, mostNamed))
    say(`incidents: #${number} was changed by hand and silences nothing; close it, and set a new silence`)
}

/** Nobody would be told, were it not said loudly. */
const unnamed = ({ unnamedAuthors }: ReconcileResult['facts']): IssuesFailure | undefined => {
  const [author] = unnamedAuthors
  if (author === undefined) return undefined
  const cause = `an open issue of ${author} has the marker of an incident of this run, and ${author} is not one of incidents.authors`
  return { kind: 'forbidden', cause, advice: `name ${author} in incidents.authors if it is whose token Ronde has; else close its issue` }
}

/** Of two that were opened at once the one that stays is linked. */
const linkedToKept = (
  notifications: IncidentsTold['notifications'],
  inputs: readonly ReconcileInput[],
  { issuesUrl }: IncidentLog,
): IncidentsTold['notifications'] => {
  const doubles = inputs.flatMap((one) => knownIncidents(one).duplicates)
  const kept = new Map(doubles.map((one) => [`${issuesUrl}${one.incident.issue.number}`, `${issuesUrl}${one.kept}`]))
  return notifications.map((one) => ({ ...one, url: one.url === undefined ? undefined : (kept.get(one.url) ?? one.url) }))
}

/** Lists, reconciles, writes, and lists again after a creation, so that two runs at once leave one issue. Of several servers, all at once. */
export const reconcileIssues =
  (given: readonly ServerInput[], telling: IncidentLog) =>
  async (access: ReconcileAccess): Promise<IncidentsTold> => {
    const { issues, state } = access
    const open = await issues.listOpen()
    const { all, outside } = inGithubTime(withLearnedAuthor(given, state), access)
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
    rememberSeen(state, read.inputs, { isPublic: read.isPublic, created: done.created.keys() })
    const failure = done.failure ?? unnamed(read.plan.facts)
    if (failure !== undefined || done.created.size === 0) return { ...told, failure }
    const again = await issues.listOpen()
    if (!again.ok) return { ...told, failure: again.failure }
    const inputs = read.inputs.map((one, index) => ({
      ...one,
      options: known[index]?.options ?? one.options,
      issues: { ...one.issues, open: again.value },
    }))
    const shared = shareIssues(inputs)
    const doubles = await performWrites(shared.flatMap(duplicateWrites), { ...telling, issues })
    const incidents = told.incidents.map((one) => ({ ...one, deed: doubles.deeds.get(one.number) ?? one.deed }))
    return { incidents, facts: told.facts, notifications: linkedToKept(told.notifications, shared, telling), failure: doubles.failure }
  }
