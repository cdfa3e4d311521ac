import type { Context } from '../../contract/context.ts'
import { type Finding, finding } from '../../contract/finding.ts'

/** What dead runs of Ronde itself left half done on this server; critical until it is recovered. No finding when there is nothing. */
export const judgeRecoveries = ({ recoveries, troubles }: ReturnType<Context['recoveries']>): readonly Finding[] => [
  ...recoveries.map(({ action, project, startedAt, steps }) =>
    finding({
      id: 'recovery.pending',
      subject: project === '' ? `action/${action}` : `action/${action}/${project}`,
      status: 'critical',
      title: `a run of ${action} died and left work half done`,
      observed: `started ${new Date(startedAt).toISOString()}, ${steps} steps in its ledger`,
      expected: 'no ledger of a dead run',
      advice: `run ${action} again: it recovers first`,
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
]
