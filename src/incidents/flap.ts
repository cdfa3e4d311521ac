import { pastOf } from './confirm.ts'
import { isSilenced } from './marker.ts'
import type { IncidentUpdate, IncidentVerdict, Marker, ReconcileInput } from './model.ts'
import { flappingComment } from './texts/comments.ts'
import { viewOf } from './texts/view.ts'
import { eventsWith, withComment, withLabel, withMarker, withoutLabel } from './update.ts'

const states = 21
const low = 0.75
const high = 1.25
const startPercent = 20
const stopPercent = 5

/** Nagios' percentage of state changes over the last 21 states, recent ones weighing more; a shorter history is filled with its first state. */
export const changePercent = (oldestFirst: readonly string[]): number => {
  const recent = oldestFirst.slice(-states)
  const [first = ''] = recent
  const filled = [...Array.from({ length: states - recent.length }, () => first), ...recent]
  const weight = (index: number): number => low + ((index - 1) * (high - low)) / (states - 2)
  const changed = filled.reduce((sum, state, index) => (index > 0 && state !== filled[index - 1] ? sum + weight(index) : sum), 0)
  return (changed * 100) / (states - 1)
}

/** Starts at 20 % and stops below 5 %. */
export const isFlapping = (oldestFirst: readonly string[], was: boolean): boolean => {
  const percent = changePercent(oldestFirst)
  return was ? percent >= stopPercent : percent >= startPercent
}

/** Without state: as long as 21 runs of five minutes take, and a little more. */
const steadyMs = 2 * 3_600_000

/** Without state only the marker tells how long it has been the same. */
const flapsWithoutState = (one: IncidentVerdict, { flapping, good }: Pick<Marker, 'flapping' | 'good'>, now: number): boolean => {
  const isSame = one.says === 'good' ? good.runs > 0 : good.runs === 0
  return flapping && !(isSame && good.since > 0 && now - good.since >= steadyMs)
}

/** Whether its states of the last 21 runs, this one included, come and go. Without state it ends when it has been the same for two hours. */
export const isFlappingNow = (one: IncidentVerdict, marker: Pick<Marker, 'flapping' | 'good'>, input: ReconcileInput): boolean => {
  if (one.kind === 'monitoring') return marker.flapping
  if (!input.stateUsable) return flapsWithoutState(one, marker, input.now)
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

/** The label of a flapping incident. */
export const flappingLabel = 'flapping'

/** Rule 7. Its own beginning and end are told; nothing in between. */
export const withFlapping = (update: IncidentUpdate, verdict: IncidentVerdict, input: ReconcileInput): IncidentUpdate => {
  const flapping = isFlappingNow(verdict, update.marker, input)
  if (flapping === update.marker.flapping) return update
  const events = eventsWith(update.marker, input.now, flapping ? 'began to flap' : 'steady again')
  const changed = withMarker(update, { flapping, events }, 'change')
  const marked = flapping ? withLabel(changed, flappingLabel) : withoutLabel(changed, flappingLabel)
  return isSilenced(marked.marker, input.now) ? marked : withComment(marked, flappingComment(viewOf(marked, input), verdict.says !== 'bad'))
}
