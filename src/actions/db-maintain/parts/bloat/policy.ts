import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import { formatBytes, formatDuration, formatPercent } from '../../../../core/quantity.ts'
import { counted, formatCount } from '../../../../core/render/headline.ts'
import type { Threshold } from '../../../../core/threshold.ts'
import { type Bloat, type CollationMismatch, type Filling, type Sequence, whyWithheld } from '../../../../domain/postgres/bloat.ts'
import { grants, grantsFor } from '../../../../domain/postgres/grants.ts'
import { sqlIdentifier } from '../../../../domain/postgres/names.ts'
import type { TableStats } from '../../../../domain/postgres/table-stats.ts'
import { judgeWorst, type MeasuredThing } from '../../worst.ts'

/** What was counted of a table, with its name. */
export type NamedStats = TableStats & { readonly name: string }

const share = (part: number, rest: number): number => part / Math.max(part + rest, 1)

const manyDeadRows = 10_000

/** Tables with more than 10,000 dead rows, and what share of all rows those are. */
export const judgeDeadRows = (tables: readonly NamedStats[], threshold: Threshold, subject: string): JudgedFinding<'db.dead-rows'> =>
  judgeWorst({
    id: 'db.dead-rows',
    subject,
    threshold,
    looked: tables
      .filter((one) => one.deadRows > manyDeadRows)
      .map(({ name, deadRows, liveRows }) => ({
        name,
        value: share(deadRows, liveRows),
        words: `${formatCount(deadRows)} dead rows beside ${formatCount(liveRows)} live ones (${formatPercent(share(deadRows, liveRows))})`,
      })),
    healthy: `no table has more than ${formatCount(manyDeadRows)} dead rows`,
    title: ({ name, value }) => `${name} has ${formatPercent(value)} dead rows`,
    expected: `less than ${formatPercent(threshold.warning)} dead rows, from ${formatCount(manyDeadRows)} of them on`,
    advice: () =>
      'run the task `vacuum`; if they come back, let autovacuum come sooner: ALTER TABLE … SET (autovacuum_vacuum_scale_factor = 0.05);',
    measure: { name: 'dead-rows', unit: 'fraction' },
  })

/** A table that has fewer is not vacuumed by autovacuum either. */
const someDeadRows = 1_000

/** How long ago tables with dead rows were vacuumed; one that never was counts from `firstSeenMs`, its first sight by Ronde. */
export const judgeVacuumAge = (
  tables: readonly NamedStats[],
  firstSeenMs: (name: string) => number,
  { threshold, subject }: { readonly threshold: Threshold; readonly subject: string },
): JudgedFinding<'db.vacuum-age'> =>
  judgeWorst({
    id: 'db.vacuum-age',
    subject,
    threshold,
    looked: tables
      .filter((one) => one.deadRows >= someDeadRows)
      .map((one): MeasuredThing => {
        const value = Math.max(0, one.vacuumedMs ?? firstSeenMs(one.name))
        const when =
          one.vacuumedMs === undefined ? `never vacuumed, seen for ${formatDuration(value)}` : `vacuumed ${formatDuration(value)} ago`
        return { name: one.name, value, words: `${when}, ${formatCount(one.deadRows)} dead rows` }
      }),
    healthy: `no table with ${formatCount(someDeadRows)} dead rows or more`,
    title: ({ words, name }) => `${name} was ${words}`,
    expected: `tables with ${formatCount(someDeadRows)} dead rows or more vacuumed within ${formatDuration(threshold.warning)}`,
    advice: () =>
      'run the task `vacuum`, and see whether autovacuum is on and comes through: SELECT relname, last_autovacuum FROM pg_stat_user_tables;',
    measure: { name: 'vacuum-age', unit: 'ms' },
  })

const name = ({ schema, name: own }: { readonly schema: string; readonly name: string }): string => `${schema}.${own}`

const statementFor = (fillings: readonly Filling[]): string =>
  fillings
    .flatMap(({ kind, schema, name: own }) => {
      const [first, last] = [sqlIdentifier(schema), sqlIdentifier(own)]
      return kind === 'index' && first !== undefined && last !== undefined ? [`REINDEX INDEX CONCURRENTLY ${first}.${last};`] : []
    })
    .slice(0, 3)
    .join(' ')

