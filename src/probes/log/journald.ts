import type { RunProgram } from '../../contract/process.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../../contract/seen.ts'
import { shorten } from '../../core/text/plain.ts'
import { type LogText, stampedLines } from './source.ts'

const timeoutMs = 20_000

/** What a unit wrote to the journal since a moment. Not with `--quiet`: it would also keep quiet about what this user may not see. */
export const seeJournald = async (
  run: RunProgram,
  { unit, since, signal }: { readonly unit: string; readonly since: Instant; readonly signal: AbortSignal },
): Promise<Seen<LogText>> => {
  const args = [`--unit=${unit}`, `--since=@${Math.floor(since / 1_000)}`, '--output=short-unix', '--no-hostname', '--no-pager']
  const finished = await run('journalctl', args, { timeoutMs, signal })
  if (finished.ended === 'not-started') return couldNotLook(finished.cause, 'this host has no journal: name a service or a file as log')
  const said = shorten(finished.stderr.trim().split('\n').at(-1) ?? '', 200)
  if (/insufficient permissions|not seeing messages|permission denied/i.test(finished.stderr)) {
    return couldNotLook(
      `the journal of ${unit} may not be read`,
      'run: sudo usermod -aG systemd-journal USER for the user of the runner, then restart the runner',
    )
  }
  // Without any line it ends with 1, silently.
  const nothing = finished.ended === 'exit' && finished.exitCode === 1 && said === ''
  if (finished.ended !== 'exit' || (finished.exitCode !== 0 && !nothing)) {
    return couldNotLook(`journalctl gave no answer${said === '' ? '' : `: ${said}`}`, 'run journalctl as the runner to see why')
  }
  return saw({ lines: stampedLines(finished.stdout, (stamp) => Number(stamp || 'none') * 1_000), cut: finished.truncated }, Date.now())
}
