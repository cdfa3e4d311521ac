import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { largest } from '../../../../core/largest.ts'
import { formatBytes, formatDuration, formatPercent } from '../../../../core/quantity.ts'
import { counted, formatCount } from '../../../../core/render/headline.ts'
import { judge, type Threshold } from '../../../../core/threshold.ts'
import type { Index, TableScans } from '../../../../domain/postgres/indexes.ts'
import { sqlIdentifier } from '../../../../domain/postgres/names.ts'
import { type TableName, tableNamesLike } from '../../../../domain/postgres/table-name.ts'

export const indexName = ({ schema, name }: Pick<Index, 'schema' | 'name'>): string => `${schema}.${name}`

/** A statement about an index, when its name may stand in one. */
const about = (index: Index, statement: string): string | undefined => {
  const [schema, name] = [sqlIdentifier(index.schema), sqlIdentifier(index.name)]
  return schema === undefined || name === undefined ? undefined : `${statement} ${schema}.${name};`
}
const statements = (indexes: readonly Index[], statement: string): string =>
  indexes
    .flatMap((one) => about(one, statement) ?? [])
    .slice(0, 5)
    .join(' ')

export const isMeant = (wanted: TableName, { schema, name }: Index): boolean =>
  wanted.name === name && (wanted.schema === undefined || wanted.schema === schema)

/** Fewer rows are read as fast without an index. */
const manyRows = 10_000
const dayMs = 86_400_000

export type IndexKnowledge = {
  readonly indexes: readonly Index[]
  readonly scans: readonly TableScans[]
  /** How long the counters have counted. */
  readonly countersMs: number
}

type Word = Pick<JudgedFinding, 'status' | 'observed' | 'advice'>

const wordOf = (found: readonly Index[], { scans, countersMs }: IndexKnowledge): Word => {
  const broken = found.find((one) => !one.valid && !one.building)
  if (broken !== undefined)
    return {
      status: 'critical',
      observed: 'it is there and not valid: no query uses it',
      advice: statements([broken], 'REINDEX INDEX CONCURRENTLY'),
    }
  if (found.some((one) => one.building)) return { status: 'ok', observed: 'it is being built', advice: '' }
  const used = found.reduce((sum, one) => sum + one.scans, 0)
  const rows = largest(found.map((one) => scans.find((table) => table.oid === one.tableOid)?.liveRows ?? 0))
  const observed = `valid, ${formatBytes(found.reduce((sum, one) => sum + one.sizeBytes, 0))}, ${counted(used, 'scan')} in ${formatDuration(countersMs)}`
  const idle = used === 0 && rows > manyRows && countersMs >= dayMs
  return {
    status: idle ? 'warning' : 'ok',
    observed,
    advice: idle ? 'see with EXPLAIN whether the query that it is for still matches its columns and their order' : '',
  }
}

/** An index that the configuration expects: there, valid, and used. `database` is its name. */
export const judgeExpected = (wanted: TableName, known: IndexKnowledge, database: string): JudgedFinding<'db.index-expected'> => {
  const found = known.indexes.filter((one) => isMeant(wanted, one))
  const shared = {
    id: 'db.index-expected',
    subject: `index/${database}.${wanted.shown}`,
    expected: 'a valid index that is used',
    audience: 'technical',
  } as const
  if (found.length === 0) {
    const hint = tableNamesLike(wanted, known.indexes)
    return finding({
      ...shared,
      status: 'critical',
      title: `index ${wanted.shown} is not there`,
      observed: `no index of that name in ${database}${hint}`,
      advice:
        'create it again: its definition stands in the migrations of the application, or in the schema snapshot; use CREATE INDEX CONCURRENTLY',
      certainty: 'hard',
    })
  }
  const word = wordOf(found, known)
  const title =
    word.status === 'ok'
      ? `index ${wanted.shown} is there`
      : `index ${wanted.shown} is ${word.status === 'critical' ? 'not valid' : 'not used'}`
  return finding({ ...shared, ...word, title, certainty: word.status === 'critical' ? 'hard' : 'soft' })
}

type Group<Id extends string> = {
  readonly id: Id
  readonly subject: string
  readonly bad: readonly Index[]
  readonly what: string
  readonly expected: string
  readonly advice: string
  readonly evidence: readonly string[]
  readonly hard?: true
}

