import { list } from '../../../../core/options/list.ts'
import { formatCount } from '../../../../core/render/headline.ts'
import type { Index } from '../../../../domain/postgres/indexes.ts'
import { sqlIndexName } from '../../../../domain/postgres/sql-name.ts'
import type { TableName } from '../../../../domain/postgres/table-name.ts'
import { seeCountersAge, seeIndexes, seeTableScans } from '../../../../probes/postgres/indexes.ts'
import { createFirstSights } from '../../first-sights.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { limitOf } from '../../thresholds.ts'
import { indexName, isMeant, judgeDuplicates, judgeExpected, judgeIndexUse, judgeInvalid, judgeUnused } from './policy.ts'

const youngMs = 30 * 86_400_000

/** PostgreSQL does not know when an index was made: an index is young when it appeared between two runs of Ronde less than 30 days ago. */
const youngIn = ({ target, context }: MaintainedDatabase, indexes: readonly Index[]) => {
  const sights = createFirstSights(context, { note: `db.indexes ${target.subject}`, names: indexes.map(indexName), atFirst: 'old' })
  return (index: Index): boolean => sights.sinceMs(indexName(index)) < youngMs
}

const run = async (options: TaskOptions & { readonly 'expected-indexes': readonly TableName[] }, maintained: MaintainedDatabase) => {
  const { session, target, subject, tables, named } = maintained
  const oids = new Set(tables.map((one) => one.oid))
  const indexes = await seeIndexes(session)
  const scans = await seeTableScans(session, [...new Set([...oids, ...indexes.map((one) => one.tableOid)])])
  const all = { indexes, scans, countersMs: await seeCountersAge(session) }
  const own = { ...all, indexes: named ? indexes.filter((one) => oids.has(one.tableOid)) : indexes }
  const isYoung = youngIn(maintained, indexes)
  const expected = options['expected-indexes']
  return {
    completed: true,
    findings: [
      ...expected.map((wanted) => judgeExpected(wanted, all, target.database)),
      judgeInvalid(own.indexes, subject),
      judgeDuplicates(own.indexes, subject, expected),
      judgeUnused(own, (one) => isYoung(one) || expected.some((wanted) => isMeant(wanted, one)), subject),
      judgeIndexUse(
        scans.filter((one) => !named || oids.has(one.oid)),
        limitOf(options.thresholds, 'index-use'),
        subject,
      ),
    ],
    line: `${formatCount(own.indexes.length)} indexes`,
  }
}

export const part = definePart({
  name: 'indexes',
  description: 'Expected, invalid, duplicate and unused indexes, and tables that want one.',
  order: 50,
  ids: ['db.index-duplicate', 'db.index-expected', 'db.index-invalid', 'db.index-unused', 'db.index-use', ...taskIds],
  options: {
    'expected-indexes': list(sqlIndexName(), { uniqueBy: ({ schema, name }) => JSON.stringify([schema, name]) })
      .default([])
      .meta({ description: 'Indexes that must be there, valid and in use.' }),
  },
  run,
})
