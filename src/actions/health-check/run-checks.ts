import type { Context } from '../../contract/context.ts'
import { isEnded } from '../../contract/ended.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import type { JsonValue } from '../../contract/json.ts'
import type { Check, Checked } from './check.ts'

/** A check with the options it runs under and whether the user asked for it. */
export type Planned = { readonly check: Check; readonly options: unknown; readonly asked: boolean }

export type RanChecks = {
  readonly scope: readonly string[]
  readonly findings: readonly Finding[]
  readonly facts: Readonly<Record<string, JsonValue>>
}

const couldNotFinish = (name: string, cause: string, advice: string): Checked => ({
  completed: false,
  findings: [
    finding({
      id: 'check.failed',
      subject: `check/${name}`,
      status: 'unknown',
      title: `${name}: could not finish`,
      observed: cause,
      expected: 'a finished check',
      advice,
      audience: 'technical',
    }),
  ],
})

const whenAborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted')
    signal.addEventListener('abort', () => resolve('aborted'), { once: true })
  })

/** Checks end by themselves at the abort; this is what they get to do so before they are given up on. */
const graceMs = 1_000

const cancelled = (name: string): Checked => couldNotFinish(name, 'the run was cancelled', 'run it again')

const guarded = async ({ check, options, asked }: Planned, context: Context): Promise<Checked> => {
  const running = check.run(options as never, context, asked)
  const given = await Promise.race([
    running,
    whenAborted(context.signal).then(async () => {
      const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), graceMs).unref())
      return Promise.race([running, late])
    }),
  ])
  const wasCancelled = context.signal.reason === 'cancelled'
  // What it says of its own about an unfinished look stays, and beside it stands why.
  if (given !== 'late')
    return wasCancelled && !given.completed ? { ...given, findings: [...given.findings, ...cancelled(check.name).findings] } : given
  running.catch(() => 'given up on already: what it says after the deadline is told nowhere')
  return wasCancelled
    ? cancelled(check.name)
    : couldNotFinish(check.name, 'the deadline came first', 'raise `timeout`, or find out what makes it slow')
}

/** Runs all checks side by side; one that throws or hangs is `unknown` for itself and never hides the others. */
export const runChecks = async (planned: readonly Planned[], context: Context): Promise<RanChecks> => {
  const outcomes = await Promise.all(
    planned.map(async (one) => {
      try {
        return await guarded(one, context)
      } catch (error) {
        if (isEnded(error))
          return couldNotFinish(one.check.name, error.message, 'see what that server sends, and report it as a mistake of Ronde')
        // A bug in one check: told as unknown, so that the other checks are still reported.
        const cause = Error.isError(error) ? `${error.name}: ${error.message}` : String(error)
        return couldNotFinish(one.check.name, cause, 'this is a mistake of Ronde: report it with the log of a run with debug logging')
      }
    }),
  )
  const names = planned.map((one) => one.check.name)
  const lines = outcomes.map((one) => one.facts?.['lines']).filter((one) => one !== undefined)
  return {
    scope: names.filter((_, index) => outcomes[index]?.completed),
    findings: outcomes.flatMap((one) => one.findings),
    facts: { ...Object.assign({}, ...outcomes.map((one) => one.facts ?? {})), lines: Object.assign({}, ...lines) },
  }
}
