import type { Issue } from '../contract/issues.ts'
import { localTime } from '../core/time/local-time.ts'
import type { Planned, Quiet, ReconcileInput } from './model.ts'
import { type Silences, silenceOverBody, silencesIn } from './texts/silence-issue.ts'

/** The silences among the open issues of a reconcile. */
export const silencesOf = (open: readonly Issue[], { options, silencers = options.authors, identity, now }: ReconcileInput): Silences =>
  silencesIn(open, { authors: silencers, repository: identity.repository }, now)

/** What the active ones explain. */
export const quietOf = ({ active }: Silences, { timeZone, now }: ReconcileInput): readonly Quiet[] =>
  active.map(({ issue, silence: { servers, ids, subjects, upTo, until } }) => ({
    kind: 'silence',
    servers,
    ids,
    subjects,
    upTo,
    until,
    why: `silenced until ${localTime(until, timeZone, now)} by #${issue.number}`,
  }))

/** Rule 13: a silence that is over closes itself, by one write of whichever run sees it first. */
export const overSilences = (all: readonly { readonly input: ReconcileInput; readonly found: Silences }[]): readonly Planned[] => {
  const each = all.flatMap(({ input, found }) => found.over.map((one) => [one.issue.number, { ...one, ...input }] as const))
  return [...new Map(each).values()].map(({ issue, silence, timeZone, now }) => {
    const body = silenceOverBody(issue.body, `**Over** since ${localTime(silence.until, timeZone, now)}.`)
    return {
      rank: 'update',
      notifications: [],
      writes: [{ kind: 'update', number: issue.number, body, state: 'closed', stateReason: 'completed' }],
    }
  })
}
