import { type Action, changesServer } from '../contract/action.ts'
import type { Context } from '../contract/context.ts'
import { type ActionFinding, type Finding, finding, type JudgedFinding } from '../contract/finding.ts'
import { gatherPast } from '../contract/past.ts'
import { type Origin, type Report, verdict } from '../contract/report.ts'
import { longestWorkMs } from '../core/believed.ts'
import { isSameSite } from '../core/site.ts'
import { shorten } from '../core/text/plain.ts'
import { withFormerIds } from '../incidents/renamed.ts'
import { createIsolation } from '../tools/isolation/isolation.ts'
import { attempt } from './attempt.ts'
import { attemptChange } from './change.ts'
import { createContext } from './context.ts'
import { createOpenKept } from './kept.ts'
import { guardedState } from './last-look.ts'
import { exclusivelyFor, ledgerFor, ledgerOf, type OfThisRun, recoveriesOf } from './of-this-run.ts'
import type { ActionOutcome, Prepared, RanAction, Run, Trend } from './run.ts'
import { liveLedgers } from './state/ledger-file.ts'
import type { StateStore } from './state/state.ts'
import { openRunState, type RunState, recordRun } from './state-of-run.ts'
import { createTurn } from './turn.ts'

const mostQuoted = 1_000

/** A run that looked at nothing is never `ok`, even when nobody asked for what it could not look at; why, and what would let it, is quoted. */
const nothingChecked = (action: Action, findings: readonly ActionFinding[]): JudgedFinding => {
  const left = findings.filter((one) => one.notChecked !== undefined)
  const reasons = [...new Set(left.map(({ check, notChecked }) => `${check === undefined ? '' : `${check}: `}${notChecked}`))]
  const advice = [...new Set(left.map((one) => one.advice).filter((one) => one !== ''))]
  return finding({
    id: `${action.name}.nothing`,
    subject: `action/${action.name}`,
    status: 'unknown',
    title: `${action.name}: nothing was checked`,
    observed: reasons.length === 0 ? 'no check was asked for' : shorten(reasons.join('; '), mostQuoted),
    expected: 'at least one check',
    advice:
      advice.length === 0
        ? 'name what it shall look at in ronde.yml, or leave an empty `checks` out'
        : shorten(advice.join('; or '), mostQuoted),
    evidence: reasons,
    audience: 'technical',
  })
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
  const { repository, of, stateDirectory } = run
  const { project, formerly } = of.site
  const past = state.isUsable ? gatherPast(findings, state.store) : undefined
  const live = stateDirectory === undefined ? [] : liveLedgers(stateDirectory, Date.now()).filter((one) => isSameSite(one, of.site))
  const work = live.slice(0, mostWork).map(({ action, deadline }) => ({ action, until: Math.min(deadline, startedAt + longestWorkMs) }))
  return {
    repository,
    project,
    ...(formerly.length === 0 ? {} : { formerly }),
    ...(past === undefined ? {} : { past }),
    ...(work.length === 0 ? {} : { work }),
  }
}

type Shared = { readonly store: StateStore; readonly isolate: Context['isolate'] }

const contextOf = (ofRun: OfThisRun, shared: Shared): Context => {
  const { prepared, run, turn, signal, deadline } = ofRun
  return createContext({
    ...run,
    ...shared,
    signal,
    deadline,
    action: prepared.action.name,
    common: prepared.options,
    ledger: ledgerOf(ofRun),
    openKept: createOpenKept({ ...run, action: prepared.action.name, openCache: () => run.openCache(signal) }),
    exclusively: exclusivelyFor(ofRun),
    uninterrupted: turn.uninterrupted,
    recoveries: () => recoveriesOf(run),
    invoke: async (name, overrides) => {
      const holdsLock = run.holdsLock || prepared.action.kind === 'change'
      const { report, settled } = await runAction(await run.prepare(name, overrides), { ...run, remarks: [], cancelled: signal, holdsLock })
      turn.include(settled)
      return report
    },
  })
}

const turnOf = (ofRun: OfThisRun, context: Context) => {
  const { prepared, run, of, deadline, turn, ledger } = ofRun
  const { action, options } = prepared
  const attempted = { action, options, context, turn, ledger }
  return changesServer(action) ? attemptChange({ prepared, run, of, deadline }, attempted) : attempt(attempted)
}

/** What no part has stamped is of the run as a whole. */
const ofWholeRun = ({ name }: Action, findings: readonly ActionFinding[]): readonly Finding[] =>
  findings.map((one) => ({ ...one, check: one.check ?? name }))

/** What the action found, and what stands above it: that nothing was looked at, that the configuration is gone, and that the state cannot be kept. */
const judgedOf = (action: Action, outcome: ActionOutcome, above: readonly ActionFinding[]): readonly Finding[] => {
  const nothingSeen = outcome.scope.length === 0 && outcome.findings.every((one) => one.status === 'ok')
  return ofWholeRun(action, [...outcome.findings, ...(nothingSeen ? [nothingChecked(action, outcome.findings)] : []), ...above])
}

/** Runs one action under its own deadline. Never throws for what the action does. */
export const runAction = async (prepared: Prepared, run: Run): Promise<RanAction> => {
  const { action, options, timeoutMs } = prepared
  const startedAt = Date.now()
  const limitMs = timeoutMs ?? action.timeoutMs(options)
  const own = new AbortController()
  const timer = setTimeout(() => own.abort('deadline'), limitMs)
  const signal = AbortSignal.any([run.cancelled, own.signal])
  const { repository, server, project, formerly } = run.of.site
  const opened = await openRunState(run.stateDirectory, { repository, server, project, formerly, action: action.name })
  const state = { ...opened, store: guardedState(withFormerIds(opened.store), run.redact, run.lastLook) }
  const isolation = createIsolation({ program: run.looker, run: run.runProgram, signal })
  const of = await run.siteFor(options)
  const deadline = startedAt + limitMs
  const ledger = changesServer(action) ? ledgerFor(prepared, of, deadline, run.stateDirectory) : undefined
  const ofRun = { prepared, run, of, signal, deadline, turn: createTurn(signal), ledger }
  const { outcome, settled } = await turnOf(ofRun, contextOf(ofRun, { store: state.store, isolate: isolation.isolate }))
  isolation.close()
  clearTimeout(timer)
  for (const { name, path } of outcome.attachments ?? []) run.printer.line(`wrote ${name}: ${path}`)
  const judged = judgedOf(action, outcome, [...run.remarks, ...state.findings])
  const trends = trendsOf(judged, state.store)
  const origin = originOf(run, judged, state, startedAt)
  const kept = await recordRun(state, judged, startedAt)
  for (const warning of [...state.warnings, ...kept.warnings]) run.printer.command('warning', { title: 'ronde: state' }, warning)
  const findings = [...judged, ...ofWholeRun(action, kept.findings)]
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
    settled,
  }
}
