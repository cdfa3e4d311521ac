/** The end of one attempt: by its own time-out or by the run's deadline. Lighter than an AbortController for each of a thousand checks. */
export type Stop = {
  readonly reason: () => 'timeout' | 'cancelled' | undefined
  /** Called once, at once when it has already ended. Later registrations replace earlier ones: one phase waits at a time. */
  readonly whenStopped: (stopped: () => void) => void
  /** Nothing waits any more. */
  readonly release: () => void
}

export const createStop = (timeoutMs: number, signal: AbortSignal): Stop => {
  let reason: 'timeout' | 'cancelled' | undefined
  let waiting: (() => void) | undefined
  const end = (why: 'timeout' | 'cancelled') => {
    if (reason !== undefined) return
    reason = why
    release()
    waiting?.()
  }
  const cancel = () => end('cancelled')
  const timer = setTimeout(end, timeoutMs, 'timeout' as const)
  const release = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel)
  return {
    reason: () => reason,
    whenStopped: (stopped) => {
      waiting = stopped
      if (reason !== undefined) stopped()
    },
    release,
  }
}