type Grant = (typeof grants)['selectAll' | 'sequences']

/** For the schemas that hold them, as far as their names may stand in a statement. */
const grantsIn = (grant: Grant, schemas: readonly (string | undefined)[], role: string): string => {
  const names = [...new Set(schemas)].flatMap((one) => sqlIdentifier(one ?? '') ?? [])
  const statements = grantsFor(role, ...names.slice(0, 3).map((schema) => (to: string) => grant(schema, to)))
  return statements.length === 0 ? 'grant it SELECT on them' : `as a superuser: ${statements.join(' ')}`
}

const withheldWords: Record<Bloat['withheld'][number]['why'], (schemas: readonly (string | undefined)[], role: string) => string> = {
  held: () => 'somebody holds them against all others: see db.vacuum for who it is, then run it again',
  stale: () => 'their statistics are stale: run the task `analyze`',
  'not-analyzed': () => 'a column of theirs was not analyzed since it came: run the task `analyze`',
  'switched-off': () => 'a column of theirs has no statistics, by SET STATISTICS 0: set it to -1 and run ANALYZE, or install pgstattuple',
  'row-security': (_, role) =>
    `row-level security hides their statistics: as a superuser: ${grantsFor(role, (to) => `ALTER ROLE ${to} BYPASSRLS;`).join('') || 'ALTER ROLE … BYPASSRLS;'} Or install pgstattuple`,
  unreadable: (schemas, role) =>
    `our role may not read their statistics: ${grantsIn(grants.selectAll, schemas, role)} Or install pgstattuple`,
}

/** Room in tables and indexes that holds nothing. What cannot be estimated is said, and never guessed. */
export const judgeBloat = ({ fillings, withheld }: Bloat, threshold: Threshold, subject: string, role = ''): JudgedFinding<'db.bloat'> => {
  const judged = judgeWorst({
    id: 'db.bloat',
    subject,
    threshold,
    looked: fillings.map((one) => ({
      name: name(one),
      value: one.emptyBytes / Math.max(one.sizeBytes, 1),
      words: `${one.kind}, ${formatPercent(one.emptyBytes / Math.max(one.sizeBytes, 1))} of ${formatBytes(one.sizeBytes)} hold nothing (${one.how})`,
    })),
    healthy: 'no table or index of 10 MB or more is bloated',
    title: ({ name: worst, value }) => `${worst} holds nothing in ${formatPercent(value)} of its room`,
    expected: `less than ${formatPercent(threshold.warning)} of a table or index of 10 MB or more`,
    advice: (bad) => {
      const indexes = fillings.filter((one) => one.kind === 'index' && bad.some((other) => other.name === name(one)))
      return `a table that fills up again daily needs nothing: the room is used again. ${statementFor(indexes)} A table gives room back by VACUUM FULL, which locks it, or by pg_repack`.replace(
        '  ',
        ' ',
      )
    },
    measure: { name: 'bloat', unit: 'fraction' },
  })
  if (withheld.length === 0) return judged
  const why = whyWithheld.flatMap((one) => {
    const those = withheld.filter((other) => other.why === one)
    const schemas = those.map((other) => other.schema)
    return those.length === 0 ? [] : [`${counted(those.length, 'relation')}: ${withheldWords[one](schemas, role)}`]
  })
  const evidence = [
    ...judged.evidence,
    ...withheld.slice(0, 10).map((one) => `${one.name}: not estimated, ${formatBytes(one.sizeBytes)}, ${one.why}`),
  ]
  return judged.status === 'ok' ? { ...judged, cleared: false, evidence, notChecked: why.join('; '), advice: '' } : { ...judged, evidence }
}

const usedShare = ({ last, first, limit }: Sequence): number =>
  last === undefined || limit === first ? 0 : (last - first) / (limit - first)

