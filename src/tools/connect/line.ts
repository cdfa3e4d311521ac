import type { Duplex } from 'node:stream'
import { classifyPostgresError, type PostgresFailure, type Reached } from '../../domain/postgres/failure.ts'

export type LineLimits = {
  readonly signal: AbortSignal
  /** Until the login is done. */
  readonly connectTimeoutMs: number
  /** For everything. */
  readonly timeoutMs: number
  /** For one answer; by default as for everything. The server has time-outs of its own, which a function there can outlive. */
  readonly answerMs?: number
}

export type Line = ReturnType<typeof watchLine>

/** How long a server may take to hang up after our goodbye. */
const goodbyeMs = 1_000

/** The streams of a line, which are cut and let go with it. */
const createHeld = () => {
  const held: Duplex[] = []
  const cutting = new AbortController()
  return {
    signal: cutting.signal,
    add: (stream: Duplex) => {
      held.push(stream)
      if (cutting.signal.aborted) stream.destroy()
    },
    letGo: () => {
      for (const stream of held) stream.destroy()
    },
    cut: () => cutting.abort(),
  }
}

/** Waits for an answer for so long; `heard` learns of an error that is the server's. */
const answered = async <T>(asked: Promise<T>, timer: NodeJS.Timeout, heard: (error: unknown) => void): Promise<T> => {
  try {
    return await asked
  } catch (error) {
    heard(error)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** What the server does wrong, as the reason for a cut. */
const faults = (cutWith: (failure: PostgresFailure) => void) => ({
  loginRefused: (method: string) => cutWith({ kind: 'login-refused', detail: `it asks for ${method}` }),
  broken: () => cutWith({ kind: 'other', detail: 'what it answers is not the protocol of PostgreSQL' }),
  flooded: (mostBytes: number) => cutWith({ kind: 'other', detail: `its answer is too long: over ${mostBytes} bytes` }),
})

/** Cuts the line at a time-out or an abort, and knows afterwards why it was cut and how far we came. */
export const watchLine = ({ signal, connectTimeoutMs, timeoutMs, answerMs = timeoutMs }: LineLimits) => {
  let reached: Reached = 'nothing'
  let cut: PostgresFailure | undefined
  let serverError: unknown
  const held = createHeld()
  const cutWith = (failure: PostgresFailure) => {
    cut ??= failure
    held.cut()
    held.letGo()
  }
  const tooLong = (ms: number) => () => cutWith({ kind: reached === 'nothing' ? 'timeout' : 'hung', detail: `no answer within ${ms} ms` })
  const abort = () => cutWith({ kind: 'cancelled', detail: 'the run ended before it answered' })
  const login = setTimeout(tooLong(connectTimeoutMs), connectTimeoutMs)
  const all = setTimeout(tooLong(timeoutMs), timeoutMs)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  return {
    /** Aborted when the line is cut. */
    signal: held.signal,
    /** Cut with the line, and let go with it. */
    hold: <S extends Duplex>(stream: S): S => {
      stream.once('connect', () => {
        if (reached === 'nothing') reached = 'port'
      })
      held.add(stream)
      return stream
    },
    ...faults(cutWith),
    loggedIn: () => {
      reached = 'login'
      clearTimeout(login)
    },
    isLoggedIn: () => reached === 'login',
    answer: <T>(asked: Promise<T>, ms = answerMs): Promise<T> =>
      answered(asked, setTimeout(tooLong(ms), ms), (error) => {
        serverError = error
      }),
    goodbye: async (ended: Promise<unknown>): Promise<void> => {
      const timer = setTimeout(held.letGo, goodbyeMs)
      await ended
      clearTimeout(timer)
    },
    /** `undefined`: it was neither the server nor the way to it, so it is a mistake of ours. */
    explain: (error: unknown): PostgresFailure | undefined =>
      cut ?? (reached !== 'login' || error === serverError ? classifyPostgresError(error, reached) : undefined),
    release: () => {
      clearTimeout(login)
      clearTimeout(all)
      signal.removeEventListener('abort', abort)
      held.letGo()
    },
  }
}
