import type { Constraint } from '../../../core/postgres/constraint.ts'
import { type Tested, testConstraint } from '../../../probes/postgres/constraints.ts'
import type { Site } from '../task.ts'

/** What was found out about one constraint; `not looked`: its table is large, or the time was over. */
export type Outcome = { readonly constraint: Constraint; readonly tested: Tested | 'not looked' }

/** For constraints that nobody vouches for: worth a look through a whole table. */
const doubtful = { mostConstraints: 20, timeoutMs: 3_000 }
/** For the valid ones: broken only where the server's own checks were switched off, or an index is damaged. */
const trusted = { mostBytes: 32 * 1024 * 1024, mostOfTable: 10, timeoutMs: 500, budgetMs: 5_000 }

/** Tests constraints against the rows within these bounds, the doubtful ones first. */
export const testConstraints = async ({ session, context }: Site, constraints: readonly Constraint[]): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = []
  const startedAt = context.now()
  const inTime = () => context.now() - startedAt < trusted.budgetMs
  const ofTable = new Map<number, number>()
  let doubts = 0
  for (const constraint of constraints) {
    const { validated, estimatedBytes, tableOid } = constraint
    const nth = (ofTable.get(tableOid) ?? 0) + 1
    ofTable.set(tableOid, nth)
    if (!validated) doubts += 1
    const worth = validated
      ? estimatedBytes <= trusted.mostBytes && nth <= trusted.mostOfTable && inTime()
      : doubts <= doubtful.mostConstraints
    const looking = worth && !context.signal.aborted
    const { timeoutMs } = validated ? trusted : doubtful
    outcomes.push({ constraint, tested: looking ? await testConstraint(session, constraint, timeoutMs) : 'not looked' })
  }
  return outcomes
}
