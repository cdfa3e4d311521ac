import type { Duplex } from 'node:stream'
import { classifyPostgresError, type PostgresFailure, type Reached } from '../../core/postgres/failure.ts'

export type SessionLimits = {
  readonly signal: AbortSignal
  /** Until the login is done. */
  readonly connectTimeoutMs: number
  /** For everything. */
  readonly timeoutMs: number
  /** Its `application_name`, which begins with `ronde`; by default just that. */
  readonly application?: string
}

export type Line = ReturnType<typeof watchLine>

/** Cuts the line at a time-out or an abort, and knows afterwards why it was cut and how far we came. */
export const watchLine = ({ signal, connectTimeoutMs, timeoutMs }: SessionLimits) => {
  let reached: Reached = 'nothing'
  let cut: PostgresFailure | undefined
  let serverError: unknown
  const cutting = new AbortController()
  const held: Duplex[] = []
  const cutWith = (failure: PostgresFailure) => {
    cut ??= failure
    cutting.abort()
    for (const stream of held) stream.destroy()
  }
  const tooLong = (ms: number) => () => cutWith({ kind: reached === 'nothing' ? 'timeout' : 'hung', detail: `no answer within ${ms} ms` })
  const abort = () => cutWith({ kind: 'cancelled', detail: 'the run ended before it answered' })
  const login = setTimeout(tooLong(connectTimeoutMs), connectTimeoutMs)
  const all = setTimeout(tooLong(timeoutMs), timeoutMs)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return {
    /** Aborted when the line is cut. */
    signal: cutting.signal,
    /** Cut with the line, and let go with it. */
    hold: <S extends Duplex>(stream: S): S => {
      held.push(stream)
      stream.once('connect', () => {
        if (reached === 'nothing') reached = 'port'
      })
      if (cut !== undefined) stream.destroy()
      return stream
    },
    broken: () => cutWith({ kind: 'other', detail: 'what it answers is not the protocol of PostgreSQL' }),
    loggedIn: () => {
      reached = 'login'
      clearTimeout(login)
    },
    asking: async <T>(answer: Promise<T>): Promise<T> => {
      try {
        return await answer
      } catch (error) {
        serverError = error
        throw error
      }
    },
    /** `undefined`: it was neither the server nor the way to it, so it is a mistake of ours. */
    explain: (error: unknown): PostgresFailure | undefined =>
      cut ?? (reached !== 'login' || error === serverError ? classifyPostgresError(error, reached) : undefined),
    release: () => {
      clearTimeout(login)
      clearTimeout(all)
      signal.removeEventListener('abort', abort)
      for (const stream of held) stream.destroy()
    },
  }
}
