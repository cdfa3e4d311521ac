import { type Action, changesServer } from '../contract/action.ts'
import type { Context, Secrets } from '../contract/context.ts'
import { isEnded } from '../contract/ended.ts'
import { type Finding, finding } from '../contract/finding.ts'
import type { Isolate } from '../contract/isolation.ts'
import type { JsonObject } from '../contract/json.ts'
import { gatherPast } from '../contract/past.ts'
import type { RunProgram } from '../contract/process.ts'
import { type Origin, type Report, type Result, type ServerReports, verdict } from '../contract/report.ts'
import type { Repository } from '../contract/repository.ts'
import { isUserError } from '../contract/user-error.ts'
import { longestWorkMs } from '../core/believed.ts'
import { errorText } from '../core/error-chain.ts'
import { createIsolation } from '../tools/isolation/isolation.ts'
import type { LookerProgram } from '../tools/isolation/looker.ts'
import { createContext } from './context.ts'
import { guardedState } from './last-look.ts'
import type { Printer } from './print.ts'
import type { RepositoryWanted } from './repository.ts'
import { liveLedgers } from './state/ledger-file.ts'
import type { StateStore } from './state/state.ts'
import { noState, openRunState, type RunState, recordRun } from './state-of-run.ts'
import { unfinished } from './unfinished.ts'

/** What all actions of one process share. */
export type Run = {
  readonly server: string
  readonly repository: string
  /** The names under `servers:` of the configuration. */
  readonly servers: readonly string[]
  /** Of the compose project, as far as it is configured: all actions of a server keep their state and their incidents under the same one. */
  readonly project: string
  readonly workspace: string
  readonly printer: Printer
  readonly secrets: Secrets
  readonly redact: (text: string) => string
  readonly runProgram: RunProgram
  readonly looker: LookerProgram
  readonly dryRun: boolean
  /** This process has the lock of the compose project already. */
  readonly holdsLock: boolean
  /** Undefined on a hosted runner. */
  readonly stateDirectory: string | undefined
  /** Aborted with the reason `cancelled`. */
  readonly cancelled: AbortSignal
  /** The repository on GitHub, connected anew for each action under its own deadline. */
  openRepository(wanted: RepositoryWanted): Promise<Repository>
  /** Another action with its configured options and these laid over them. */
  prepare(name: string, overrides: JsonObject): Promise<Prepared>
}

/** An action with its parsed options. */
export type Prepared = { readonly action: Action; readonly options: OptionsOfRun; readonly timeoutMs: number | undefined }
type OptionsOfRun = Readonly<Record<string, unknown>> & Pick<Parameters<typeof createContext>[0]['common'], 'compose' | 'database'>

/** The first measurement of a finding over the last runs, oldest first, this one included. */
export type Trend = { readonly id: string; readonly subject: string; readonly values: readonly number[] }

export type RanAction = {
  readonly report: Report
  readonly outputs: Readonly<Record<string, string | number>>
  readonly trends: readonly Trend[]
  /** Of other servers: their incidents are reconciled instead of this report's. */
  readonly merged: readonly ServerReports[] | undefined
  /** A `change` action failed at its work: the step fails whatever `fail-on` says. */
  readonly failedAtWork: boolean
}
type Outcome = Result<Readonly<Record<string, string | number>>> & { readonly failed?: true }

/** After the abort an action gets this to end by itself; then the run goes on without it. */
const graceMs = 5_000

const failed = (action: Action, observed: string, advice: string): Finding =>
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

/** A run that looked at nothing is never `ok`, even when nobody asked for what it could not look at. */
const nothingChecked = (action: Action): Finding =>
  finding({
    id: `${action.name}.nothing`,
    subject: `action/${action.name}`,
    status: 'unknown',
    title: `${action.name}: nothing was checked`,
    observed: 'no check was completed',
    expected: 'at least one',
    advice: 'name what it shall look at in ronde.yml, or leave `checks` out',
    audience: 'technical',
  })

const broken = (finding: Finding): Outcome => ({ scope: [], findings: [finding], outputs: {}, facts: {}, attachments: [], failed: true })

const graceAfter = (signal: AbortSignal): Promise<'late'> =>
  new Promise((resolve) => {
    // Not `unref`: an action that waits for nothing that ever comes would let the process end without a report.
    const start = () => setTimeout(() => resolve('late'), graceMs)
    if (signal.aborted) start()
    else signal.addEventListener('abort', start, { once: true })
  })

const attempt = async (action: Action, options: unknown, context: Context): Promise<Outcome> => {
  if (context.signal.aborted) return broken(failed(action, 'the run was cancelled before it began', 'run it again'))
  try {
    if (action.recover !== undefined && context.ledger.pending().length > 0) await action.recover(context)
    const given = await Promise.race([action.run(options as never, context), graceAfter(context.signal)])
    if (given !== 'late') return given
    const cause = context.signal.reason === 'cancelled' ? 'the run was cancelled' : 'the deadline came first'
    return broken(failed(action, cause, 'raise `timeout`, or find out what makes it slow'))
  } catch (error) {
    // One action that fails must not hide the others of the round: it becomes a finding. What a person can mend says so itself.
    if (isEnded(error)) return broken(unfinished(action, error.message))
    if (isUserError(error)) return broken(failed(action, error.message, ''))
    return broken(failed(action, errorText(error), 'if this is not about the server, report it as a mistake of Ronde'))
  }
}

