import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { digestOfPlan } from '../../domain/restore/gate.ts'
import type { PlannedDatabase, PlanRefusal } from './plan-database.ts'

export type RestoreFinding = JudgedFinding<'restore.plan' | 'restore.verified' | 'restore.way-back' | 'restore.beside'>

const shared = { certainty: 'hard', audience: 'technical' } as const
const mostTold = 20

/** Why there is no plan: nothing was changed. */
export const notPlanned = (subject: string, { refused, advice, evidence }: PlanRefusal): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.plan',
    subject,
    status: 'critical',
    title: `${subject}: cannot be restored so`,
    observed: refused,
    expected: 'a proven backup that fits this server',
    advice,
    evidence,
  })

export const judgePlan = (subject: string, { plan, warnings, backup }: PlannedDatabase, command: string): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.plan',
    subject,
    status: warnings.length > 0 ? 'warning' : 'ok',
    title: `${subject}: the plan ${digestOfPlan(plan)} restores ${backup.manifest.id}; nothing was changed`,
    observed: warnings.length > 0 ? warnings.join('; ') : plan.lines.map(({ does, subject: what }) => `${does} ${what}`).join('; '),
    expected: 'a person who has read it',
    advice: `to apply within 12 hours: ${command}`,
    evidence: plan.lines.map(({ does, subject: what }) => `${does} ${what}`).slice(0, mostTold),
  })

/** Nothing is other than before. */
export const notRestored = (subject: string, cause: string, advice: string, evidence: readonly string[] = []): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.verified',
    subject,
    status: 'critical',
    title: `${subject}: was not restored, and is as it was`,
    observed: cause,
    expected: 'a copy that is equal to the backup',
    advice,
    evidence: evidence.slice(0, mostTold),
  })

/** A swap that failed and could not be taken back in this run. */
export const halfDone = (subject: string, cause: string): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.verified',
    subject,
    status: 'critical',
    title: `${subject}: a restore failed, and not all of it is taken back yet`,
    observed: cause,
    expected: 'the database as it was',
    advice: 'the next run of any action takes it back first: mend what keeps it from that, then run one',
  })

export type RestoredTold = {
  readonly notFilled: readonly string[]
  readonly leftOut: readonly string[]
  readonly notCompared: readonly string[]
  readonly backup: string
}

/** What is less than it was in the source, in words; empty when nothing is. */
const lessThan = ({ notFilled, leftOut }: RestoredTold): string =>
  [
    ...(notFilled.length > 0 ? [`not filled: ${notFilled.join(', ')}`] : []),
    ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
  ].join('; ')

export const judgeRestored = (subject: string, told: RestoredTold): RestoreFinding => {
  const less = lessThan(told)
  return finding({
    ...shared,
    id: 'restore.verified',
    subject,
    status: less === '' ? 'ok' : 'warning',
    title: `${subject}: holds what the backup ${told.backup} says, row by row`,
    observed: less === '' ? 'equal' : less,
    expected: 'a copy that is equal to the backup',
    advice: less === '' ? '' : 'REFRESH MATERIALIZED VIEW those that are named; make subscriptions again where the other side is known',
    evidence: told.notCompared.map((one) => `not compared: ${one}`).slice(0, mostTold),
  })
}

export const judgeWayBack = (subject: string, id: string, until: string): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.way-back',
    subject,
    status: 'ok',
    title: `${subject}: what was replaced is kept`,
    observed: `until ${until}`,
    expected: 'a way back for 7 days',
    advice: `undo: ${id}`,
  })

export const judgeBeside = (subject: string, copy: string, until: string, told: RestoredTold): RestoreFinding =>
  finding({
    ...shared,
    id: 'restore.beside',
    subject,
    status: told.notFilled.length > 0 ? 'warning' : 'ok',
    title: `${subject}: the backup ${told.backup} stands beside it as ${copy}`,
    observed: `until ${until}; equal to what the backup says`,
    expected: 'a copy that is equal to the backup',
    advice: 'copy what you need with psql and pg_dump; the live database was not touched',
    evidence: [lessThan(told), ...told.notCompared.map((one) => `not compared: ${one}`)].filter((one) => one !== '').slice(0, mostTold),
  })
