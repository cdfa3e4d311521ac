import type { Context, Recovery } from '../contract/context.ts'
import { type ActionFinding, finding, type HouseId } from '../contract/finding.ts'

const observed = ({ startedAt, steps, cause }: Recovery): string =>
  `started ${new Date(startedAt).toISOString()}, ${steps} steps in its ledger${cause === undefined ? '' : `; not recovered: ${cause}`}`

/** What dead runs of Ronde itself left half done on this server; critical until it is recovered. No finding when there is nothing. */
export const judgeRecoveries = ({ recoveries, troubles }: ReturnType<Context['recoveries']>): readonly ActionFinding<HouseId>[] =>
  [
    ...recoveries.map((one) =>
      finding({
        id: 'recovery.pending',
        subject: one.project === '' ? `action/${one.action}` : `action/${one.action}/${one.project}`,
        status: 'critical',
        title: `a run of ${one.action} died and left work half done`,
        observed: observed(one),
        expected: 'no ledger of a dead run',
        advice: 'every run on this site recovers it first: mend what keeps it from that, then run any of them again',
        certainty: 'hard',
        audience: 'infrastructure',
      }),
    ),
    ...troubles.map((cause) =>
      finding({
        id: 'recovery.unreadable',
        subject: 'state/journal',
        status: 'critical',
        title: 'a ledger of Ronde cannot be read',
        observed: cause,
        expected: 'ledgers that Ronde wrote itself',
        advice: 'look at who wrote it; then move it away',
        certainty: 'hard',
        audience: 'infrastructure',
      }),
    ),
  ].map((one) => ({ group: 'recovery', ...one }))
