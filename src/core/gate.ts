/** Runs work with at most `limit` pieces of it at once. */
export type Gate = {
  <T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing waits to be admitted: who has a thousand pieces of work brings the next one then, and need not hold them all. */
  readonly calm: () => Promise<void>
}

/**
 * Admits one piece of work each turn of the event loop. A fast server then answers before the next piece starts, so that latencies are
 * not those of our own queue, and a slow one still has `limit` in flight within milliseconds.
 */
export const createGate = (limit: number): Gate => {
  const waiting: (() => void)[] = []
  const calmed: (() => void)[] = []
  let running = 0
  let scheduled = false
  const admit = () => {
    scheduled = false
    const next = running < limit ? waiting.shift() : undefined
    if (next === undefined) return
    running += 1
    next()
    if (waiting.length === 0) for (const one of calmed.splice(0)) one()
    schedule()
  }
  const schedule = () => {
    if (scheduled || waiting.length === 0 || running >= limit) return
    scheduled = true
    setImmediate(admit)
  }
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    await new Promise<void>((admitted) => {
      waiting.push(admitted)
      schedule()
    })
    try {
      return await work()
    } finally {
      running -= 1
      schedule()
    }
  }
  const calm = (): Promise<void> => {
    if (waiting.length === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    calmed.push(resolve)
    return promise
  }
  return Object.assign(pass, { calm })
}