const groupFinding = <const Id extends string>({
  id,
  subject,
  bad,
  what,
  expected,
  advice,
  evidence,
  hard,
}: Group<Id>): JudgedFinding<Id> => {
  const [first] = bad
  const more = bad.length > 1 ? ` and ${bad.length - 1} more` : ''
  return finding({
    id,
    subject,
    status: first === undefined ? 'ok' : 'warning',
    title: first === undefined ? `${subject}: no ${what} index` : `${subject}: ${what} index ${indexName(first)}${more}`,
    observed: `${bad.length} ${what}`,
    expected,
    advice: first === undefined ? '' : advice,
    evidence: evidence.slice(0, 20),
    certainty: hard === undefined ? 'soft' : 'hard',
    audience: 'technical',
    measurements: [{ name: `indexes-${what}`, value: bad.length, unit: 'indexes' }],
  })
}

/** What REINDEX CONCURRENTLY left when it was cut short: a copy that nobody asked for. */
export const isLeftover = ({ name, valid, building, ofConstraint }: Index): boolean =>
  !valid && !building && !ofConstraint && /_cc(?:new|old)\d*$/.test(name)

/** Those that a cancelled CREATE INDEX CONCURRENTLY left; one that is being built is none of them, nor is one of a parent that lacks a part. */
export const judgeInvalid = (indexes: readonly Index[], subject: string): JudgedFinding<'db.index-invalid'> => {
  const bad = indexes.filter((one) => !one.valid && !one.building && !one.partitioned)
  const [leftovers, broken] = [bad.filter(isLeftover), bad.filter((one) => !isLeftover(one))]
  const advice = [statements(broken, 'REINDEX INDEX CONCURRENTLY'), statements(leftovers, 'DROP INDEX CONCURRENTLY')].filter(
    (one) => one !== '',
  )
  return groupFinding({
    id: 'db.index-invalid',
    subject,
    bad,
    what: 'invalid',
    expected: 'every index valid and ready',
    advice: `no query uses it, and every write keeps it up. Build it anew, or drop it: ${advice.join(' ')} The task \`reindex\` does that`,
    evidence: bad.map((one) => `${indexName(one)} on ${one.table}, ${formatBytes(one.sizeBytes)}${one.ready ? '' : ', not ready'}`),
    hard: true,
  })
}

/** Nothing changes when the other one goes: it is at least as strict, and as soon. */
const replaces = (kept: Index, other: Index): boolean =>
  !other.unique || (kept.unique && (kept.nullsEqual || !other.nullsEqual) && (kept.immediate || !other.immediate))

/** The one that goes first: a plain one before a unique one, then the last by name. */
const weight = (one: Index): number => (one.ofConstraint ? 0 : one.ofTable ? 1 : one.unique ? (one.nullsEqual ? 2 : 3) : 4)

type Pair = { readonly index: Index; readonly kept: Index }

/** Of indexes that look alike, those that another one of them replaces which stays. */
const redundantAmong = (same: readonly Index[], isExpected: (one: Index) => boolean): readonly Pair[] => {
  const staying = same.toSorted((a, b) => weight(a) - weight(b) || (a.name < b.name ? -1 : 1))
  const going: Pair[] = []
  for (const index of staying.toReversed()) {
    const protectedOne = index.ofConstraint || index.ofTable || index.attached || isExpected(index)
    const kept = protectedOne ? undefined : staying.find((other) => other !== index && replaces(other, index))
    if (kept === undefined) continue
    staying.splice(staying.indexOf(index), 1)
    going.push({ index, kept })
  }
  return going.toReversed()
}

const redundant = (indexes: readonly Index[], expected: readonly TableName[]): readonly Pair[] => {
  const groups = Map.groupBy(
    indexes.filter((one) => one.valid),
    ({ tableOid, definition }) => `${tableOid} ${definition}`,
  )
  return [...groups.values()].flatMap((same) => redundantAmong(same, (one) => expected.some((wanted) => isMeant(wanted, one))))
}

/** Indexes that do what another one of the same table does; never one that the configuration expects. */
export const judgeDuplicates = (
  indexes: readonly Index[],
  subject: string,
  expected: readonly TableName[] = [],
): JudgedFinding<'db.index-duplicate'> => {
  const pairs = redundant(indexes, expected)
  const bad = pairs.map(({ index }) => index)
  const held = indexes.filter((one) => one.held)
  const judged = groupFinding({
    id: 'db.index-duplicate',
    subject,
    bad,
    what: 'duplicate',
    expected: 'no two indexes of a table alike',
    advice: `each costs room and time of every write. Take it out of the application's migrations, then: ${statements(bad, 'DROP INDEX CONCURRENTLY')}`,
    evidence: pairs.map(
      ({ index, kept }) => `${indexName(index)} does what ${indexName(kept)} does on ${index.table}, ${formatBytes(index.sizeBytes)}`,
    ),
  })
  if (held.length === 0 || judged.status !== 'ok') return judged
  const notChecked = `${formatCount(held.length)} of tables that somebody holds`
  return { ...judged, cleared: false, notChecked, evidence: held.slice(0, 10).map((one) => `${indexName(one)}: ${one.table} is held`) }
}

