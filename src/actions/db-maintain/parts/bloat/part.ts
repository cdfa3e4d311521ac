import { judgeWraparound } from '../../../../domain/postgres/wraparound.ts'
import { seeBloat } from '../../../../probes/postgres/bloat.ts'
import { seeCollationMismatches, seeSequences } from '../../../../probes/postgres/limits.ts'
import { freezeAgePart } from '../../../../probes/postgres/parts.ts'
import { readOnly } from '../../../../probes/postgres/read-only.ts'
import { seeTableStats } from '../../../../probes/postgres/table-stats.ts'
import { createFirstSights } from '../../first-sights.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { limitOf } from '../../thresholds.ts'
import { judgeBloat, judgeClock, judgeCollations, judgeDeadRows, judgeSequences, judgeVacuumAge, type NamedStats } from './policy.ts'

const statsOf = async ({ session, tables, server }: MaintainedDatabase): Promise<readonly NamedStats[]> => {
  const leaves = tables.filter((one) => one.kind !== 'p')
  const stats = await seeTableStats(
    session,
    leaves.map((one) => one.oid),
    server.major,
  )
  return leaves.flatMap(({ oid, schema, name }) => {
    const found = stats.get(oid)
    return found === undefined ? [] : [{ ...found, name: `${schema}.${name}` }]
  })
}

const run = async ({ thresholds }: TaskOptions, maintained: MaintainedDatabase) => {
  const { session, target, server, subject, tables, named, context } = maintained
  const stats = await statsOf(maintained)
  const oids = tables.map((one) => one.oid)
  const names = stats.map((one) => one.name)
  const sights = createFirstSights(context, { note: `db.tables ${target.subject}`, names, atFirst: 'new' })
  const freezeAge = freezeAgePart.read(await readOnly(session, freezeAgePart.sql))
  const bloat = await seeBloat(session, oids)
  return {
    completed: true,
    findings: [
      judgeDeadRows(stats, limitOf(thresholds, 'dead-rows'), subject),
      judgeVacuumAge(stats, sights.sinceMs, { threshold: limitOf(thresholds, 'vacuum-age'), subject }),
      judgeBloat(bloat, limitOf(thresholds, 'bloat'), subject, server.user),
      judgeWraparound(freezeAge, { subject: target.subject, thresholds }),
      judgeSequences(await seeSequences(session, named ? oids : null), limitOf(thresholds, 'sequence'), subject, server.user),
      judgeCollations(await seeCollationMismatches(session, server.major), target.database, subject),
      judgeClock(server.clockAheadMs, target.subject),
    ],
  }
}

export const part = definePart({
  name: 'bloat',
  description: 'Bloat, dead rows, age of the last vacuum, wraparound, sequences and collations.',
  order: 60,
  ids: ['postgres.wraparound', 'db.bloat', 'db.clock', 'db.collation', 'db.dead-rows', 'db.sequence', 'db.vacuum-age', ...taskIds],
  options: {},
  run,
})
