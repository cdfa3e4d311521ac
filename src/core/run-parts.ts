import { isEnded } from '../contract/ended.ts'
import { type Audience, type Finding, finding, type JudgedFinding, stamped } from '../contract/finding.ts'
import type { Obstacle } from '../contract/seen.ts'
import { errorText } from './error-chain.ts'
import type { PartOutcome } from './parts.ts'

/** A part that is to be run, with its options and what it works with. */
export type PlannedPart<Outcome extends PartOutcome> = {
  readonly part: { readonly name: string; readonly group?: string; readonly disturbedByWork?: readonly string[] }
  readonly run: () => Promise<Outcome>
}

export type PartsRun<Ended extends string = string> = {
  readonly signal: AbortSignal
  /** What is said of a part that did not come to its end. */
  readonly unfinished: (part: string, why: Obstacle) => JudgedFinding<Ended>
  /** What to do when the deadline came first. */
  readonly deadlineAdvice?: string
  /** Whether what a part threw ends them all, such as a session that they share and that was lost: it is thrown on. */
  readonly endsAll?: (error: unknown) => boolean
}

/** What became of a part: its findings with its name on each, and what else it told, when it came to its end. */
export type RanPart<Outcome extends PartOutcome, Ended extends string = string> = {
  readonly name: string
  readonly completed: boolean
  readonly findings: readonly Finding<Outcome['findings'][number]['id'] | Ended>[]
  readonly outcome: Outcome | undefined
}

/** How an action says that one of its parts did not come to its end. */
export const unfinishedAs =
  <Id extends string>(id: Id, { expected = 'a finished check', audience = 'technical' }: { expected?: string; audience?: Audience } = {}) =>
  (part: string, { cause, advice }: Obstacle): JudgedFinding<Id> =>
    finding({
      id,
      subject: `check/${part}`,
      status: 'unknown',
      title: `${part}: could not finish`,
      observed: cause,
      expected,
      advice,
      audience,
    })

/** Parts end by themselves at the abort; this is what they get to do so before they are given up on. */
const graceMs = 1_000
const defaultDeadlineAdvice = 'raise `timeout`, or find out what makes it slow'

/** Why a run that was told to stop stopped. */
export const whyAborted = ({ reason }: AbortSignal, deadlineAdvice = defaultDeadlineAdvice): Obstacle =>
  reason === 'cancelled'
    ? { cause: 'the run was cancelled', advice: 'run it again' }
    : { cause: 'the deadline came first', advice: deadlineAdvice }

const whyThrown = (error: unknown): Obstacle =>
  isEnded(error)
    ? { cause: error.message, advice: 'see what that server sends, and report it as a mistake of Ronde' }
    : {
        cause: Error.isError(error) ? `${error.name}: ${errorText(error)}` : errorText(error),
        advice: 'this is a mistake of Ronde: report it with the log of a run with debug logging',
      }

const whenLate = (signal: AbortSignal): Promise<'late'> =>
  new Promise((settle) => {
    const start = () => setTimeout(() => settle('late'), graceMs).unref()
    if (signal.aborted) start()
    else signal.addEventListener('abort', start, { once: true })
  })

/** Findings with what only the declaration of their part knows. */
const ofPart = <Id extends string>(
  { name, group, disturbedByWork = [] }: PlannedPart<PartOutcome>['part'],
  findings: readonly JudgedFinding<Id>[],
  isDisturbed = ({ id }: JudgedFinding): boolean => disturbedByWork.includes(id),
): readonly Finding<Id>[] =>
  findings.flatMap((one) =>
    stamped([one], {
      check: name,
      ...(group === undefined ? {} : { group }),
      ...(isDisturbed(one) ? { disturbedByWork: true } : {}),
    }),
  )

/** What became of a part that did not come to its end. */
export const unfinishedPart = <Ended extends string>(
  { part }: Pick<PlannedPart<PartOutcome>, 'part'>,
  why: Obstacle,
  setting: Pick<PartsRun<Ended>, 'unfinished'>,
): RanPart<never, Ended> => ({
  name: part.name,
  completed: false,
  findings: ofPart(part, [setting.unfinished(part.name, why)], () => (part.disturbedByWork ?? []).length > 0),
  outcome: undefined,
})

/** What it says of its own about a look that was cut short stays, and beside it stands why. */
const finished = <Outcome extends PartOutcome, Ended extends string>(
  planned: PlannedPart<Outcome>,
  outcome: Outcome,
  setting: PartsRun<Ended>,
): RanPart<Outcome, Ended> => {
  const { signal, deadlineAdvice } = setting
  const own = ofPart<Outcome['findings'][number]['id']>(planned.part, outcome.findings)
  const why = unfinishedPart(planned, whyAborted(signal, deadlineAdvice), setting).findings
  const saysWhy = own.some(({ id, subject }) => why.some((one) => one.id === id && one.subject === subject))
  const isCut = signal.reason === 'cancelled' && !outcome.completed && !saysWhy
  return { name: planned.part.name, completed: outcome.completed, findings: isCut ? [...own, ...why] : own, outcome }
}

const runPart = async <Outcome extends PartOutcome, Ended extends string>(
  planned: PlannedPart<Outcome>,
  setting: PartsRun<Ended>,
): Promise<RanPart<Outcome, Ended>> => {
  try {
    return finished(planned, await planned.run(), setting)
  } catch (error) {
    if (setting.endsAll?.(error) === true) throw error
    // A bug in one part: told as unknown, so that the others are still reported.
    return unfinishedPart(planned, whyThrown(error), setting)
  }
}

/** Runs parts side by side: one that throws or hangs is unknown for itself, and never hides another. */
export const runPartsSideBySide = <Outcome extends PartOutcome, Ended extends string>(
  planned: readonly PlannedPart<Outcome>[],
  setting: PartsRun<Ended>,
): Promise<readonly RanPart<Outcome, Ended>[]> =>
  Promise.all(
    planned.map(async (one) => {
      const ran = await Promise.race([runPart(one, setting), whenLate(setting.signal)])
      // What it says after that is told nowhere.
      return ran === 'late' ? unfinishedPart(one, whyAborted(setting.signal, setting.deadlineAdvice), setting) : ran
    }),
  )

/**
 * Runs parts one after the other, each given as soon as it has come to its end. After an abort none is begun any more; the one that runs is
 * waited for, since the next works with the same thing: who opened that ends it.
 */
export async function* runPartsInTurn<Outcome extends PartOutcome, Ended extends string>(
  planned: readonly PlannedPart<Outcome>[],
  setting: PartsRun<Ended>,
): AsyncGenerator<RanPart<Outcome, Ended>, void> {
  const { signal, deadlineAdvice } = setting
  for (const one of planned)
    yield signal.aborted ? unfinishedPart(one, whyAborted(signal, deadlineAdvice), setting) : await runPart(one, setting)
}

/** The names of those that looked at everything: the report's `scope`. */
export const completedParts = (ran: readonly Pick<RanPart<never>, 'name' | 'completed'>[]): readonly string[] =>
  ran.filter(({ completed }) => completed).map(({ name }) => name)
