import type { FromLooker, Isolated, ToLooker } from '../../contract/isolation.ts'
import type { Conversation, Finished, RunProgram } from '../../contract/process.ts'

/** The program that looks: a Node with its flags, and its script. */
export type LookerProgram = {
  readonly nodePath: string
  readonly flags: readonly string[]
  readonly script: string
  readonly environment: Readonly<Record<string, string>>
}

export type Question = {
  /** Which of the looks that were opened. */
  readonly of: number
  readonly input: unknown
  readonly resolve: (answer: Isolated<unknown>) => void
  readonly reject: (error: Error) => void
}

/** How a looker ended: what is left are the questions that it had and did not answer. */
export type Death = {
  readonly how: string
  readonly bySignal: boolean
  /** It said that it is ready; one that never did was not ended by a question. */
  readonly began: boolean
  readonly left: readonly Question[]
}

export type Looker = {
  readonly say: (message: ToLooker) => void
  readonly ask: (question: Question) => void
  readonly end: () => void
}

export type LookerParts = {
  readonly program: LookerProgram
  readonly run: RunProgram
  /** Aborted with the run: it is told to a looker, which answers with what it has. */
  readonly signal: AbortSignal
  readonly openings: readonly ToLooker[]
  readonly died: (death: Death) => void
  /** Every question is answered. */
  readonly idle?: () => void
}

export const longestMs = 24 * 3_600_000
/** What a looker prints is read by nobody. */
export const keptBytes = 4_096

export const howEnded = (finished: Finished): string => {
  if (finished.ended === 'signal') return finished.signal
  if (finished.ended === 'not-started') return finished.cause
  return finished.ended === 'exit' ? `exit code ${finished.exitCode}` : finished.ended
}

/** Messages for a child that may not have been started yet. */
const createLine = (first: readonly ToLooker[]) => {
  const unsaid = [...first]
  let open: Conversation | undefined
  return {
    say: (message: ToLooker) => {
      if (open === undefined) unsaid.push(message)
      else open.say(message)
    },
    begin: (conversation: Conversation) => {
      for (const message of unsaid) conversation.say(message)
      open = conversation
    },
  }
}

/** What was asked and is not answered yet. */
const createQuestions = (idle: () => void) => {
  const pending = new Map<number, Question>()
  let count = 0
  return {
    left: () => [...pending.values()],
    add: (question: Question): number => {
      count += 1
      pending.set(count, question)
      return count
    },
    settle: (said: Exclude<FromLooker, { readonly ready: true }>) => {
      const question = pending.get(said.answered)
      pending.delete(said.answered)
      if ('thrown' in said) question?.reject(new Error(said.thrown))
      else question?.resolve({ lived: true, value: said.value })
      if (pending.size === 0) idle()
    },
  }
}

const isSaid = (one: unknown): one is FromLooker =>
  typeof one === 'object' && one !== null && ('ready' in one || ('answered' in one && ('value' in one || 'thrown' in one)))

/** What a looker in somebody else's hands may say: then it is as good as dead. */
const noAnswer = 'what it said was no answer'

/** Starts a looker. Whatever ends it is told once, but for `end`. */
export const startLooker = ({ program, run, signal, openings, died, idle = () => {} }: LookerParts): Looker => {
  const ending = new AbortController()
  const line = createLine(openings)
  const questions = createQuestions(idle)
  let began = false
  let isOver = false
  let lie: string | undefined
  const abort = () => line.say({ abort: signal.reason })
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  const conversation = (given: Conversation) => {
    given.hear((messages) => {
      began = true
      if (lie !== undefined) return
      if (Array.isArray(messages) && messages.every(isSaid)) {
        for (const said of messages) if (!('ready' in said)) questions.settle(said)
        return
      }
      lie = noAnswer
      ending.abort()
    })
    line.begin(given)
  }
  const { nodePath, flags, script, environment } = program
  const options = { environment, timeoutMs: longestMs, signal: ending.signal, maxBytes: keptBytes, conversation }
  const supervise = async (): Promise<void> => {
    const finished = await run(nodePath, [...flags, script], options)
    signal.removeEventListener('abort', abort)
    if (!isOver) died({ how: lie ?? howEnded(finished), bySignal: finished.ended === 'signal', began, left: questions.left() })
  }
  void supervise()
  return {
    say: line.say,
    ask: (question) => line.say({ ask: questions.add(question), of: question.of, input: question.input }),
    end: () => {
      isOver = true
      ending.abort()
    },
  }
}
