import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { whyAborted } from '../../core/run-parts.ts'
import type { MaintainedDatabase, TaskOutcome } from './part.ts'

/** The one way to say that a task could not do its work: `unknown`, with the cause and what would let it. */
export const couldNotFinish = (database: string, task: string, why: Obstacle): JudgedFinding<'db.unfinished'> =>
  finding({
    id: 'db.unfinished',
    subject: `task/${database}.${task}`,
    status: 'unknown',
    title: `${task} in ${database}: not finished`,
    observed: why.cause,
    expected: 'a finished task',
    advice: why.advice,
    audience: 'technical',
  })

/** A task whose role lacks a right: `unknown`, with the statement that gives it. `grants` are whole statements, for a superuser or the owner. */
export const lacksRights = (
  database: string,
  task: string,
  why: { readonly what: string; readonly grants: readonly string[]; readonly evidence?: readonly string[] },
): JudgedFinding<'db.rights'> =>
  finding({
    id: 'db.rights',
    subject: `task/${database}.${task}`,
    status: 'unknown',
    title: `${task} in ${database}: the role lacks a right`,
    observed: why.what,
    expected: 'a role that may do this task',
    advice:
      why.grants.length === 0
        ? 'name a role that has the right in database.url or database.user: the owner, or a superuser'
        : `as a superuser: ${why.grants.join(' ')}`,
    evidence: why.evidence ?? [],
    certainty: 'hard',
    audience: 'technical',
  })

export const notDone = <Id extends string>(...findings: readonly JudgedFinding<Id>[]): TaskOutcome<Id> => ({ completed: false, findings })

/** What every task may say besides its own findings. */
export const taskIds = ['db.unfinished', 'db.rights', 'db.owner-code'] as const
export type TaskId = (typeof taskIds)[number]

/** What to do when the deadline came first. */
export const deadlineAdvice = 'raise `timeout`, or name fewer `tables`'

export const unfinishedWork = ({ target, context }: MaintainedDatabase, task: string): JudgedFinding<'db.unfinished'> =>
  couldNotFinish(target.database, task, whyAborted(context.signal, deadlineAdvice))

export const notOnStandby = (database: string, task: string): TaskOutcome<'db.unfinished'> =>
  notDone(
    couldNotFinish(database, task, {
      cause: 'the server is a standby, which takes no changes',
      advice: 'name the primary in database.url',
    }),
  )
