import { defineAction } from '../../contract/action.ts'
import type { Context } from '../../contract/context.ts'
import type { Finding } from '../../contract/finding.ts'
import { disturbedInParts, idsOfParts, renamedInParts } from '../../core/parts.ts'
import { shorten } from '../../core/text/plain.ts'
import { clockTime, countRows } from './about.ts'
import { options, type PurgeVerifyOptions } from './every-option.ts'
import { type PurgeOptions, reads, senseless } from './options.ts'
import { parts } from './parts.generated.ts'
import { attemptPurge, commandText, judgeCommand } from './run-command.ts'
import { ofTable, type Verified, verify } from './verify.ts'

const ownTimeoutMs = 60_000

/** What tells that the purge did not run; not while it is pending. */
const tells: ReadonlySet<string> = new Set(['purge.stale-rows', 'purge.day'])
const isMissed = ({ day, findings }: Verified): boolean =>
  !day.pending && findings.some((one) => one.status === 'critical' && tells.has(one.id))

const remedyOf = ({ 'run-command': command }: PurgeOptions): string => {
  const text = command === undefined ? undefined : commandText(command)
  return text === undefined
    ? "run the application's purge command, then run this again; with run-command, Ronde runs a missed purge itself"
    : `${text}, then run this round again`
}

type Outcome = { readonly verified: Verified; readonly command: readonly Finding<'purge.command'>[] }

/** Looks; when the purge was missed and a command is configured, runs it and looks again. */
const verifyAndMend = async (given: PurgeVerifyOptions, context: Context): Promise<Outcome> => {
  const run = { context, remedy: remedyOf(given) }
  const first = await verify(given, run)
  const wanted = given['run-command']
  // What was not seen cannot be called missed, nor not missed.
  if (wanted === undefined || first.staleRows === undefined) return { verified: first, command: [] }
  if (!isMissed(first)) return { verified: first, command: ofTable([judgeCommand({ kind: 'not-needed' }, wanted, first.about)]) }
  const attempt = await attemptPurge(wanted, first.about, context)
  const command = ofTable([judgeCommand(attempt, wanted, first.about)])
  return { verified: attempt.kind === 'ran' ? await verify(given, run) : first, command }
}

const lineOf = ({ about, day, staleRows, deletedRows, purgedAt }: Verified): string =>
  [
    `${about.shown}: ${staleRows === undefined ? 'not proven' : `${countRows(staleRows)} older`} for ${day.label}`,
    ...(day.pending ? [`pending until ${clockTime(day.due, about)}`] : []),
    ...(purgedAt === undefined ? [] : [`purged at ${clockTime(purgedAt, about)}`]),
    ...(deletedRows === undefined ? [] : [`${countRows(deletedRows)} deleted`]),
  ].join(', ')

const run = async (given: PurgeVerifyOptions, context: Context) => {
  const { verified, command } = await verifyAndMend(given, context)
  const { day, scope, findings, staleRows, deletedRows, purgedAt } = verified
  return {
    scope,
    findings: [...findings, ...command],
    outputs: {
      'stale-rows': staleRows ?? '',
      'deleted-rows': deletedRows ?? '',
      'purged-at': purgedAt === undefined ? '' : new Date(purgedAt).toISOString(),
      'business-date': day.today.date,
    },
    facts: {
      lines: { 'purge-verify': shorten(lineOf(verified), 300) },
      purge: { businessDate: day.today.date, timeZone: day.timeZone, pending: day.pending },
    },
  }
}

export const action = defineAction({
  name: 'purge-verify',
  description: 'Proves that the daily purge left no row of another day, ran once, opened the new day and left no lock.',
  kind: 'observe',
  dryRun: true,
  reads,
  options,
  ids: idsOfParts(parts, ['purge.clock', 'purge.command', 'purge-verify.unfinished']),
  renamed: renamedInParts(parts),
  disturbedByWork: disturbedInParts(parts),
  senseless,
  outputs: {
    'stale-rows': { description: 'Rows older than the business date, counted up to 10,000; empty when it could not be told.' },
    'deleted-rows': { description: 'Rows that the purge of today deleted, by its log or the statistics; empty when not known.' },
    'purged-at': { description: 'When the log says that it ran today, ISO 8601 in UTC; empty when not known.' },
    'business-date': { description: 'The date now in `time-zone`, `YYYY-MM-DD`.' },
  },
  timeoutMs: (given) => ownTimeoutMs + 2 * (given['run-command']?.timeout ?? 0),
  run,
})
