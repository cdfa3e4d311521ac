import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { PastMeasurement } from '../../../../contract/history.ts'
import type { Instant, Seen } from '../../../../contract/seen.ts'
import { worstStatus } from '../../../../contract/status.ts'
import { formatBytes, formatDuration, formatPercent } from '../../../../core/quantity.ts'
import type { FactTable } from '../../../../core/render/view.ts'
import { judge, type Threshold } from '../../../../core/threshold.ts'
import type { Sizes, Volume } from '../../../../domain/postgres/sizes.ts'

const dayMs = 86_400_000
/** A shorter time says nothing of a month. */
const leastMs = 0.9 * dayMs
const longestMs = 92 * dayMs

/** Bytes a day over up to three months; `undefined` until there is a value of about a day ago. */
export const growthOf = (bytes: number, past: readonly PastMeasurement[], now: Instant): number | undefined => {
  const old = past.filter((one) => now - one.at >= leastMs && now - one.at <= longestMs).toSorted((a, b) => a.at - b.at)[0]
  return old === undefined ? undefined : ((bytes - old.value) * dayMs) / (now - old.at)
}

const signed = (bytes: number): string => `${bytes < 0 ? '' : '+'}${formatBytes(Math.round(bytes))}`

export type SizeObservation = {
  readonly sizes: Sizes
  readonly past: readonly PastMeasurement[]
  readonly now: Instant
  readonly subject: string
}

/** The size of the database, what it gained since the last run, and a day. */
export const judgeDatabaseSize = ({ sizes, past, now, subject }: SizeObservation): JudgedFinding<'db.size'> => {
  const { databaseBytes } = sizes
  const [last] = past
  const growth = growthOf(databaseBytes, past, now)
  const since =
    last === undefined ? '' : `, ${signed(databaseBytes - last.value)} in ${formatDuration(Math.max(0, now - last.at))} since the last run`
  const daily = growth === undefined ? '' : `, ${signed(growth)} a day`
  return finding({
    id: 'db.size',
    subject,
    status: 'ok',
    title: `${subject}: ${formatBytes(databaseBytes)}`,
    observed: `${formatBytes(databaseBytes)}${since}${daily}`,
    expected: 'a size that is known, and compared from run to run',
    audience: 'technical',
    measurements: [{ name: 'database-size', value: databaseBytes, unit: 'bytes' }],
  })
}

const fullInMs = ({ freeBytes }: Volume, growth: number | undefined): number | undefined =>
  growth === undefined || growth <= 0 ? undefined : Math.round((freeBytes / growth) * dayMs)

export type Limits = { readonly free: Threshold; readonly days: Threshold }

/** How much room the volume has left, and when the database will have filled it. A volume that cannot be seen is said. */
export const judgeVolume = (
  volume: Seen<Volume>,
  { sizes, past, now, subject }: SizeObservation,
  limits: Limits,
): JudgedFinding<'db.volume'> => {
  const shared = { id: 'db.volume', subject, audience: 'infrastructure' } as const
  if (!volume.seen) {
    return finding({
      ...shared,
      status: 'ok',
      notChecked: volume.cause,
      cleared: false,
      title: `${subject}: room left not checked`,
      observed: volume.cause,
      expected: '',
      advice: volume.advice,
    })
  }
  const { totalBytes, freeBytes, path } = volume.value
  const full = fullInMs(volume.value, growthOf(sizes.databaseBytes, past, now))
  const words = [judge(freeBytes / totalBytes, limits.free), ...(full === undefined ? [] : [judge(full, limits.days)])]
  const status = worstStatus(words.map((one) => one.status))
  const share = formatPercent(freeBytes / totalBytes)
  const when = full === undefined ? '' : `, full in about ${formatDuration(Math.round(full / dayMs) * dayMs)} at this growth`
  return finding({
    ...shared,
    status,
    cleared: words.every((one) => one.cleared),
    title: `${subject}: ${share} of its volume free${when}`,
    observed: `${path}: ${formatBytes(freeBytes)} of ${formatBytes(totalBytes)} free (${share})${when}`,
    expected: `more than ${formatPercent(limits.free.warning)} free, and not full within ${formatDuration(limits.days.warning)}`,
    advice:
      status === 'ok'
        ? ''
        : 'a full volume stops the server: free room beside the database first (old dumps, logs, images), then see which tables grow, and enlarge the volume',
    evidence: status === 'ok' ? [] : sizes.tables.slice(0, 10).map((one) => `${one.name}: ${formatBytes(one.totalBytes)}`),
    measurements: [{ name: 'volume-free', value: freeBytes, unit: 'bytes' }],
  })
}

export type PastSizes = Readonly<Record<string, number>>

/** The largest tables, and what each gained since the last run. */
export const sizeTable = ({ tables }: Sizes, before: PastSizes): FactTable => ({
  title: 'size',
  columns: ['table', 'size', 'of it indexes', 'since the last run'],
  rows: tables
    .slice(0, 20)
    .map(({ name, totalBytes, indexBytes }) => [
      name,
      formatBytes(totalBytes),
      formatBytes(indexBytes),
      Object.hasOwn(before, name) ? signed(totalBytes - Number(before[name])) : '',
    ]),
})