const fewScans = 50
const worthBytes = 10e6
const settledMs = 30 * dayMs

export type Young = (index: Index) => boolean

/** Large indexes that hardly any query uses; withheld while the counters, or the index, are too young to tell. A constraint's is never one, nor one that the configuration expects. */
export const judgeUnused = (
  { indexes, countersMs }: IndexKnowledge,
  isSpared: Young,
  subject: string,
): JudgedFinding<'db.index-unused'> => {
  const young = countersMs < settledMs
  const candidates = indexes.filter(
    (one) =>
      one.valid &&
      !one.partitioned &&
      !one.unique &&
      !one.ofConstraint &&
      !one.ofTable &&
      one.scans <= fewScans &&
      one.sizeBytes >= worthBytes &&
      !isSpared(one),
  )
  const bad = young ? [] : candidates.toSorted((a, b) => b.sizeBytes - a.sizeBytes)
  const judged = groupFinding({
    id: 'db.index-unused',
    subject,
    bad,
    what: 'unused',
    expected: `more than ${fewScans} scans of each index of ${formatBytes(worthBytes)} or more, in ${formatDuration(settledMs)} or more`,
    advice: `make sure that no standby and no yearly job uses it, take it out of the migrations, then: ${statements(bad, 'DROP INDEX CONCURRENTLY')}`,
    evidence: bad.map(
      (one) =>
        `${indexName(one)} on ${one.table}: ${formatBytes(one.sizeBytes)}, ${counted(one.scans, 'scan')} in ${formatDuration(countersMs)}`,
    ),
  })
  if (!young) return judged
  const cause = `the counters are ${formatDuration(countersMs)} old`
  return {
    ...judged,
    cleared: false,
    observed: cause,
    notChecked: cause,
    advice: `unused indexes are told from ${formatDuration(settledMs)} on`,
  }
}

/** A dump reads every table once; that is no want of an index. */
const manyScans = 20

const share = ({ indexScans, sequentialScans }: TableScans): number => indexScans / Math.max(indexScans + sequentialScans, 1)

/** Large tables that are read from end to end where an index would do. */
export const judgeIndexUse = (scans: readonly TableScans[], threshold: Threshold, subject: string): JudgedFinding<'db.index-use'> => {
  const large = scans.filter((one) => one.liveRows > manyRows && one.sequentialScans >= manyScans)
  const sorted = large.toSorted((a, b) => share(a) - share(b) || b.sequentialRows - a.sequentialRows)
  const bad = sorted.filter((one) => judge(share(one), threshold).status !== 'ok')
  const [worst] = sorted
  const word = worst === undefined ? ({ status: 'ok', cleared: true } as const) : judge(share(worst), threshold)
  const describe = (one: TableScans) =>
    `${one.schema}.${one.name}: ${formatPercent(share(one))} of ${counted(one.indexScans + one.sequentialScans, 'scan')} by index, ${formatCount(one.liveRows)} rows`
  return finding({
    id: 'db.index-use',
    subject,
    ...word,
    title:
      bad[0] === undefined
        ? `${subject}: large tables are read by index`
        : `${subject}: ${bad[0].schema}.${bad[0].name} is read without an index`,
    observed: worst === undefined ? `no table of more than ${formatCount(manyRows)} rows is read from end to end` : describe(worst),
    expected: `more than ${formatPercent(threshold.warning)} of the scans by index, in tables of more than ${formatCount(manyRows)} rows`,
    advice:
      bad.length === 0
        ? ''
        : 'find the query that reads it whole (task slow-queries, or auto_explain), and create an index on the columns of its WHERE: CREATE INDEX CONCURRENTLY',
    evidence: bad.slice(0, 20).map(describe),
    audience: 'technical',
    measurements: worst === undefined ? [] : [{ name: 'index-use', value: share(worst) * 100, unit: '%' }],
  })
}
