import type { Context } from '../../../../contract/context.ts'
import type { Finished } from '../../../../contract/process.ts'
import type { Seen } from '../../../../contract/seen.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { plainLine } from '../../../../core/text/plain.ts'
import type { LastRuns } from '../../../../domain/certbot/lineage.ts'
import { seeForeignHands } from '../../../../probes/certbot/hands.ts'
import type { CertOptions } from '../../options.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'

/** The authorities count these too, and a round runs daily. */
const everyMs = 7 * 86_400_000
const timeoutMs = 5 * 60_000
const maxBytes = 256 * 1024

const notRun = 'deploy hooks are not run by a dry run: what loads the certificate was not tried'

/** Kept between runs, by folder: when it last ran and how it ended. */
export const dryRunNote = (directory: string): string => `certbot.dry-run ${directory}`

type Try = { readonly at: number; readonly good: boolean }

const lastTry = (text: string | undefined): Try | undefined => {
  const match = /^(\d{1,16}) (good|bad)$/.exec(text ?? '')
  return match === null ? undefined : { at: Number(match[1]), good: match[2] === 'good' }
}

/** Certbot's first words about a failure, else its last line. */
const causeOf = ({ stderr, stdout }: Finished): string => {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim())
  const failed = lines.find((line) => /^Failed to renew|^Another instance|error/i.test(line))
  return plainLine(failed ?? lines.findLast((line) => line !== '') ?? 'no words', 300)
}

const outcome = (finished: Finished): { readonly good: boolean; readonly observed: string } | undefined => {
  if (finished.ended === 'exit' && finished.exitCode === 0)
    return { good: true, observed: `certbot renewed in its dry run, within ${formatDuration(finished.durationMs)}` }
  if (finished.ended === 'exit') return { good: false, observed: causeOf(finished) }
  return finished.ended === 'timeout' ? { good: false, observed: `no end within ${formatDuration(timeoutMs)}` } : undefined
}

const shared = (directory: string) =>
  ({ id: 'certbot.dry-run', subject: directory, expected: 'a dry run without failures, once a week' }) as const

const words = (directory: string, { good, observed }: { readonly good: boolean; readonly observed: string }): CertbotFinding =>
  told({
    ...shared(directory),
    status: good ? 'ok' : 'warning',
    title: `certbot: its dry run ${good ? 'succeeded' : 'failed'}`,
    observed,
    // Said, and no more: what was asked for was looked at.
    evidence: [notRun],
    advice: good ? '' : 'run: sudo certbot renew --dry-run',
    certainty: 'soft',
  })

const program = (directory: string, sudo: boolean): readonly [string, readonly string[]] => {
  const args = ['renew', '--dry-run', '--non-interactive', '--no-random-sleep-on-renew', '--config-dir', directory]
  return sudo ? ['sudo', ['-n', 'certbot', ...args]] : ['certbot', args]
}

const tryNow = async (directory: string, sudo: boolean, context: Context, now: number): Promise<CertbotFinding> => {
  const hands = await seeForeignHands(directory, context.runProgram, context.signal)
  if (hands !== undefined) return unseen(shared(directory), hands, true)
  const finished = await context.runProgram(...program(directory, sudo), { timeoutMs, signal: context.signal, maxBytes })
  const ended = outcome(finished)
  if (ended === undefined) {
    const cause = finished.ended === 'not-started' ? finished.cause : 'certbot was stopped'
    return unseen(shared(directory), { cause, advice: 'install certbot, or leave `renew-dry-run` out' }, true)
  }
  context.state.setNote(dryRunNote(directory), `${now} ${ended.good ? 'good' : 'bad'}`)
  return words(directory, ended)
}

/** The newest try: ours, or one that somebody made by hand since, as the log tells. */
const newestTry = (note: string | undefined, runs: Seen<LastRuns>): Try | undefined => {
  const ours = lastTry(note)
  const inLog =
    runs.seen && runs.value.from === 'log' ? runs.value.runs.findLast((one) => one.dryRun && one.outcome !== 'unfinished') : undefined
  if (inLog === undefined || inLog.at <= (ours?.at ?? 0)) return ours
  return { at: inLog.at, good: inLog.outcome === 'renewed' }
}

/** `certbot renew --dry-run`, at most once a week; between two tries the last one's outcome stands. */
export const dryRun = async (
  runs: Seen<LastRuns>,
  { privileges }: CertOptions,
  context: Context,
  about: LetsencryptSubject,
): Promise<CertbotFinding> => {
  const { directory, now } = about
  const last = newestTry(context.state.note(dryRunNote(directory)), runs)
  if (last !== undefined && last.at <= now && now - last.at < everyMs) {
    const when = `${last.good ? 'succeeded' : 'failed'} ${formatDuration(now - last.at)} ago`
    return words(directory, { good: last.good, observed: `${when}; tried again in ${formatDuration(last.at + everyMs - now)}` })
  }
  const isRoot = process.getuid?.() === 0
  if (isRoot || privileges === 'sudo') return tryNow(directory, !isRoot, context, now)
  const advice = 'set `privileges: sudo`, or run the runner as root'
  return unseen(shared(directory), { cause: 'only root may run certbot', advice }, true)
}
