import { digestKey, isMuted, mostChildren } from './marker.ts'
import type { Child, Life, Marker, ReconcileInput } from './model.ts'
import { childrenComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { happened, notified, said, urgently } from './update.ts'

export const rank: Record<Child['status'], number> = { warning: 0, unknown: 1, critical: 2 }

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
