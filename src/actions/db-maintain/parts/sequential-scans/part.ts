import { seeTableScans } from '../../../../probes/postgres/indexes.ts'
import { countersPart } from '../../../../probes/postgres/parts.ts'
import { readOnly } from '../../../../probes/postgres/read-only.ts'
import { keepCounters, readCounters } from '../../counter-note.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { baseLine, counterOf, judgeSequentialScans, noteName, readSince } from './policy.ts'

/** The partitioned table at the top, by the oid of a partition. */
const topOf = ({ tables }: MaintainedDatabase): ((oid: number) => string | undefined) => {
  const byOid = new Map(tables.map((one) => [one.oid, one]))
  return (oid) => {
    const top = byOid.get(byOid.get(oid)?.ancestors.at(-1) ?? -1)
    return top === undefined ? undefined : `${top.schema}.${top.name}`
  }
}

const run = async (_options: TaskOptions, maintained: MaintainedDatabase) => {
  const { session, target, subject, tables, context } = maintained
  const note = `db.sequential-scans ${target.subject}`
  const before = readCounters(context, note)
  const scans = await seeTableScans(
    session,
    tables.map((one) => one.oid),
  )
  const { statsReset: reset } = countersPart.read(await readOnly(session, countersPart.sql))
  keepCounters(context, note, { reset, entries: new Map(scans.map((one) => [noteName(one), counterOf(one)])) })
  if (before === undefined) return { completed: true, findings: [baseLine(scans.length, subject)] }
  const judged = judgeSequentialScans(readSince(scans, { before, reset, parentOf: topOf(maintained) }), context.now() - before.at, subject)
  return { completed: true, findings: [judged] }
}

export const part = definePart({
  name: 'sequential-scans',
  description: 'Large tables that are read from end to end again and again, since the last run.',
  order: 80,
  ids: ['db.sequential-scans', ...taskIds],
  options: {},
  run,
})