/** How far sequences are, with the type of the column that they fill; one that begins anew at its end never runs out. */
export const judgeSequences = (
  sequences: readonly Sequence[],
  threshold: Threshold,
  subject: string,
  role = '',
): JudgedFinding<'db.sequence'> => {
  const [hidden, held] = [sequences.filter((one) => !one.readable), sequences.filter((one) => one.readable && one.held)]
  const judged = judgeWorst({
    id: 'db.sequence',
    subject,
    threshold,
    looked: sequences
      .filter((one) => !one.cycles && one.last !== undefined)
      .map((one) => ({
        name: name(one),
        value: usedShare(one),
        words: `at ${one.last} of ${one.limit}, ${formatPercent(usedShare(one))} used${one.column === '' ? '' : `, fills ${one.column}`}`,
      })),
    healthy: 'no sequence in use',
    title: ({ name: worst, value }) => `sequence ${worst} has used ${formatPercent(value)} of its numbers`,
    expected: `less than ${formatPercent(threshold.warning)} of its numbers, or of those of its column`,
    advice: () =>
      'when they are used up every INSERT fails: widen the column and its sequence to bigint in a quiet hour (ALTER TABLE rewrites the table), and the columns that refer to it',
    measure: { name: 'sequence-used', unit: 'fraction' },
  })
  if (hidden.length + held.length === 0 || judged.status !== 'ok') return judged
  const statements = grantsIn(
    grants.sequences,
    hidden.map((one) => one.schema),
    role,
  )
  return {
    ...judged,
    cleared: false,
    evidence: [...hidden, ...held].slice(0, 10).map(name),
    notChecked: [
      ...(hidden.length === 0 ? [] : [`${counted(hidden.length, 'sequence')} may not be read`]),
      ...(held.length === 0 ? [] : [`${counted(held.length, 'sequence')} held by another session`]),
    ].join('; '),
    advice: hidden.length === 0 ? 'run it again when that session has ended' : statements,
  }
}

/** Collations whose library changed under the indexes, as when an image brings another libc or ICU. */
export const judgeCollations = (
  mismatches: readonly CollationMismatch[],
  database: string,
  subject: string,
): JudgedFinding<'db.collation'> => {
  const [first] = mismatches
  const quoted = sqlIdentifier(database)
  const refresh = quoted === undefined ? '' : `ALTER DATABASE ${quoted} REFRESH COLLATION VERSION; and `
  const more = mismatches.length > 1 ? ` and ${mismatches.length - 1} more` : ''
  return finding({
    id: 'db.collation',
    subject,
    status: first === undefined ? 'ok' : 'warning',
    title:
      first === undefined ? `${subject}: collations are those of the indexes` : `${subject}: the rules of ${first.name} changed${more}`,
    observed:
      first === undefined
        ? 'recorded versions are the present ones'
        : `${first.name}: recorded ${first.recorded}, now ${first.actual || 'none'}`,
    expected: 'the versions that the indexes were built with',
    advice:
      first === undefined
        ? ''
        : `indexes on text may miss rows or let duplicates in. In a quiet hour: REINDEX (CONCURRENTLY) the database, then ${refresh}ALTER COLLATION … REFRESH VERSION for the others; or go back to the former image`,
    evidence: mismatches
      .slice(0, 20)
      .map((one) => `${one.name}: recorded ${one.recorded}, now ${one.actual || 'none'}${one.used ? '' : ', not in use'}`),
    certainty: 'hard',
    audience: 'technical',
  })
}

const mostSkewMs = 60_000

/** Every age and every growth is told by a clock. */
export const judgeClock = (aheadMs: number, subject: string): JudgedFinding<'db.clock'> =>
  finding({
    id: 'db.clock',
    subject,
    status: Math.abs(aheadMs) > mostSkewMs ? 'warning' : 'ok',
    title: Math.abs(aheadMs) > mostSkewMs ? `${subject}: its clock and ours differ` : `${subject}: its clock agrees with ours`,
    observed: `${formatDuration(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} the runner`,
    expected: `at most ${formatDuration(mostSkewMs)} apart`,
    advice: Math.abs(aheadMs) > mostSkewMs ? 'see which of the two is wrong (timedatectl), and let it keep time with NTP' : '',
    audience: 'infrastructure',
    measurements: [{ name: 'clock-ahead', value: aheadMs, unit: 'ms' }],
  })
