import type { Instant } from '../../contract/seen.ts'
import { periodOf, type SlotPeriod } from './slots.ts'

/** A complete backup as retention sees it. A partial one is none of its business. */
export type RetainedBackup = {
  readonly id: string
  /** What it was taken of: system identifier and database, or project and volume; never the name of a host or of a container. */
  readonly source: string
  readonly kind: string
  /** When it was begun. */
  readonly at: Instant
  /** It was proven. */
  readonly verified: boolean
  /** It is less than half of those before it, and nobody has accepted that. */
  readonly suspect: boolean
  readonly pinned: boolean
  /** Taken by a restore, before it replaced something. */
  readonly preRestore: boolean
}

/** `keep:` of the section. `days`: all that are younger; the others count slots. */
export type KeepOptions = { readonly [Period in SlotPeriod]: number } & { readonly days: number; readonly minVerified: number }

export type RetentionSetting = {
  readonly keep: KeepOptions
  readonly now: Instant
  /** The backup of this run was proven: nothing is ever removed after another one. */
  readonly verifiedRun: boolean
  /** An earlier run knew a later time than now. */
  readonly clockWentBack: boolean
  /** How many may go at once; by default 3 or a quarter of what is there, whichever is more. */
  readonly pruneLimit?: number | undefined
}

/** Why a backup is kept. */
export type KeepReason = 'young' | SlotPeriod | 'verified' | 'newest' | 'pinned' | 'pre-restore' | 'future'

/** Why nothing is removed though something could be. */
export type PruneObstacle = 'unverified-run' | 'clock' | 'suspect' | 'limit'

/** What becomes of the backups of one source and kind, the newest first. `removed` is empty where something stands against it. */
export type RetentionPlan = {
  readonly source: string
  readonly kind: string
  readonly kept: readonly { readonly id: string; readonly why: readonly KeepReason[] }[]
  /** Those that no rule keeps, the oldest first. */
  readonly spare: readonly string[]
  readonly removed: readonly string[]
  readonly obstacle?: PruneObstacle
  /** How many may go at once. */
  readonly limit: number
}

const dayMs = 86_400_000
const leastLimit = 3
const periods: readonly SlotPeriod[] = ['daily', 'weekly', 'monthly', 'yearly']

type Reasons = Map<string, KeepReason[]>

const add = (reasons: Reasons, { id }: RetainedBackup, why: KeepReason): void => {
  const known = reasons.get(id)
  if (known === undefined) reasons.set(id, [why])
  else known.push(why)
}

/** Of each of the latest periods that have one, the newest proven backup. A day without one takes no slot, so that a long failure empties none. */
const fillSlots = (reasons: Reasons, candidates: readonly RetainedBackup[], period: SlotPeriod, count: number): void => {
  const filled = new Set<number>()
  for (const one of candidates) {
    const slot = periodOf(period, one.at)
    if (filled.has(slot)) continue
    if (filled.size >= count) return
    filled.add(slot)
    add(reasons, one, period)
  }
}

/** What each rule keeps; `newestFirst` are all of one source and kind. */
const reasonsOf = (newestFirst: readonly RetainedBackup[], { keep, now }: RetentionSetting): Reasons => {
  const reasons: Reasons = new Map()
  const past = newestFirst.filter(({ at }) => at <= now)
  const proven = past.filter(({ verified, suspect }) => verified && !suspect)
  for (const one of newestFirst) {
    if (one.at > now) add(reasons, one, 'future')
    else if (now - one.at < keep.days * dayMs) add(reasons, one, 'young')
    if (one.pinned) add(reasons, one, 'pinned')
    if (one.preRestore) add(reasons, one, 'pre-restore')
  }
  for (const period of periods) fillSlots(reasons, proven, period, keep[period])
  for (const one of proven.slice(0, keep.minVerified)) add(reasons, one, 'verified')
  for (const one of past.slice(0, 1)) add(reasons, one, 'newest')
  return reasons
}

const limitOf = (count: number, { pruneLimit }: RetentionSetting): number => pruneLimit ?? Math.max(leastLimit, Math.floor(count / 4))

const obstacleTo = (
  spare: readonly RetainedBackup[],
  all: readonly RetainedBackup[],
  setting: RetentionSetting,
): PruneObstacle | undefined => {
  if (spare.length === 0) return undefined
  if (setting.clockWentBack) return 'clock'
  if (!setting.verifiedRun) return 'unverified-run'
  if (all.some(({ suspect }) => suspect)) return 'suspect'
  return spare.length > limitOf(all.length, setting) ? 'limit' : undefined
}

const planFor = (given: readonly RetainedBackup[], setting: RetentionSetting): RetentionPlan => {
  const newestFirst = given.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  const reasons = reasonsOf(newestFirst, setting)
  const spare = newestFirst.filter(({ id }) => !reasons.has(id)).toReversed()
  const obstacle = obstacleTo(spare, newestFirst, setting)
  const ids = spare.map(({ id }) => id)
  return {
    source: newestFirst[0]?.source ?? '',
    kind: newestFirst[0]?.kind ?? '',
    kept: newestFirst.flatMap(({ id }) => {
      const why = reasons.get(id)
      return why === undefined ? [] : [{ id, why }]
    }),
    spare: ids,
    removed: obstacle === undefined ? ids : [],
    ...(obstacle === undefined ? {} : { obstacle }),
    limit: limitOf(newestFirst.length, setting),
  }
}

/**
 * Which backups stay and which go, for each source and kind by itself: the union of the rules stays. Pure; removes nothing. What a restore took
 * before it replaced something, what a person pinned and what is dated in the future stay whatever the rules say.
 */
export const planRetention = (backups: readonly RetainedBackup[], setting: RetentionSetting): readonly RetentionPlan[] => {
  const groups = Map.groupBy(backups, ({ source, kind }) => JSON.stringify([source, kind]))
  return [...groups.values()].map((one) => planFor(one, setting))
}
