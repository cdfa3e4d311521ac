import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatBytes, formatDuration } from '../../../../core/quantity.ts'
import { counted, formatCount } from '../../../../core/render/headline.ts'
import type { FactTable } from '../../../../core/render/view.ts'
import type { SnapshotHolder } from '../../../../domain/postgres/table-stats.ts'
import type { Locker } from '../../../../probes/postgres/table-stats.ts'
import type { Forbidden } from '../../maintain-rights.ts'
import type { LeftAlone } from '../../owner-code.ts'
import type { MaintainedDatabase } from '../../part.ts'
import type { VacuumOutcome } from './work.ts'

type Done = Extract<VacuumOutcome, { kind: 'done' }>
const isDone = (one: VacuumOutcome): one is Done => one.kind === 'done'

export const nameOf = ({ step: { table } }: Pick<VacuumOutcome, 'step'>): string => `${table.schema}.${table.name}`

const removed = ({ before, after }: Done): number => Math.max(0, before.deadRows - after.deadRows)

/** Dead rows that went, at the mean size of a row of that table: room that is used again. */
export const reclaimedBytes = (one: Done): number => {
  const { liveRows, deadRows, heapBytes } = one.before
  return liveRows + deadRows === 0 ? 0 : removed(one) * (heapBytes / (liveRows + deadRows))
}

/** Told by findings of their own. */
export const isLeftAlone = ({ kind }: VacuumOutcome): boolean => kind === 'no-right' || kind === 'own-code'

const lockerWords = ({ pid, mode, granted, user, application, autovacuum }: Locker): string =>
  autovacuum
    ? `autovacuum (pid ${pid}) is at work on it`
    : `pid ${pid} ${user} ${application}`.trimEnd() + ` ${granted ? 'holds' : 'waits for'} ${mode}`

const whyNot = (one: VacuumOutcome): string | undefined => {
  if (one.kind === 'failed') return one.cause
  if (one.kind !== 'locked') return undefined
  return one.by.length === 0 ? 'it was locked for a moment' : one.by.map(lockerWords).join('; ')
}

/** Autovacuum does the same work: nothing is wrong with a table that it holds. */
const isHeldUp = (one: VacuumOutcome): boolean => one.kind === 'locked' && !one.by.some((locker) => locker.autovacuum)

type WorkTask = 'vacuum' | 'analyze'
const words: Record<WorkTask, string> = { vacuum: 'vacuumed', analyze: 'analyzed' }

const plural = (count: number): string => counted(count, 'table')

/** `12 of 13 tables vacuumed, 4,000 dead rows removed`; parents that are merely analyzed are not counted as vacuumed. */
const tell = (task: WorkTask, outcomes: readonly VacuumOutcome[], dryRun: boolean): string => {
  const done = words[task]
  const own = outcomes.filter((one) => !isLeftAlone(one) && (task === 'analyze' || one.step.does !== 'analyze'))
  if (own.length === 0) return `nothing left to be ${done}`
  if (dryRun) return `would have ${plural(own.length)} ${done}`
  const finished = own.filter(isDone)
  const told = `${finished.length} of ${plural(own.length)} ${done}`
  const rows = finished.reduce((sum, one) => sum + removed(one), 0)
  return task === 'vacuum' ? `${told}, ${formatCount(rows)} dead rows removed` : told
}

const mend: Record<'critical' | 'warning' | 'ok', string> = {
  critical: 'read the server log at that time; a damaged page needs a restore',
  warning: 'run it again when the session that holds the lock has ended',
  ok: '',
}

/** Whether every table could be vacuumed, or analyzed; who was in the way stands in the evidence. */
export const judgeWork = <Task extends WorkTask>(
  task: Task,
  outcomes: readonly VacuumOutcome[],
  { subject, context }: Pick<MaintainedDatabase, 'subject' | 'context'>,
): JudgedFinding<`db.${Task}`> => {
  const done = words[task]
  const [failed, held] = [outcomes.filter((one) => one.kind === 'failed'), outcomes.filter(isHeldUp)]
  const status = failed.length > 0 ? 'critical' : held.length > 0 ? 'warning' : 'ok'
  const [first] = [...failed, ...held]
  const told = tell(task, outcomes, context.dryRun)
  return finding({
    id: `db.${task}`,
    subject,
    status,
    title: first === undefined ? `${subject}: ${told}` : `${subject}: ${nameOf(first)} could not be ${done}`,
    observed: told,
    expected: `every table ${done}`,
    advice: mend[status],
    evidence: outcomes.flatMap((one) => (whyNot(one) === undefined ? [] : [`${nameOf(one)}: ${whyNot(one)}`])).slice(0, 20),
    audience: 'technical',
  })
}

/** A busy table has always a few that died a moment ago. */
const manyDeadRows = 1_000

