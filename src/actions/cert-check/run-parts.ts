import type { Context } from '../../contract/context.ts'
import { finding } from '../../contract/finding.ts'
import type { Instant } from '../../contract/seen.ts'
import { errorText } from '../../core/error-chain.ts'
import type { CertOptions } from './options.ts'
import type { Looked, Part } from './part.ts'

/** Parts end by themselves at the abort; this is what they get to do so before they are given up on. */
const graceMs = 1_000

const couldNotFinish = ({ name }: Part, cause: string, advice: string): Looked => ({
  check: name,
  completed: false,
  certificates: [],
  findings: [
    finding({
      id: 'cert.unfinished',
      check: name,
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

const whenLate = (signal: AbortSignal): Promise<'late'> =>
  new Promise((settle) => {
    const start = () => setTimeout(() => settle('late'), graceMs).unref()
    if (signal.aborted) start()
    else signal.addEventListener('abort', start, { once: true })
  })

const guarded = async (part: Part, options: CertOptions, context: Context, startedAt: Instant): Promise<Looked> => {
  const running = part.run(options, context, startedAt)
  const given = await Promise.race([running, whenLate(context.signal)])
  if (given !== 'late') return given
  running.catch(() => 'given up on already: what it says after the deadline is told nowhere')
  return context.signal.reason === 'cancelled'
    ? couldNotFinish(part, 'the run was cancelled', 'run it again')
    : couldNotFinish(part, 'the deadline came first', 'raise `timeout`, or find out what makes it slow')
}

/** Runs the parts side by side; one that throws or hangs is unknown for itself and never hides the others. */
export const runParts = (parts: readonly Part[], options: CertOptions, context: Context, startedAt: Instant): Promise<readonly Looked[]> =>
  Promise.all(
    parts.map(async (part) => {
      try {
        return await guarded(part, options, context, startedAt)
      } catch (error) {
        // A bug in one part: told as unknown, so that the others are still reported.
        return couldNotFinish(part, errorText(error), 'this is a mistake of Ronde: report it with the log of a run with debug logging')
      }
    }),
  )
