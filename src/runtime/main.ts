import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Registry } from '../contract/registry.ts'
import type { Report, RoundReport } from '../contract/report.ts'
import { worstStatus } from '../contract/status.ts'
import { isUserError } from '../contract/user-error.ts'
import { describeBug } from '../core/error-chain.ts'
import { foreignConfiguration } from '../core/event-guard.ts'
import { failsStep } from '../core/exit-rule.ts'
import { roundName } from '../core/options/suite.ts'
import { createRedactor, type Redactor, weakSecret } from '../core/redact/redact.ts'
import { redactReport } from '../core/redact/report.ts'
import { readBaseOf } from './base-of-pull.ts'
import { judgeConfiguration } from './configuration-read.ts'
import { type EventOfRun, eventOf } from './event.ts'
import { guardEffect, guardEvent } from './guards.ts'
import { lastLookOf } from './last-look.ts'
import { type Before, beforeParsing, type Out, openRun, type Start } from './open-run.ts'
import { type ParsedRun, parseRun } from './parse/parse.ts'
import { createPrinter, inWorkflow, outliveReaders, type Printer } from './print.ts'
import { type Published, publish, sayVerdict } from './publish.ts'
import type { Prepared, RanAction, Run } from './run.ts'
import { runAction } from './run-action.ts'
import { runbooksOf } from './runbooks.ts'
import { tellMistakes } from './sinks/mistakes.ts'
import type { Speaking } from './transports.ts'

/** For how long the next entry of a round waits for one that has not ended by its deadline. */
const longestWaitMs = 60_000

/** Masks come before anything else is printed: the printer redacts from its first line on. */
const createOut = (environment: Start['environment']): Out => {
  const redactor = createRedactor()
  const printer = createPrinter({ workflow: inWorkflow(environment), redact: redactor.redact })
  const add = (secret: string): void => {
    if (secret === '') return
    printer.mask(secret)
    redactor.add(secret)
  }
  add(environment['INPUT_TOKEN'] ?? '')
  return { printer, redactor, secrets: { add } }
}

const warnAboutWeakSecrets = (parsed: ParsedRun, { environment }: Start, printer: Printer): void => {
  const paths = [environment['RUNNER_TEMP'] ?? '', environment['GITHUB_WORKSPACE'] ?? '', parsed.reportFile ?? '']
  const reasons = parsed.secrets.map((secret) => weakSecret(secret, { server: parsed.server, paths })).filter((one) => one !== undefined)
  if (reasons.length > 0)
    printer.command(
      'warning',
      { title: 'ronde: weak secrets' },
      [...new Set(reasons)].map((one) => `one of the secrets: ${one}`).join('; '),
    )
}

const roundReport = (name: string, server: string, startedAt: number, ran: readonly RanAction[]): RoundReport => {
  const reports = ran.map(({ report }) => report)
  return {
    schemaVersion: 1,
    round: name,
    server,
    status: worstStatus(reports.map((report) => report.status)),
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    reports,
  }
}

const loadAction = async (name: string, registry: Registry) => {
  const load = registry[name]
  if (load === undefined) throw new Error(`no action ${name} in the registry`)
  return (await load()).action
}

/** What is said of the configuration itself, by the first action of the run. */
const remarksOn = (parsed: ParsedRun, { name, environment }: { name: string; environment: Start['environment'] }, before: Before) =>
  judgeConfiguration(parsed.configuration, { environment, name, folder: before.note?.folders[0] })

type Ready = { readonly parsed: ParsedRun; readonly run: Run; readonly event: EventOfRun }

