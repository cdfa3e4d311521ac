import { finding } from '../../../../contract/finding.ts'
import type { Seen } from '../../../../contract/seen.ts'
import { largest } from '../../../../core/largest.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { judge } from '../../../../core/threshold.ts'
import { blockingTree, describeSession } from '../../../../domain/postgres/blocking-tree.ts'
import { terminate } from '../../../../domain/postgres/sessions.ts'
import { postgresThresholds } from '../../../../domain/postgres/thresholds.ts'
import type { LocksLook } from '../../../../probes/purge/locks.ts'
import type { PurgeSubject } from '../../about.ts'
import type { PurgeVerdict } from '../../part.ts'
import { describeOldest } from '../table/policy.ts'

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

const evidenceOf = ({ holders, sessions, oldest }: LocksLook): readonly string[] => {
  const byPid = new Map(sessions.map((one) => [one.pid, one]))
  const keeper = describeOldest(oldest)
  return [
    ...holders.slice(0, 10).map(({ pid, mode }) => `${mode}: ${describeSession(pid, byPid.get(pid))}`),
    ...blockingTree(sessions),
    ...(keeper === undefined ? [] : [`oldest snapshot: ${keeper}`]),
  ]
}

/** Who keeps the table from being used. `stopped`: it kept us from looking at the rows, however short it was. */
export const judgeLocks = (look: Seen<LocksLook>, about: PurgeSubject, stopped: boolean): PurgeVerdict<'purge.locks'> => {
  const where = { id: 'purge.locks', subject: about.subject, audience: 'technical' } as const
  const limit = postgresThresholds.blocked
  const expected = `nobody holds the table against all others, or waits for it, for ${formatDuration(limit.warning)}`
  if (!look.seen) {
    const title = `${about.shown}: could not look at its locks`
    return {
      completed: false,
      findings: [finding({ ...where, status: 'unknown', title, observed: look.cause, expected, advice: look.advice })],
    }
  }
  const { holders, waiting, sessions } = look.value
  const ageOf = (pid: number, age: 'transactionMs' | 'waitingMs') => sessions.find((one) => one.pid === pid)?.[age] ?? 0
  const longestMs = largest([...holders.map(({ pid }) => ageOf(pid, 'transactionMs')), ...waiting.map((pid) => ageOf(pid, 'waitingMs'))])
  const judged = judge(longestMs, limit)
  const status = judged.status === 'ok' && stopped && holders.length > 0 ? 'warning' : judged.status
  const free = holders.length === 0 && waiting.length === 0
  const seen = free
    ? 'no exclusive lock, nobody waits'
    : `${counted(holders.length, 'session holds', 'sessions hold')} it exclusively, ${counted(waiting.length, 'waits', 'wait')}, the longest for ${formatDuration(longestMs)}`
  const blockers =
    holders.length > 0 ? holders.map(({ pid }) => pid) : sessions.filter((one) => waiting.includes(one.pid)).flatMap((one) => one.blockedBy)
  const pids = [...new Set(blockers)].filter((pid) => pid > 0).slice(0, 3)
  return {
    completed: true,
    findings: [
      finding({
        ...where,
        status,
        cleared: status === 'ok' && judged.cleared,
        title: `${about.shown}: ${seen}`,
        observed: seen,
        expected,
        advice: status === 'ok' ? '' : pids.length === 0 ? 'a prepared transaction holds it: see pg_prepared_xacts' : terminate(pids),
        evidence: evidenceOf(look.value),
        measurements: [{ name: 'locked', value: longestMs, unit: 'ms' }],
      }),
    ],
  }
}
