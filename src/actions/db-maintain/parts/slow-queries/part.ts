import { grants, grantsFor } from '../../../../domain/postgres/grants.ts'
import type { StatementCounters } from '../../../../domain/postgres/statements.ts'
import { type StatementsPlace, seeQueryTexts, seeStatements } from '../../../../probes/postgres/statements.ts'
import { keepCounters, readCounters } from '../../counter-note.ts'
import { lacksRights, notDone, taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOutcome } from '../../part.ts'
import { limitOf } from '../../thresholds.ts'
import { baseLine, counterOf, judgeSlowQueries, notCounted, type SlowQuerySubject, slowQueries, tableOf } from './policy.ts'

/** The others have taken too little time in all to be slow. */
const mostKept = 1_000

const compare = async (
  maintained: MaintainedDatabase,
  counters: StatementCounters,
  place: StatementsPlace,
  about: SlowQuerySubject,
): Promise<TaskOutcome<'db.slow-queries'>> => {
  const { session, target, context } = maintained
  const note = `db.slow-queries ${target.subject}`
  const before = readCounters(context, note)
  const kept = counters.list.slice(0, mostKept).map((one) => [one.key, counterOf(one)] as const)
  keepCounters(context, note, { reset: counters.reset, entries: new Map(kept) })
  if (before === undefined) return { completed: true, findings: [baseLine(counters, about)] }
  const slow = slowQueries(counters, before, about)
  const ids = [...new Set(slow.shown.map((one) => one.counter.queryId))]
  const texts = await seeQueryTexts(session, place, ids)
  const judged = judgeSlowQueries({ ...slow, texts, sinceMs: context.now() - before.at, hidden: counters.hidden }, about)
  return {
    completed: true,
    findings: [judged],
    ...(slow.count === 0 ? {} : { gains: tableOf({ ...slow, texts }) }),
    line: slow.count === 0 ? 'no slow query' : `${slow.count} slow ${slow.count === 1 ? 'query' : 'queries'}`,
  }
}

export const part = definePart({
  name: 'slow-queries',
  description: 'Queries that take long, by `pg_stat_statements`, since the last run.',
  order: 70,
  ids: ['db.slow-queries', ...taskIds],
  options: {},
  run: async ({ thresholds }, maintained) => {
    const { subject, server, target } = maintained
    const about: SlowQuerySubject = { subject, role: server.user, threshold: limitOf(thresholds, 'slow-query') }
    const seen = await seeStatements(maintained.session)
    if (seen.kind === 'counters') return compare(maintained, seen.counters, seen.place, about)
    if (seen.kind === 'not allowed') {
      return notDone(lacksRights(target.database, 'slow-queries', { what: seen.what, grants: grantsFor(server.user, grants.monitor) }))
    }
    return { completed: true, findings: [notCounted(seen.kind, about)] }
  },
})
