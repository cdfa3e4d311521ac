import type { Write } from '../contract/issues.ts'
import { knownOf } from './identify.ts'
import { commentOn } from './life.ts'
import { withoutMarker } from './marker.ts'
import type { Incident, Planned, ReconcileInput } from './model.ts'
import { duplicateComment } from './texts/comments.ts'
import { bodyWithVerdict } from './texts/issue.ts'

const closing = ({ issue, marker }: Incident, kept: number, input: ReconcileInput): Planned => {
  const closed = { ...marker, closed: input.now, duplicate: true }
  const body = bodyWithVerdict(withoutMarker(issue.body), { marker: closed, verdict: `**Closed**: the same as #${kept}.` })
  return {
    rank: 'duplicate',
    notifications: [],
    writes: [
      ...commentOn(issue, duplicateComment(kept)),
      { kind: 'update', number: issue.number, body, state: 'closed', stateReason: 'duplicate' },
    ],
  }
}

/** Rule 4: of several open ones of one identity the lowest number stays. */
export const duplicatesOf = (input: ReconcileInput): readonly Planned[] =>
  knownOf(input).duplicates.map(({ kept, incident }) => closing(incident, kept, input))

/** The writes that close doubles after a creation, when the open issues were listed again. */
export const duplicateWrites = (input: ReconcileInput): readonly Write[] => duplicatesOf(input).flatMap((one) => one.writes)
