import type { State } from '../../contract/context.ts'
import type { Write } from '../../contract/issues.ts'
import type { Instant } from '../../contract/seen.ts'
import type { IncidentNotification } from '../../incidents/model.ts'
import { closedUnseen, decodeFacts, encodeFacts, type OutboxFact, settledFacts } from '../../incidents/outbox.ts'
import type { IncidentLog, IncidentsTold, IssuesRead, ReconcileAccess, WritingOutcome } from './model.ts'

const noteKey = 'incidents.outbox'

export type Outbox = {
  /** What earlier runs could not tell GitHub, for this run's reconcile. */
  readonly facts: readonly OutboxFact[]
  /** What is left now, instead of what was there: kept when the state is recorded. Writes nothing when nothing changed. */
  readonly keep: (facts: readonly OutboxFact[]) => void
}

/** The outbox is one note of the state: recorded with the run, all or none, and gone without a state. */
export const openOutbox = (state: Pick<State, 'note' | 'setNote'>, now: Instant): Outbox => {
  const before = state.note(noteKey)
  return {
    facts: before === undefined ? [] : decodeFacts(before, now),
    keep: (facts) => {
      const after = encodeFacts(facts, now)
      if (after !== (before ?? '[]')) state.setNote(noteKey, after)
    },
  }
}

/** What the outbox keeps of a notification. */
export const outboxFact = (one: IncidentNotification, at: number, told: boolean): OutboxFact => ({
  fingerprint: one.fingerprint,
  kind: one.kind,
  at,
  status: one.status,
  title: one.title,
  text: one.text,
  told,
})

/** Webhooks hear of an incident once, also when GitHub could not be told of it for a while. */
export const notYetTold = (notifications: readonly IncidentNotification[], facts: readonly OutboxFact[]): readonly IncidentNotification[] =>
  notifications.filter((one) => !facts.some((fact) => fact.told && fact.fingerprint === one.fingerprint && fact.kind === one.kind))

/** Whether all writes of an incident are still to come. */
const waits = (one: IncidentNotification, left: readonly Write[]): boolean =>
  left.some((write) => (write.kind === 'create' ? write.fingerprint === one.fingerprint : write.number === one.number))

/** What is told now, and what the outbox keeps. */
export const toldAndKept = (
  { plan, inputs }: IssuesRead,
  done: WritingOutcome,
  { facts, now, telling }: Pick<ReconcileAccess, 'facts' | 'now'> & { readonly telling: IncidentLog },
): Pick<IncidentsTold, 'notifications' | 'facts'> => {
  const waiting = [...plan.notifications.filter((one) => waits(one, done.left)), ...plan.later]
  const timely = plan.notifications.filter((one) => !waits(one, done.left) && !(one.number !== undefined && done.overtaken.has(one.number)))
  const later = waiting.map((one) => outboxFact(one, now, false))
  const named = (all: readonly IncidentNotification[]) =>
    notYetTold(all, facts).map((one) => {
      const number = one.number ?? done.created.get(one.fingerprint)
      return { ...one, url: number === undefined ? undefined : `${telling.issuesUrl}${number}` }
    })
  if (done.failure !== undefined)
    return { notifications: named(timely), facts: [...facts, ...timely.map((one) => outboxFact(one, now, true)), ...later] }
  const created = new Set(done.created.keys())
  const over: IncidentNotification[] = []
  let kept = facts
  for (const input of inputs) {
    const judged = settledFacts(kept, input, created)
    kept = judged.kept
    over.push(...closedUnseen(judged.missed, input.reports[0]?.server ?? ''))
    for (const one of judged.missed)
      telling.say(`incidents: ${one.title} came and went while GitHub could not be told (${one.status}, ${new Date(one.at).toISOString()})`)
  }
  return { notifications: named([...timely, ...over]), facts: [...kept, ...later] }
}
