import type { Issue, Write } from '../contract/issues.ts'
import { type Case, type Incident, type Life, type Marker, type Rank, ranks } from './model.ts'

export const firstRank = (a: Rank, b: Rank): Rank => (ranks.indexOf(a) <= ranks.indexOf(b) ? a : b)

export const bornOf = (incident: Incident, word: Case | undefined): Life => ({
  incident,
  marker: incident.marker,
  word,
  comments: [],
  notifications: [],
  labels: incident.issue.labels,
  urgent: false,
  rank: 'update',
  closing: undefined,
})

/** Changes the marker and says that it must be written now. */
export const urgently = (life: Life, marker: Partial<Marker>, rank: Rank): Life => ({
  ...life,
  marker: { ...life.marker, ...marker },
  urgent: true,
  rank: firstRank(life.rank, rank),
})

export const said = (life: Life, comment: string): Life => ({ ...life, comments: [...life.comments, comment] })
export const labelled = (life: Life, label: string): Life => ({ ...life, labels: [...life.labels.filter((one) => one !== label), label] })
export const unlabelled = (life: Life, label: string): Life => ({ ...life, labels: life.labels.filter((one) => one !== label) })
/** A locked issue takes no comment of a job's token: its body tells. */
export const commentOn = ({ number, locked }: Pick<Issue, 'number' | 'locked'>, body: string): readonly Write[] =>
  locked || body === '' ? [] : [{ kind: 'comment', number, body }]
export const happened = (marker: Marker, at: number, what: string): Marker['events'] => [...marker.events, { at, what }]
