import type { JudgedFinding } from '../../../../contract/finding.ts'
import { lacksMaintain } from '../../maintain-rights.ts'
import { notOnStandby, type TaskId, unfinishedWork } from '../../not-done.ts'
import { judgeLeftAlone } from '../../owner-code.ts'
import type { MaintainedDatabase, TaskOutcome } from '../../part.ts'
import { statementOf, type VacuumStep } from './plan.ts'
import { isLeftAlone, judgeWork, leftAlone, noRights } from './policy.ts'
import { doSteps, type VacuumOutcome } from './work.ts'

export type Worked<Id extends string> = {
  readonly outcomes: readonly VacuumOutcome[]
  /** Whether every table was done, whether our role may and should do them, and whether the run was cut short. */
  readonly findings: readonly JudgedFinding<Id>[]
  readonly completed: boolean
}

const sayPlan = ({ context, session, server }: MaintainedDatabase, outcomes: readonly VacuumOutcome[]): void => {
  for (const { kind, step } of outcomes) {
    const { table } = step
    if (kind === 'not-begun')
      context.progress.say(`would run: ${statementOf(step, session.quoted(table.schema, table.name), server.major)}`)
  }
}

/** Does what was planned, and judges it; a dry run says what it would do. A standby takes no changes. */
export const doWork = async <Task extends 'vacuum' | 'analyze'>(
  maintained: MaintainedDatabase,
  task: Task,
  steps: readonly VacuumStep[],
): Promise<Worked<`db.${Task}` | TaskId> | TaskOutcome<'db.unfinished'>> => {
  const { context, server, target } = maintained
  if (server.standby) return notOnStandby(target.database, task)
  const outcomes = await doSteps(maintained, steps)
  if (context.dryRun) sayPlan(maintained, outcomes)
  const rights = [...lacksMaintain(maintained, task, noRights(outcomes)), ...judgeLeftAlone(maintained, task, leftAlone(outcomes))]
  const cut = context.signal.aborted ? [unfinishedWork(maintained, task)] : []
  const judged = judgeWork(task, outcomes, maintained)
  const worthTelling = judged.status !== 'ok' || (cut.length === 0 && (rights.length === 0 || outcomes.some((one) => !isLeftAlone(one))))
  return {
    outcomes,
    findings: [...(worthTelling ? [judged] : []), ...rights, ...cut],
    completed: rights.length === 0 && cut.length === 0,
  }
}
