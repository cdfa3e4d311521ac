import { createGate } from '../../core/gate.ts'
import type { Isolate, Isolated, ToLooker } from '../../core/isolation.ts'
import type { RunProgram } from '../../core/process.ts'
import { type Death, type Looker, type LookerProgram, type Question, startLooker } from './looker.ts'

export type IsolationParts = { readonly program: LookerProgram; readonly run: RunProgram; readonly signal: AbortSignal }

export type Isolation = {
  readonly isolate: Isolate
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

/**
 * One process looks at everything. When it ends, what it had in hand is tried again by others, by halves, until what ends them is alone:
 * only of that is it told. A thousand healthy questions cost one process.
 */
export const createIsolation = (parts: IsolationParts): Isolation => {
  const { signal } = parts
  const openings: ToLooker[] = []
  const lookers = new Set<Looker>()
  const gate = createGate(triesAtOnce)
  let current: Looker | undefined
  let stillborn = 0
  let unusable: string | undefined

  const start = (died: (death: Death) => void, idle?: () => void): Looker => {
    const looker = startLooker({
      ...parts,
      openings,
      ...(idle === undefined ? {} : { idle }),
      died: (death) => {
        lookers.delete(looker)
        died(death)
      },
    })
    lookers.add(looker)
    return looker
  }
  const end = (looker: Looker) => {
    lookers.delete(looker)
    looker.end()
  }
  const together = (questions: readonly Question[], alone: boolean): Promise<void> =>
    new Promise((settle) => {
      const looker: Looker = start(
        (death) => {
          settle()
          retry(death, alone)
        },
        () => {
          end(looker)
          settle()
        },
      )
      for (const question of questions) looker.ask(question)
    })
  const retry = ({ how, bySignal, began, left }: Death, again: boolean): void => {
    if (!began) stillborn += 1
    if (!began && (!bySignal || stillborn >= mostStillborn)) unusable = how
    // What was alone in its process twice is what ends it; the deadline leaves no time to find out more.
    if (unusable !== undefined || signal.aborted || (again && left.length <= 1)) return answerAll(left, how)
    for (const half of halvesOf(left)) void gate(() => together(half, true))
  }
  const ask = (question: Question): void => {
    if (unusable !== undefined) return answerAll([question], unusable)
    current ??= start((death) => {
      current = undefined
      retry(death, false)
    })
    current.ask(question)
  }
  return {
    isolate: <Setup, In, Out>({ name }: { readonly name: string }, setup: Setup) => {
      const of = openings.length
      const opening = { open: of, look: name, setup }
      openings.push(opening)
      for (const looker of lookers) looker.say(opening)
      return (input: In) =>
        new Promise<Isolated<Out>>((resolve, reject) => ask({ of, input, resolve: resolve as Question['resolve'], reject }))
    },
    close: () => {
      for (const looker of lookers) end(looker)
    },
  }
}
