import type { Gate } from '../../../../core/gate.ts'
import { isWrong } from './answer.ts'
import type { EndpointAttempts, Observation } from './observation.ts'
import type { EndpointTarget } from './target.ts'

/** When attempts begin, in ms after the first; the last gap repeats. */
const attemptSchedule: readonly number[] = [0, 2_000, 10_000]
/** At most this part of a pause is added to it, so that a fleet does not knock all at once. */
const jitter = 0.1
const samples = 3

export type AttemptAccess = {
  readonly ask: (target: EndpointTarget) => Promise<Observation>
  readonly gate: Gate
  readonly signal: AbortSignal
  readonly schedule?: readonly number[]
}

const startOf = (attempt: number, schedule: readonly number[]): number => {
  const last = schedule.at(-1) ?? 0
  const gap = last - (schedule.at(-2) ?? 0)
  return schedule[attempt] ?? last + gap * (attempt - schedule.length + 1)
}

/** Waits; ends early, with false, at the deadline. */
const pause = (ms: number, signal: AbortSignal): Promise<boolean> =>
  new Promise((settle) => {
    if (signal.aborted) return settle(false)
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      settle(true)
    }, ms)
    const cancel = () => {
      clearTimeout(timer)
      settle(false)
    }
    signal.addEventListener('abort', cancel, { once: true })
  })

const latencyOf = (one: Observation): number | undefined => {
  if (one.kind === 'answer') return one.timing.totalMs
  return one.kind === 'open' ? one.dnsMs + one.connectMs : undefined
}

const isFailure = (one: Observation, target: EndpointTarget): boolean =>
  one.kind === 'answer' ? isWrong(one, target) : one.kind !== 'open'

/** A further attempt would say no more. */
const isFinal = (one: Observation): boolean => one.kind === 'killed' || isCancelled(one)

const isCancelled = (one: Observation): boolean =>
  one.kind === 'unseen' ? one.lasting : one.kind === 'fault' && one.fault.kind === 'cancelled'

const untilItAnswers = async (
  target: EndpointTarget,
  { ask, gate, signal, schedule = attemptSchedule }: AttemptAccess,
): Promise<readonly Observation[]> => {
  const startedAt = performance.now()
  const attempts: Observation[] = []
  for (let number = 0; number < target.attempts; number += 1) {
    const waitMs = startOf(number, schedule) - (performance.now() - startedAt)
    if (number > 0 && !(await pause(Math.max(0, waitMs) * (1 + jitter * Math.random()), signal))) break
    const one = await gate(() => ask(target))
    // The deadline says less than what an earlier attempt saw.
    if (number > 0 && isCancelled(one)) break
    attempts.push(one)
    if (!isFailure(one, target) || isFinal(one)) break
  }
  return attempts
}

/** Asks again after a slow answer. One that fails is no answer: it counts as no quicker than the first, and two of them decide. */
const sample = async (target: EndpointTarget, { ask, gate, signal }: AttemptAccess, first: number): Promise<EndpointAttempts> => {
  const latenciesMs = [first]
  const failed: Observation[] = []
  while (latenciesMs.length < samples && !signal.aborted) {
    const startedAt = performance.now()
    const again = await gate(() => ask(target))
    if (isFinal(again)) break
    const latency = isFailure(again, target) ? undefined : latencyOf(again)
    if (latency === undefined) failed.push(again)
    latenciesMs.push(latency ?? Math.max(first, performance.now() - startedAt))
  }
  return { attempts: failed, latenciesMs }
}

/** Repeats failures only, and samples a slow answer twice more; ends at the deadline with what it has. */
export const askRepeatedly = async (target: EndpointTarget, asking: AttemptAccess): Promise<EndpointAttempts> => {
  const attempts = await untilItAnswers(target, asking)
  const last = attempts.at(-1)
  const first = last === undefined || isFailure(last, target) ? undefined : latencyOf(last)
  if (first === undefined) return { attempts, latenciesMs: last === undefined ? [] : [latencyOf(last) ?? 0] }
  if (first < target.latency.warning) return { attempts, latenciesMs: [first] }
  const { attempts: failed, latenciesMs } = await sample(target, asking, first)
  return failed.length > 1 ? { attempts: [...attempts, ...failed], latenciesMs } : { attempts, latenciesMs, failedSamples: failed }
}