/** A change runs under the lock of its compose project; one that another action invoked runs under that one's. */
const attemptAlone = async ({ action, options }: Prepared, context: Context): Promise<Outcome> => {
  const work = () => attempt(action, options, context)
  if (!changesServer(action)) return work()
  const alone = await context.exclusively(work)
  return alone.kind === 'done' ? alone.value : broken(failed(action, alone.cause, alone.advice))
}

const trendRuns = 12
const mostTrends = 200

const trendsOf = (findings: readonly Finding[], store: StateStore): readonly Trend[] =>
  findings
    .filter((one) => one.measurements.length > 0)
    .slice(0, mostTrends)
    .flatMap(({ id, subject, measurements: [first] }) => {
      const past = first === undefined ? [] : store.measurements(subject, first.name, trendRuns - 1)
      return first === undefined || past.length === 0
        ? []
        : [{ id, subject, values: [...past.map((one) => one.value).toReversed(), first.value] }]
    })

const mostWork = 100

const originOf = (run: Run, findings: readonly Finding[], state: RunState, startedAt: number): Origin => {
  const { repository, project, stateDirectory } = run
  const past = state.isUsable ? gatherPast(findings, state.store) : undefined
  const live = stateDirectory === undefined ? [] : liveLedgers(stateDirectory, Date.now()).filter((one) => one.project === project)
  const work = live.slice(0, mostWork).map(({ action, deadline }) => ({ action, until: Math.min(deadline, startedAt + longestWorkMs) }))
  return { repository, project, ...(past === undefined ? {} : { past }), ...(work.length === 0 ? {} : { work }) }
}

type OfThisRun = { readonly signal: AbortSignal; readonly deadline: number; readonly store: StateStore }

const isolationOf = ({ looker, runProgram }: Run, signal: AbortSignal) => createIsolation({ program: looker, run: runProgram, signal })

const contextOf = (prepared: Prepared, run: Run, more: OfThisRun & { readonly isolate: Isolate }): Context =>
  createContext({
    ...run,
    ...more,
    action: prepared.action.name,
    common: prepared.options,
    invoke: async (name, overrides) =>
      (
        await runAction(await run.prepare(name, overrides), {
          ...run,
          cancelled: more.signal,
          holdsLock: run.holdsLock || prepared.action.kind === 'change',
        })
      ).report,
  })

const recoveryLimitMs = 5 * 60_000

/** The step's `post:`: replays what this or an earlier run left, when it died. Quiet when there is nothing. */
export const recoverAction = async (prepared: Prepared, run: Run): Promise<void> => {
  const { action } = prepared
  if (action.recover === undefined) return
  const { isolate } = isolationOf(run, run.cancelled)
  const context = contextOf(prepared, run, { signal: run.cancelled, deadline: Date.now() + recoveryLimitMs, store: noState, isolate })
  if (context.ledger.pending().length === 0) return
  run.printer.line(`ronde ${action.name}: an earlier run did not end; it is recovered now`)
  const alone = await context.exclusively(async () => action.recover?.(context))
  if (alone.kind === 'refused') run.printer.line(`ronde ${action.name}: not recovered now: ${alone.cause}`)
}

/** Runs one action under its own deadline. Never throws for what the action does. */
export const runAction = async (prepared: Prepared, run: Run): Promise<RanAction> => {
  const { action, options, timeoutMs } = prepared
  const startedAt = Date.now()
  const limitMs = timeoutMs ?? action.timeoutMs(options as never)
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort('deadline'), limitMs)
  const signal = AbortSignal.any([run.cancelled, deadline.signal])
  const { repository, server, project } = run
  const opened = await openRunState(run.stateDirectory, { repository, server, project, action: action.name })
  const state = { ...opened, store: guardedState(opened.store, run.redact) }
  const isolation = isolationOf(run, signal)
  const { isolate } = isolation
  const context = contextOf(prepared, run, { signal, deadline: startedAt + limitMs, store: state.store, isolate })
  const outcome = await attemptAlone(prepared, context)
  isolation.close()
  clearTimeout(timer)
  const nothingSeen = outcome.scope.length === 0 && outcome.findings.every((one) => one.status === 'ok')
  const looked = nothingSeen ? [...outcome.findings, nothingChecked(action)] : outcome.findings
  const judged = [...looked, ...state.findings]
  const trends = trendsOf(judged, state.store)
  const origin = originOf(run, judged, state, startedAt)
  const kept = await recordRun(state, judged, startedAt)
  for (const warning of [...state.warnings, ...kept.warnings]) run.printer.command('warning', { title: 'ronde: state' }, warning)
  const findings = [...judged, ...kept.findings]
  const report: Report = {
    schemaVersion: 1,
    action: action.name,
    server: run.server,
    status: verdict(findings),
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    scope: outcome.scope,
    findings,
    facts: outcome.facts,
    origin,
  }
  return {
    report,
    outputs: outcome.outputs,
    trends,
    merged: outcome.merged,
    failedAtWork: action.kind === 'change' && outcome.failed === true,
  }
}
