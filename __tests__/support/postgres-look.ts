import type { PostgresTarget } from '../../src/contract/database.ts'
import type { Seen } from '../../src/contract/seen.ts'
import type { PostgresObservation } from '../../src/domain/postgres/observation.ts'
import { type PostgresProbe, seePostgres } from '../../src/probes/postgres.ts'

/** One look without further attempts. */
export const look = (target: PostgresTarget, given: Partial<PostgresProbe> = {}) =>
  seePostgres(target, { signal: new AbortController().signal, now: Date.now, pausesMs: [], ...given })

/** What a server that answers shows. */
export const observe = async (target: PostgresTarget): Promise<PostgresObservation> => {
  const seen = await look(target)
  if (!seen.answered) throw new Error(`not answered: ${JSON.stringify(seen.failure)}`)
  return seen.observation
}

/** Why a server does not let us look. */
export const failureOf = async (target: PostgresTarget, given: Partial<PostgresProbe> = {}) => {
  const seen = await look(target, given)
  if (seen.answered) throw new Error('it answered')
  return seen.failure
}

/** A part that must have been seen. */
export const valueOf = <T>(part: Seen<T>): T => {
  if (!part.seen) throw new Error(`not seen: ${part.cause}`)
  return part.value
}
