import { type Finding, finding } from '../../contract/finding.ts'
import type { Done, Site } from './task.ts'

/** The one way to say that a task could not do its work: `unknown`, with the cause and what would let it. */
export const couldNotFinish = (database: string, task: string, why: { readonly cause: string; readonly advice: string }): Finding =>
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
): Finding =>
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

export const notDone = (...findings: readonly Finding[]): Done => ({ completed: false, findings })

/** Why a run that was told to stop stopped. */
export const whyAborted = ({ reason }: AbortSignal) =>
  reason === 'cancelled'
    ? { cause: 'the run was cancelled', advice: 'run it again' }
    : { cause: 'the deadline came first', advice: 'raise `timeout`, or name fewer `tables`' }

export const unfinishedWork = ({ target, context }: Site, task: string): Finding =>
  couldNotFinish(target.database, task, whyAborted(context.signal))

export const notOnStandby = (database: string, task: string): Done =>
  notDone(
    couldNotFinish(database, task, {
      cause: 'the server is a standby, which takes no changes',
      advice: 'name the primary in database.url',
    }),
  )
