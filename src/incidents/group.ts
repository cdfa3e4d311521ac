import { byWorstStatus } from '../contract/status.ts'
import { opensWith } from './confirm.ts'
import { partsFor } from './identify.ts'
import { digestKey, identityOf, isMuted, mostChildren } from './marker.ts'
import type { Case, Child, Life, Marker, ReconcileInput, Severity } from './model.ts'
import { whyHeld } from './silence.ts'
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

/** What is to be opened, with what fails with it. */
export type Opening = { readonly word: Case; readonly status: Severity; readonly children: readonly Child[] }

/** `known`: something that people know of explains it, and the log says so. */
export type Held = { readonly id: string; readonly subject: string; readonly why: string; readonly known: boolean }

export type Openings = {
  readonly openings: readonly Opening[]
  /** What joins an incident that is open already, by its identity. */
  readonly joined: ReadonlyMap<string, readonly Child[]>
  readonly held: readonly Held[]
}

type Wanted = { readonly word: Case; readonly status: Severity }

const maxDepth = 10

/** Identities of the declared parents, the nearest first. */
const ancestors = (word: Case, words: ReadonlyMap<string, Case>, input: ReconcileInput): readonly string[] => {
  const found: string[] = []
  let at: Case | undefined = word
  while (at?.finding.parent !== undefined && found.length < maxDepth) {
    const { id, subject } = at.finding.parent
    const { report } = at
    const shared = [...words.values()].find(
      (one) => one.report === report && one.kind === 'service' && one.findings.some((each) => each.id === id && each.subject === subject),
    )
    const identity: string = shared?.identity ?? identityOf(partsFor(input, report, { id, key: subject }))
    if (identity === word.identity || found.includes(identity)) break
    found.push(identity)
    at = words.get(identity)
  }
  return found
}

const childOf = ({ word }: Wanted): Child => ({
  id: word.parts.id,
  key: word.parts.key,
  status: word.finding.status === 'critical' ? 'critical' : 'warning',
})

const wantedOf = (words: ReadonlyMap<string, Case>, open: ReadonlySet<string>, input: ReconcileInput) => {
  const wanted: Wanted[] = []
  const held: Held[] = []
  for (const word of words.values()) {
    if (word.word !== 'bad' || open.has(word.identity)) continue
    const { id, subject } = word.finding
    const status = opensWith(word, input)
    const why = status === undefined ? undefined : whyHeld(word, status, input)
    if (status === undefined) held.push({ id, subject, why: 'not confirmed yet', known: false })
    else if (why === undefined) wanted.push({ word, status })
    else held.push({ id, subject, why, known: true })
  }
  return { wanted: wanted.toSorted((a, b) => byWorstStatus(a.status, b.status)), held }
}

/** Rules 1, 3 and 13: what opens an issue of its own, what joins its parent's, and what waits. `known` are open now, `open` those of them that stay so. */
export const openingsOf = (
  words: ReadonlyMap<string, Case>,
  { known, open }: { readonly known: ReadonlySet<string>; readonly open: ReadonlySet<string> },
  input: ReconcileInput,
): Openings => {
  const { wanted, held } = wantedOf(words, known, input)
  const opening = new Set(wanted.map(({ word }) => word.identity))
  const homeOf = ({ word }: Wanted): string | undefined => {
    if (word.finding.certainty === 'hard' || word.kind === 'monitoring') return undefined
    return ancestors(word, words, input).findLast((identity) => open.has(identity) || opening.has(identity))
  }
  const first = new Map(wanted.map((one) => [one.word.identity, homeOf(one)]))
  // Two that name each other both open: grouping must never hide anything.
  const finalHome = ({ word }: Wanted): string | undefined => {
    const home = first.get(word.identity)
    return home !== undefined && (open.has(home) || first.get(home) === undefined) ? home : undefined
  }
  const homes = Map.groupBy(wanted, finalHome)
  const childrenOf = (identity: string): readonly Child[] => (homes.get(identity) ?? []).map(childOf)
  return {
    openings: (homes.get(undefined) ?? []).map((one) => ({ ...one, children: childrenOf(one.word.identity) })),
    joined: new Map([...open].map((identity) => [identity, childrenOf(identity)])),
    held,
  }
}
