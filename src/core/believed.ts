import type { Past } from '../contract/past.ts'
import type { Report } from '../contract/report.ts'
import type { Instant } from '../contract/seen.ts'

/** The longest deadline that anything of Ronde has: work that says it goes on for longer is not believed. */
export const longestWorkMs = 24 * 3_600_000
/** Between the clocks of two machines; one that is further ahead cannot be merged with others. */
export const clockToleranceMs = 5 * 60_000

export type Believed = {
  /** Without what cannot be. */
  readonly report: Report
  /** What that was, for people. */
  readonly doubts: readonly string[]
}

const timesOf = ({ at, findings }: Past): readonly Instant[] => [
  ...at,
  ...findings.flatMap((one) => [...(one.at ?? []), ...(one.trend?.values ?? []).map(([time]) => time)]),
]

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/**
 * No instant of a report counts beyond what its kind can be: work ends within a day of the report's start, the past lies before it. Anybody who
 * may upload a report could else silence its server for ever. A past with one wrong time is none: half a past would lie.
 */
export const believed = (report: Report): Believed => {
  const { origin, startedAt } = report
  if (origin === undefined) return { report, doubts: [] }
  const { past, work, ...rest } = origin
  const start = Date.parse(startedAt)
  const endless = (work ?? []).filter(({ until }) => until > start + longestWorkMs)
  const kept = (work ?? []).filter((one) => !endless.includes(one))
  const ahead = past === undefined ? 0 : timesOf(past).filter((at) => at > start + clockToleranceMs).length
  const doubts = [
    ...(endless.length > 0 ? [`${plural(endless.length, 'work')} that would end more than 24 h after the report began`] : []),
    ...(ahead > 0 ? [`a past with ${plural(ahead, 'time')} after the report began`] : []),
  ]
  if (doubts.length === 0) return { report, doubts }
  const sound = { ...rest, ...(past === undefined || ahead > 0 ? {} : { past }), ...(kept.length === 0 ? {} : { work: kept }) }
  return { report: { ...report, origin: sound }, doubts }
}