/** Recovers, then parses: a mistyped key must not leave services stopped. */
const prepare = async (name: string, start: Start, out: Out): Promise<Ready> => {
  const event = eventOf(start.environment)
  guardEvent(event)
  const before = await beforeParsing({ ...start, event }, out)
  const { printer, secrets } = out
  const action = name === roundName ? roundName : await loadAction(name, start.registry)
  const parsed = await parseRun({
    action,
    registry: start.registry,
    environment: start.environment,
    hostname: hostname(),
    trust: { foreign: foreignConfiguration(event), brought: event.brought, sent: event.sent },
    readBase: readBaseOf(event, before.recoverer, start.cancelled),
    mask: (secret) => secrets.add(secret),
  })
  warnAboutWeakSecrets(parsed, start, printer)
  for (const notice of parsed.notices) printer.command('notice', { title: 'ronde' }, notice)
  const ofServer = action === roundName || action.place !== 'repository'
  const run = await openRun({ parsed, start: { ...start, event }, out, before, ofServer })
  return { parsed, event, run: { ...run, remarks: remarksOn(parsed, { name, environment: start.environment }, before) } }
}

/** The actions of this step with their options; an input `timeout` goes before that of an entry. */
const entriesOf = async (name: string, parsed: ParsedRun, registry: Registry): Promise<readonly Prepared[]> =>
  parsed.round?.entries.map((entry) => ({ ...entry, timeoutMs: parsed.timeoutMs ?? entry.timeoutMs })) ?? [
    { action: await loadAction(name, registry), options: parsed.options, timeoutMs: parsed.timeoutMs, databaseUrl: parsed.databaseUrl },
  ]

/** What an action has not ended by its deadline would meet the next one. Bounded: a change then finds the lock held, and looks go on. */
const endOf = async ({ settled }: RanAction): Promise<void> => {
  const waiting = new AbortController()
  await Promise.race([settled, delay(longestWaitMs, undefined, { signal: waiting.signal }).catch(() => 'the other ended first')])
  waiting.abort()
}

/** One after the other, each under its own deadline: a backup and a VACUUM must not meet. */
const runEntries = async (entries: readonly Prepared[], run: Run): Promise<readonly RanAction[]> => {
  const ran: RanAction[] = []
  for (const entry of entries) {
    const one = await runAction(entry, ran.length === 0 ? run : { ...run, remarks: [] })
    ran.push(one)
    if (ran.length < entries.length) await endOf(one)
  }
  return ran
}

type Trends = ReadonlyMap<string, readonly number[]>

const trendsOf = (ran: readonly RanAction[], redactor: Redactor): Trends =>
  new Map(ran.flatMap((one) => one.trends).map(({ id, subject, values }) => [`${id} ${redactor.redact(subject)}`, values]))

type Finished = {
  readonly report: Report | RoundReport
  readonly ran: readonly RanAction[]
  readonly parsed: ParsedRun
  readonly run: Run
  readonly speaking: Speaking | undefined
}

/** Only where incidents are wanted: a round without them does not load GitHub's part. The process that speaks with GitHub starts beside the report. */
const speakingOf = async ({ incidents }: ParsedRun, run: Run, { environment, cancelled }: Start): Promise<Speaking | undefined> => {
  if (!incidents || cancelled.aborted) return undefined
  const { beginSpeaking } = await import('./transports.ts')
  return beginSpeaking({ ...run, environment }, cancelled)
}

/** True when incidents were wanted and Ronde may not write them: nobody would be told. */
const reconcile = async (
  { ran, parsed, run, speaking }: Finished,
  { report, addIncidents }: Published,
  start: Start,
  { printer, redactor }: Out,
) => {
  const [merged] = ran.flatMap((one) => (one.merged === undefined ? [] : [one.merged]))
  if (merged !== undefined && !parsed.incidents)
    printer.command(
      'notice',
      { title: 'ronde: incidents' },
      'the reports were read, and no incident was touched: incidents are off (input `incidents`)',
    )
  if (speaking === undefined || start.cancelled.aborted) return false
  const { tellIncidents } = await import('./incidents/incidents-of-run.ts')
  return tellIncidents({
    parsed,
    environment: start.environment,
    speaking,
    printer,
    redact: redactor.redact,
    lastLook: lastLookOf(redactor, [parsed.server, ...parsed.servers]),
    signal: start.cancelled,
    stateDirectory: run.stateDirectory,
    site: run.of.site,
    report,
    merged: merged?.map((one) => ({ ...one, reports: one.reports.map((each) => redactReport(each, redactor)) })),
    runbooks: runbooksOf(start),
    addToSummary: addIncidents,
  })
}