const holderWords = ({ kind, name, user, application, state, sinceMs }: SnapshotHolder): string => {
  const since = sinceMs === undefined ? '' : ` for ${formatDuration(sinceMs)}`
  const who = [user, application].filter((word) => word !== '').join(' ')
  if (kind === 'prepared') return `prepared transaction ${name} of ${user}${since}`
  if (kind === 'slot') return `replication slot ${name}, ${state}`
  return kind === 'standby'
    ? `standby ${who} (hot_standby_feedback, pid ${name})`
    : `pid ${name} ${who}, ${state || 'state unknown'}${since}`
}

const release = (holder: SnapshotHolder): string => {
  const advice: Record<SnapshotHolder['kind'], string> = {
    session: `look at what it is doing, then end it: SELECT pg_terminate_backend(${/^\d+$/.test(holder.name) ? holder.name : ''});`,
    standby: 'end the long query on the standby, or set hot_standby_feedback = off there',
    prepared: 'COMMIT PREPARED or ROLLBACK PREPARED it',
    slot: 'let its reader catch up; if nobody will read it again, drop it: SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active;',
  }
  return `${advice[holder.kind]} Then vacuum again`
}

/** Dead rows that VACUUM had to leave because somebody may still see them, and who that is. */
export const judgeLeft = (
  outcomes: readonly VacuumOutcome[],
  holders: readonly SnapshotHolder[],
  { subject }: Pick<MaintainedDatabase, 'subject'>,
): JudgedFinding<'db.old-snapshot'> => {
  const left = outcomes.filter(isDone).filter((one) => one.after.deadRows >= manyDeadRows)
  const rows = left.reduce((sum, one) => sum + one.after.deadRows, 0)
  const [oldest] = holders
  const held = left.length > 0 && oldest !== undefined
  return finding({
    id: 'db.old-snapshot',
    subject,
    status: held ? 'warning' : 'ok',
    title: held
      ? `${subject}: ${formatCount(rows)} dead rows are kept by ${holderWords(oldest)}`
      : `${subject}: no dead rows are kept by an old snapshot`,
    observed: `${formatCount(rows)} dead rows left in ${plural(left.length)} after VACUUM${held ? `; the oldest snapshot is ${formatCount(oldest.ageTransactions)} transactions old` : ''}`,
    expected: `fewer than ${formatCount(manyDeadRows)} dead rows left in a table`,
    advice: held ? release(oldest) : '',
    evidence: held
      ? [...holders.map(holderWords), ...left.slice(0, 10).map((one) => `${nameOf(one)}: ${formatCount(one.after.deadRows)} dead rows`)]
      : [],
    audience: 'technical',
    measurements: [{ name: 'dead-rows-left', value: rows, unit: 'rows' }],
  })
}

const age = (transactions: number | undefined): string => (transactions === undefined ? '' : formatCount(transactions))
const arrow = (before: string, after: string): string => (before === after ? after : `${before} → ${after}`)

const gainsRow = (one: VacuumOutcome): readonly string[] => {
  const { before } = one
  const [dead, size] = [formatCount(before.deadRows), formatBytes(before.totalBytes)]
  if (one.kind !== 'done')
    return [nameOf(one), dead, size, '', age(before.freezeAge), one.kind === 'locked' ? 'locked' : one.kind === 'failed' ? 'failed' : '']
  const { after, tookMs } = one
  return [
    nameOf(one),
    arrow(dead, formatCount(after.deadRows)),
    arrow(size, formatBytes(after.totalBytes)),
    formatBytes(Math.round(reclaimedBytes(one))),
    arrow(age(before.freezeAge), age(after.freezeAge)),
    formatDuration(tookMs),
  ]
}

const gained = (one: VacuumOutcome): number => (one.kind === 'done' ? reclaimedBytes(one) : 0)

/** What each table gained, those that gained most first. */
export const gainsOf = (outcomes: readonly VacuumOutcome[], { context }: Pick<MaintainedDatabase, 'context'>): FactTable => ({
  title: context.dryRun ? 'vacuum would look after' : 'vacuum',
  columns: ['table', 'dead rows', 'size', 'room to use again', 'age in transactions', 'took'],
  rows: outcomes
    .filter((one) => one.step.does !== 'analyze')
    .toSorted((a, b) => gained(b) - gained(a) || b.before.deadRows - a.before.deadRows)
    .map(gainsRow),
})

/** The outputs of the action that VACUUM adds to. */
export const countsOf = (outcomes: readonly VacuumOutcome[]) => {
  const done = outcomes.filter(isDone).filter((one) => one.step.does !== 'analyze')
  return { vacuumed: done.length, 'reclaimed-bytes': done.reduce((sum, one) => sum + reclaimedBytes(one), 0) }
}

export const leftAlone = (outcomes: readonly VacuumOutcome[]): readonly LeftAlone[] =>
  outcomes.flatMap((one) => (one.kind === 'own-code' ? [{ name: nameOf(one), owner: one.before.owner, found: one.found }] : []))

export const noRights = (outcomes: readonly VacuumOutcome[]): readonly Forbidden[] =>
  outcomes.filter((one) => one.kind === 'no-right').map((one) => ({ name: nameOf(one), owner: one.before.owner }))
