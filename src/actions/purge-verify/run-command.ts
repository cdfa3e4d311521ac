import type { Context } from '../../contract/context.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import type { Finished } from '../../contract/process.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { byTag, type CasesByTag } from '../../core/by-tag.ts'
import { formatDuration } from '../../core/quantity.ts'
import { plainLines, shorten } from '../../core/text/plain.ts'
import { shellCommand } from '../../core/text/shell-command.ts'
import { isInstant } from '../../core/time/instant.ts'
import { seeDeclared } from '../../tools/compose-services.ts'
import type { PurgeSubject } from './about.ts'
import type { PurgeOptions } from './options.ts'

type RunCommand = NonNullable<PurgeOptions['run-command']>

/** The command to copy; undefined when a name of it cannot stand in one. */
export const commandText = ({ service, command }: RunCommand): string | undefined =>
  shellCommand(['docker', 'compose', 'exec', { kind: 'service', name: service }, ...command])

const endings: CasesByTag<Finished, 'ended', [], string> = {
  exit: ({ exitCode }) => `exit code ${exitCode}`,
  signal: ({ signal }) => `killed with ${signal}`,
  timeout: ({ durationMs }) => `not done within ${formatDuration(durationMs)}`,
  cancelled: () => 'stopped with the run',
  'not-started': ({ cause }) => cause,
}

/** What became of the command in this run. */
export type Attempt =
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'would-run' }
  | { readonly kind: 'ran-before'; readonly at: number }
  | ({ readonly kind: 'refused' } & Obstacle)
  | { readonly kind: 'ran'; readonly finished: Finished }

const noteKey = ({ subject }: PurgeSubject): string => `purge.command ${subject}`

/** When it was run today, by the note that an earlier run left. */
const ranToday = (context: Context, about: PurgeSubject): number | undefined => {
  const [date, at] = (context.state.note(noteKey(about)) ?? '').split(' ')
  return date === about.day.today.date && isInstant(Number(at)) ? Number(at) : undefined
}

/** Why its service cannot be meant, where that is why the command failed: then nothing ran, and the name is a mistake of the file. */
const mistakenService = async ({ service }: RunCommand, finished: Finished, { compose }: Context): Promise<Attempt | undefined> => {
  if (finished.ended !== 'exit' || finished.exitCode === 0) return undefined
  const containers = await compose.containers()
  if (!containers.seen || containers.value.some((one) => one.service === service)) return undefined
  const declared = await seeDeclared(compose, service, 'run-command.service')
  return declared.seen ? undefined : { kind: 'refused', cause: `${declared.cause}${declared.hint}`, advice: declared.advice }
}

/** Runs the purge that was missed, alone on the compose project and at most once a day. A run that dies before its end leaves no note: it runs again. */
export const attemptPurge = async (wanted: RunCommand, about: PurgeSubject, context: Context): Promise<Attempt> => {
  const before = ranToday(context, about)
  if (before !== undefined) return { kind: 'ran-before', at: before }
  const text = commandText(wanted) ?? wanted.command[0] ?? ''
  if (context.dryRun) {
    context.progress.say(`dry run: would run ${text}`)
    return { kind: 'would-run' }
  }
  const alone = await context.exclusively(async () => {
    context.progress.say(`the purge was missed; running ${text}`)
    return context.compose.run(['exec', '-T', wanted.service, ...wanted.command], { timeoutMs: wanted.timeout })
  })
  if (alone.kind === 'refused') return alone
  const mistaken = await mistakenService(wanted, alone.value, context)
  if (mistaken !== undefined) return mistaken
  // What never started did nothing: the next run may try.
  if (alone.value.ended !== 'not-started') context.state.setNote(noteKey(about), `${about.day.today.date} ${context.now()}`)
  return { kind: 'ran', finished: alone.value }
}

type Verdict = Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>

const verdicts: CasesByTag<Attempt, 'kind', [text: string], Omit<Verdict, 'title'> & { readonly what: string }> = {
  'not-needed': () => ({ status: 'ok', what: 'the purge command is not needed', observed: 'the purge was not missed', advice: '' }),
  'would-run': (_, text) => ({
    status: 'ok',
    what: 'the purge was missed',
    observed: `dry run: would run ${text}`,
    advice: 'run it without dry-run',
  }),
  'ran-before': ({ at }, text) => ({
    status: 'warning',
    what: 'missed, and not run a second time',
    observed: `Ronde ran the purge at ${new Date(at).toISOString()}`,
    advice: `find out what it left, then run: ${text}`,
  }),
  refused: ({ cause, advice }) => ({ status: 'unknown', what: 'the purge command could not be run', observed: cause, advice }),
  ran: ({ finished }, text) => {
    const done = finished.ended === 'exit' && finished.exitCode === 0
    const how = byTag('ended', endings, finished)
    return {
      status: done ? 'warning' : 'critical',
      what: done ? 'the purge was missed, and has been run now' : 'the purge was missed, and its command failed',
      // Of the other endings the words say how long, or nothing went on.
      observed: finished.ended === 'exit' || finished.ended === 'signal' ? `${how} after ${formatDuration(finished.durationMs)}` : how,
      advice: done ? 'find out why it did not run by itself: look at what starts it' : `to see why, run: ${text}`,
    }
  },
}

const verdictOf = (attempt: Attempt, text: string, { shown }: PurgeSubject): Verdict => {
  const { what, ...verdict } = byTag('kind', verdicts, attempt, text)
  return { ...verdict, title: `${shown}: ${what}` }
}

const evidenceOf = (attempt: Attempt): readonly string[] =>
  attempt.kind === 'ran'
    ? [attempt.finished.stdout, attempt.finished.stderr].flatMap((output) => plainLines(output, { maxLines: 10, maxChars: 300 }))
    : []

/** What was done about a missed purge, and what must be done about that it was missed. */
export const judgeCommand = (attempt: Attempt, wanted: RunCommand, about: PurgeSubject): JudgedFinding<'purge.command'> =>
  finding({
    id: 'purge.command',
    subject: about.subject,
    ...verdictOf(attempt, shorten(commandText(wanted) ?? 'the command of run-command', 300), about),
    expected: 'a purge that runs by itself',
    evidence: evidenceOf(attempt),
    certainty: 'hard',
    audience: 'technical',
  })
