import { isSlow, seenCount, severityNow, valuesOf } from './confirm.ts'
import { flapsNow } from './flap.ts'
import { happened, labelled, said, unlabelled, urgently } from './life.ts'
import { digestKey, isMuted, isSilenced, mostChildren } from './marker.ts'
import type { Case, Child, Life, Marker, NotificationKind, ReconcileInput, Severity } from './model.ts'
import { betterComment, childrenComment, flappingComment, worseComment } from './texts/comments.ts'
import { notificationOf } from './texts/notification.ts'
import { viewOf } from './texts/view.ts'

const brokenCriticalMs = 30 * 60_000

export const flappingLabel = 'flapping'

export const notified = (life: Life, kind: NotificationKind, input: ReconcileInput): Life => {
  const one = notificationOf(kind, { marker: life.marker, word: life.word, issue: life.incident.issue }, input)
  return { ...life, notifications: [...life.notifications.filter((before) => before.kind !== kind), one] }
}

/** Rule 7. Its own beginning and end are told; nothing in between. */
export const flapped = (life: Life, word: Case, input: ReconcileInput): Life => {
  const flapping = flapsNow(word, life.marker, input)
  if (flapping === life.marker.flapping) return life
  const events = happened(life.marker, input.now, flapping ? 'began to flap' : 'steady again')
  const changed = urgently(life, { flapping, events }, 'change')
  const marked = flapping ? labelled(changed, flappingLabel) : unlabelled(changed, flappingLabel)
  return isSilenced(marked.marker, input.now) ? marked : said(marked, flappingComment(viewOf(marked, input)))
}

const worstOf = (marker: Marker, status: Severity, word: Case, input: ReconcileInput): Pick<Marker, 'worst' | 'worstValue'> => {
  const observed = input.publicRepository ? '' : word.finding.observed
  const value = word.finding.measurements[0]?.value
  const isWorse = status === 'critical' && marker.worst.status === 'warning'
  const before = marker.worstValue
  const further = status === marker.worst.status && value !== undefined && before !== undefined && (value - before) * marker.direction > 0
  return isWorse || further ? { worst: { status, observed }, worstValue: value } : { worst: marker.worst, worstValue: before }
}

const statusOf = (word: Case, { marker }: Life, input: ReconcileInput): Severity => {
  if (word.kind === 'service') return severityNow(word, marker.status, input)
  return input.now - marker.since >= brokenCriticalMs ? 'critical' : 'warning'
}

/** Seen bad again: the numbers of the body, and a change of severity with its comment. */
export const seenBad = (life: Life, word: Case, input: ReconcileInput): Life => {
  const { now } = input
  const was = life.marker.status
  const status = statusOf(word, life, input)
  const reset = life.marker.gone > 0 || (!input.stateUsable && life.marker.good.runs > 0)
  const marker: Marker = {
    ...life.marker,
    ...worstOf(life.marker, status, word, input),
    seen: seenCount(word, life.marker, input),
    values: input.publicRepository ? [] : valuesOf(word, life.marker, input),
    hard: word.finding.certainty === 'hard',
    slow: isSlow(word),
    audience: word.finding.audience,
    round: input.round ?? '',
    check: word.finding.check ?? '',
    lastBad: now,
    good: { runs: 0, since: 0 },
    gone: 0,
    latestRun: input.run.url,
  }
  const seen: Life = { ...life, marker, urgent: life.urgent || reset }
  return status === was ? seen : changedSeverity(seen, { was, status }, input)
}

const changedSeverity = (life: Life, { was, status }: { was: Severity; status: Severity }, input: ReconcileInput): Life => {
  const { marker } = life
  const worse = status === 'critical'
  const voids = worse && marker.silenced?.status === 'warning'
  const changed = urgently(
    life,
    {
      status,
      criticalSince: worse ? input.now : undefined,
      events: happened(marker, input.now, worse ? 'got critical' : 'got better: warning'),
      ...(voids ? { silenced: undefined } : {}),
    },
    worse ? 'worse' : 'change',
  )
  if (isMuted(changed.marker, input.now)) return changed
  const view = viewOf(changed, input)
  return worse ? notified(said(changed, worseComment(view, was)), 'worsened', input) : said(changed, betterComment(view, was))
}

const rank: Record<Child['status'], number> = { warning: 0, unknown: 1, critical: 2 }

/** Rule 3: what fails with it. A new one, or one that got worse, is told. */
export const withChildren = (life: Life, joined: readonly Child[], recovered: (child: Child) => boolean, input: ReconcileInput): Life => {
  const nameOf = (child: Child): string => `${child.id} ${digestKey(child.key)}`
  const before = new Map(life.marker.children.map((one) => [nameOf(one), one]))
  const kept = [...before].filter(([name, one]) => !recovered(one) && !joined.some((now) => nameOf(now) === name)).map(([, one]) => one)
  const children = [...kept, ...joined].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, mostChildren)
  const news = children.filter((one) => {
    const known = before.get(nameOf(one))
    return known === undefined || rank[one.status] > rank[known.status]
  })
  const marker: Marker = { ...life.marker, children }
  if (news.length === 0) return { ...life, marker }
  const critical = news.some((one) => one.status === 'critical')
  const voids = critical && marker.silenced?.status === 'warning'
  const events = happened(marker, input.now, `${news.length === 1 ? `${news[0]?.id} fails` : `${news.length} more fail`} with it`)
  const changed = urgently({ ...life, marker }, { events, ...(voids ? { silenced: undefined } : {}) }, 'worse')
  if (isMuted(changed.marker, input.now)) return changed
  return notified(said(changed, childrenComment(viewOf(changed, input), news)), 'worsened', input)
}
