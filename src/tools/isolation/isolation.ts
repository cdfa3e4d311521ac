import type { Isolate, ToLooker } from '../../contract/isolation.ts'
import type { RunProgram } from '../../contract/process.ts'
import { createGate } from '../../core/gate.ts'
import { type Death, type Looker, type LookerProgram, type Question, startLooker } from './looker.ts'

export type IsolationParts = {
  readonly program: LookerProgram
  readonly run: RunProgram
  readonly signal: AbortSignal
  /** What was in hand when a process ended is told, and not asked again: it may have had an effect. */
  readonly once?: boolean
}

export type Isolation = {
  readonly isolate: Isolate
  /** Starts the process before it is asked. */
  readonly begin: () => void
  /** Ends the processes that look. */
  readonly close: () => void
}

/** Second tries side by side: one may wait for servers that do not answer, while another finds out what ends it. */
const triesAtOnce = 3
/** So many that end before they are ready say that none will ever be. */
const mostStillborn = 3

const answerAll = (questions: readonly Question[], ended: string): void => {
  for (const { resolve } of questions) resolve({ lived: false, ended })
}

const halvesOf = <T>(all: readonly T[]): readonly (readonly T[])[] => {
  const middle = Math.ceil(all.length / 2)
  return [all.slice(0, middle), all.slice(middle)].filter((half) => half.length > 0)
}

/** The lookers of one run; each knows every look that was opened. */
const createFamily = (parts: IsolationParts) => {
  const openings: ToLooker[] = []
  const living = new Set<Looker>()
  const end = (looker: Looker): void => {
    living.delete(looker)
    looker.end()
  }
  return {
    open: (look: string, setup: unknown): number => {
      const opening = { open: openings.length, look, setup }
      openings.push(opening)
      for (const looker of living) looker.say(opening)
      return opening.open
    },
    start: (died: (death: Death) => void, idle: () => void = () => {}): Looker => {
      const looker = startLooker({
        ...parts,
        openings,
        idle,
        died: (death) => {
          living.delete(looker)
          died(death)
        },
      })
      living.add(looker)
      return looker
    },
    end,
    endAll: () => {
      for (const looker of living) end(looker)
    },
  }
}

/** Tries again what a looker left, by halves, until what ends them is alone. */
const createRetry = (family: ReturnType<typeof createFamily>, { signal, once = false }: IsolationParts) => {
  const gate = createGate(triesAtOnce)
  let stillborn = 0
  let unusable: string | undefined
  const together = (questions: readonly Question[]): Promise<void> =>
    new Promise((settle) => {
      const looker: Looker = family.start(
        (death) => {
          settle()
          retry(death, true)
        },
        () => {
          family.end(looker)
          settle()
        },
      )
      for (const question of questions) looker.ask(question)
    })
  const retry = ({ how, bySignal, began, left }: Death, again: boolean): void => {
    if (!began) stillborn += 1
    if (!began && (!bySignal || stillborn >= mostStillborn)) unusable = how
    // What was alone in its process twice is what ends it; the deadline leaves no time to find out more.
    if (once || unusable !== undefined || signal.aborted || (again && left.length <= 1)) return answerAll(left, how)
    for (const half of halvesOf(left)) void gate(() => together(half))
  }
  return { retry, unusable: () => unusable }
}

/**
 * One process looks at everything. When it ends, what it had in hand is tried again by others: only of what ends them is it told. A
 * thousand healthy questions cost one process.
 */
export const createIsolation = (parts: IsolationParts): Isolation => {
  const family = createFamily(parts)
  const { retry, unusable } = createRetry(family, parts)
  let current: Looker | undefined
  const living = (): Looker => {
    current ??= family.start((death) => {
      current = undefined
      retry(death, false)
    })
    return current
  }
  const ask = (question: Question): void => {
    const never = unusable()
    if (never !== undefined) return answerAll([question], never)
    living().ask(question)
  }
  const isolate: Isolate = ({ name }, setup) => {
    const of = family.open(name, setup)
    return (input) =>
      new Promise((resolve, reject) => ask({ of, input, resolve: (answer) => resolve(answer as Parameters<typeof resolve>[0]), reject }))
  }
  return { isolate, begin: () => void living(), close: family.endAll }
}
