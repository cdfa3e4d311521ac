import type { Instant } from '../contract/seen.ts'
import type { Status } from '../contract/status.ts'
import { isSlow, pastOf } from './confirm.ts'
import { isFlapping } from './flapping.ts'
import type { Case, Marker, ReconcileInput } from './model.ts'

/** Also how long a value between clear and warning is remembered: its sighting is written no more often than the body. */
export const bodyEveryMs = 30 * 60_000

export type Recovery = { readonly runs: number; readonly needed: number; readonly settled: boolean; readonly lastBad: Instant }

const badWords: Record<Case['kind'], readonly Status[]> = { service: ['warning', 'critical'], monitoring: ['unknown'] }
const goodWords: Record<Case['kind'], readonly Status[]> = { service: ['ok'], monitoring: ['ok', 'warning', 'critical'] }

const maxTracks = 20

/** How many good runs it takes: one for a hard fact and for a slow check. */
export const neededRuns = ({ hard, slow }: Pick<Marker, 'hard' | 'slow'>, { recover }: ReconcileInput['options']): number =>
  hard || slow ? 1 : recover

/** Good runs in a row up to this one, as the state tells them, or the marker where there is no state. */
export const recoveryOf = (one: Case, marker: Marker, input: ReconcileInput): Recovery => {
  const { kind, findings } = one
  const needed = neededRuns({ hard: marker.hard, slow: marker.slow || isSlow(one) }, input.options)
  const settledSince = (at: Instant): boolean => input.now - at >= input.options.settle
  if (!input.stateUsable) {
    return { runs: marker.good.runs + 1, needed, settled: settledSince(marker.lastBad), lastBad: marker.lastBad }
  }
  const tracks = findings.slice(0, maxTracks).map((finding) => pastOf(one, finding))
  const bad = tracks.flat().filter((past) => badWords[kind].includes(past.status))
  const lastBad = Math.max(marker.lastBad, ...bad.map((past) => past.at))
  const floor = Math.max(lastBad, marker.uncleared === undefined ? 0 : marker.uncleared + bodyEveryMs)
  const goodAfter = (track: (typeof tracks)[number]): number =>
    track.filter((past) => past.at > floor && goodWords[kind].includes(past.status)).length
  return { runs: 1 + Math.max(0, ...tracks.map(goodAfter)), needed, settled: settledSince(floor), lastBad }
}

/** Whether its states of the last 21 runs, this one included, come and go. Without state it stays what it was. */
export const flapsNow = (one: Case, marker: Pick<Marker, 'flapping'>, input: ReconcileInput): boolean => {
  if (!input.stateUsable || one.kind === 'monitoring') return marker.flapping
  const past = pastOf(one, one.finding).filter((entry) => entry.status !== 'unknown')
  return isFlapping(
    [
      ...past
        .slice(0, 20)
        .map((entry) => entry.status)
        .toReversed(),
      one.finding.status,
    ],
    marker.flapping,
  )
}
