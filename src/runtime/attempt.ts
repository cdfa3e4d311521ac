import type { Action, ParsedValues } from '../contract/action.ts'
import type { Context } from '../contract/context.ts'
import { isEnded } from '../contract/ended.ts'
import { finding, type JudgedFinding } from '../contract/finding.ts'
import { isUserError } from '../contract/user-error.ts'
import { errorText } from '../core/error-chain.ts'
import type { ActionOutcome, TurnOf } from './run.ts'
import type { OpenLedger } from './state/ledger.ts'
import type { Turn } from './turn.ts'
import { unfinished } from './unfinished.ts'

export const failed = (action: Action, observed: string, advice: string): JudgedFinding =>
  finding({
    id: `${action.name}.failed`,
    subject: `action/${action.name}`,
    // A look that failed saw nothing; a change that failed may have left something half done.
    status: action.kind === 'change' ? 'critical' : 'unknown',
    title: `${action.name} failed`,
    observed,
    expected: 'a finished run',
    advice,
    certainty: 'hard',
    audience: 'technical',
  })

export const broken = (...findings: readonly JudgedFinding[]): ActionOutcome => ({
  scope: [],
  findings,
  outputs: {},
  facts: {},
  failed: true,
})

export const ended = (outcome: ActionOutcome): TurnOf => ({ outcome, settled: Promise.resolve() })

export type Attempted = {
  readonly action: Action
  readonly options: ParsedValues
  readonly context: Context
  readonly turn: Turn
  /** Of a change: closed when it has ended well and left nothing behind. */
  readonly ledger?: OpenLedger | undefined
}

const thrown = (action: Action, error: unknown): ActionOutcome => {
  // One action that fails must not hide the others of the round: it becomes a finding. What a person can mend says so itself.
  if (isEnded(error)) return broken(unfinished(action, error.message))
  if (isUserError(error)) return broken(failed(action, error.message, ''))
  return broken(failed(action, errorText(error), 'if this is not about the server, report it as a mistake of Ronde'))
}

const working = async ({ action, options, context, ledger }: Attempted): Promise<ActionOutcome> => {
  const result = await action.run(options, context)
  if (result.leftBehind !== true) ledger?.close()
  return result
}

/** One action's turn. What it has not ended by then goes on behind it; `settled` tells when that is over. */
export const attempt = async (attempted: Attempted): Promise<TurnOf> => {
  const { action, context, turn } = attempted
  if (context.signal.aborted) return ended(broken(failed(action, 'the run was cancelled before it began', 'run it again')))
  const work = working(attempted)
  // Only to wait for: what it rejects with is judged below.
  const settled = work.catch(() => undefined).then(() => turn.included())
  try {
    const given = await turn.ended(work)
    if (given !== 'late') return { outcome: given, settled }
    const cause = context.signal.reason === 'cancelled' ? 'the run was cancelled' : 'the deadline came first'
    return { outcome: broken(failed(action, cause, 'raise `timeout`, or find out what makes it slow')), settled }
  } catch (error) {
    return { outcome: thrown(action, error), settled }
  }
}