/** Publishes, then reconciles the incidents; the verdict is the last line all the same. True when nobody would be told. */
const tellPeople = async (finished: Finished, start: Start, out: Out): Promise<boolean> => {
  const { report, ran, parsed } = finished
  const { printer, redactor } = out
  const trends = trendsOf(ran, redactor)
  const published = await publish(report, {
    timeZone: parsed.common['time-zone'],
    configuration: parsed.configuration.words,
    environment: start.environment,
    printer,
    redactor,
    outputs: parsed.round === undefined ? (ran[0]?.outputs ?? {}) : {},
    reportFile: parsed.reportFile,
    runbooks: runbooksOf(start),
    ...(trends.size === 0 ? {} : { trend: ({ id, subject }) => trends.get(`${id} ${subject}`) ?? [] }),
  })
  const untold = await reconcile(finished, published, start, out)
  sayVerdict(published.report, printer)
  return untold
}

const work = async (name: string, start: Start, out: Out): Promise<number> => {
  const startedAt = Date.now()
  const { parsed, run, event } = await prepare(name, start, out)
  const entries = await entriesOf(name, parsed, start.registry)
  for (const entry of entries) guardEffect(entry, parsed.dryRun, event)
  const ran = await runEntries(entries, run)
  const report = parsed.round === undefined ? ran[0]?.report : roundReport(parsed.round.name, parsed.server, startedAt, ran)
  if (report === undefined) throw new Error('nothing was run')
  const speaking = await speakingOf(parsed, run, start)
  const untold = await tellPeople({ report, ran, parsed, run, speaking }, start, out)
  return untold || failsStep(report.status, parsed.failOn) || ran.some((one) => one.failedAtWork) ? 1 : 0
}

/** The step's end needs no configuration: what was left says itself how it is taken back. */
const recover = async (_name: string, start: Start, out: Out): Promise<number> => {
  const event = eventOf(start.environment)
  guardEvent(event)
  const { recoverer } = await beforeParsing({ ...start, event }, out)
  return recoverer.tried.size > 0 ? 1 : 0
}

/** A person's mistakes are told without a stack, all of them, and nothing ran; anything else is a bug of ours and keeps its stack. */
const tell = async (error: unknown, { environment }: Start, { printer, redactor }: Out): Promise<void> => {
  if (isUserError(error)) return tellMistakes(error, { environment, printer, redact: redactor.redact, lastLook: lastLookOf(redactor, []) })
  printer.command('error', { title: 'ronde: a bug of Ronde' }, 'this is a mistake of Ronde; report it with the lines below')
  printer.untrusted(describeBug(error))
}

/** `post` is the step's end as the runner calls it, also after a cancelled run: it recovers what was left half done. */
export type StepPart = 'main' | 'post'
const parts: Record<StepPart, typeof work> = { main: work, post: recover }

/** The same path for every run: mask, parse, recover, run, redact, report, publish. Gives the exit code. */
export const runMain = async (name: string, start: Start, part: StepPart = 'main'): Promise<number> => {
  outliveReaders()
  const out = createOut(start.environment)
  // What an event throws past every promise: Node itself would print it as it is, secrets and commands of others included.
  const { promise: stray, reject } = Promise.withResolvers<never>()
  process.once('uncaughtException', reject)
  try {
    return await Promise.race([parts[part](name, start, out), stray])
  } catch (error) {
    await tell(error, start, out)
    return 1
  } finally {
    process.removeListener('uncaughtException', reject)
  }
}
