import { type History, noHistory } from '../../contract/history.ts'
import type { IssuesFailure } from '../../contract/issues.ts'
import { historyOfPast } from '../../contract/past.ts'
import type { Report, RoundReport, ServerReports } from '../../contract/report.ts'
import type { Site } from '../../contract/site.ts'
import { longestWorkMs } from '../../core/believed.ts'
import { counted } from '../../core/render/headline.ts'
import type { IncidentLine } from '../../core/render/incident-lines.ts'
import { isSameSite } from '../../core/site.ts'
import { localTime } from '../../core/time/local-time.ts'
import type { QuietPeriod } from '../../incidents/model.ts'
import type { CommonOfServer, ParsedRun } from '../parse/parse.ts'
import type { Printer } from '../print.ts'
import { repositoryUrl, runUrl } from '../repository.ts'
import { liveLedgers } from '../state/ledger-file.ts'
import { openRunState } from '../state-of-run.ts'
import type { Speaking } from '../transports.ts'
import type { ServerInput } from './model.ts'
import { reconcileIssues } from './reconcile-issues.ts'
import { type IncidentsWritten, writeIncidents } from './write-incidents.ts'

export type IncidentsOfRun = {
  readonly parsed: ParsedRun
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly speaking: Speaking
  readonly printer: Printer
  readonly redact: (text: string) => string
  readonly lastLook: (text: string) => string
  readonly signal: AbortSignal
  readonly stateDirectory: string | undefined
  readonly site: Site
  /** As it left the server: redacted. */
  readonly report: Report | RoundReport
  /** Of other servers, redacted: what is reconciled instead of the report. */
  readonly merged: readonly ServerReports[] | undefined
  readonly runbooks: string | undefined
  /** Puts them into the job summary; never throws. */
  readonly addToSummary: (incidents: readonly IncidentLine[]) => Promise<void>
}

const reportsOf = (report: Report | RoundReport): readonly Report[] => ('reports' in report ? report.reports : [report])

/** What each action's earlier runs left; read again, since the run itself has recorded by now. */
const openHistories = async ({ stateDirectory, site, report }: IncidentsOfRun) => {
  const actions = new Set(reportsOf(report).map((one) => one.action))
  const stores = new Map<string, Awaited<ReturnType<typeof openRunState>>['store']>()
  for (const action of actions) {
    stores.set(action, (await openRunState(stateDirectory, { ...site, action })).store)
  }
  return {
    history: (action: string): History => stores.get(action) ?? noHistory,
    close: async () => {
      for (const store of stores.values()) await store.close()
    },
  }
}

const isUsable = ({ stateDirectory, report }: IncidentsOfRun): boolean =>
  stateDirectory !== undefined && !reportsOf(report).some((one) => one.findings.some(({ id }) => id === 'state.unwritable'))

/** Rule 13: what Ronde itself does to a project explains what it disturbs. */
const workOf = (what: string, until: number, timeZone: string): QuietPeriod => ({
  kind: 'work',
  until,
  why: `${what} works on this project, until ${localTime(until, timeZone, Date.now())} at the latest`,
})

const ownWork = ({ stateDirectory, site, parsed }: IncidentsOfRun): readonly QuietPeriod[] =>
  (stateDirectory === undefined ? [] : liveLedgers(stateDirectory, Date.now()))
    .filter((one) => isSameSite(one, site))
    .map(({ action, pid, deadline, startedAt }) =>
      workOf(`${action} (process ${pid})`, Math.min(deadline, startedAt + longestWorkMs), parsed.common['time-zone']),
    )

type Shared = Pick<ServerInput, 'run' | 'runbooks'>
const sharedBy = ({ environment, runbooks }: IncidentsOfRun): Shared => ({ run: { url: runUrl(environment) }, runbooks })

const optionsOf = (common: CommonOfServer): Pick<ServerInput, 'options' | 'contacts' | 'maintenance' | 'timeZone'> => ({
  options: common.incidents,
  contacts: common.contacts,
  maintenance: common.maintenance,
  timeZone: common['time-zone'],
})

/** The run's own reports, with the past of this server's state. */
const ownJudged = (of: IncidentsOfRun, history: ServerInput['history']): ServerInput => ({
  ...sharedBy(of),
  ...optionsOf(of.parsed.common),
  reports: reportsOf(of.report),
  round: of.parsed.round?.name,
  identity: of.site,
  isOurs: true,
  history,
  stateUsable: isUsable(of),
  quiet: ownWork(of),
})

const isComplete = ({ origin, findings }: Report): boolean =>
  origin?.past !== undefined && !findings.some(({ id }) => id === 'state.unwritable')

/** Reports of another server, with the past that they carry, under the options that the configuration has for it. */
const mergedJudged = (of: IncidentsOfRun, { server, project, formerly = [], round, reports }: ServerReports): ServerInput => {
  const common = of.parsed.commonFor(server)
  const pasts = new Map(reports.flatMap(({ action, origin }) => (origin?.past === undefined ? [] : [[action, origin.past] as const])))
  return {
    ...sharedBy(of),
    ...optionsOf(common),
    reports,
    round,
    identity: { repository: of.site.repository, project, formerly },
    history: (action) => {
      const past = pasts.get(action)
      return past === undefined ? noHistory : historyOfPast(past)
    },
    stateUsable: reports.every(isComplete),
    quiet: reports
      .flatMap(({ origin }) => origin?.work ?? [])
      .map((one) => workOf(`${one.action} on ${server}`, one.until, common['time-zone'])),
  }
}

const write = async (of: IncidentsOfRun, token: string): Promise<IncidentsWritten> => {
  const { parsed, environment, speaking, printer, merged } = of
  const { history, close } = await openHistories(of)
  try {
    const judged = merged === undefined ? [ownJudged(of, history)] : merged.map((one) => mergedJudged(of, one))
    return await writeIncidents({
      ...of,
      token,
      ...speaking,
      server: parsed.server,
      listeners: parsed.common.notify,
      reconcile: reconcileIssues(judged, { say: (line) => printer.line(line), issuesUrl: `${repositoryUrl(environment)}/issues/` }),
    })
  } finally {
    await close()
  }
}

/** True when nobody would be told: then the step fails, whatever `fail-on` says. Any other trouble with GitHub only warns. */
const tellFailure = (failure: IssuesFailure, printer: Printer): boolean => {
  const advice = 'advice' in failure ? `\n${failure.advice}` : ''
  const fails = failure.kind === 'forbidden' || failure.kind === 'refused'
  printer.command(fails ? 'error' : 'warning', { title: 'ronde: incidents' }, `incidents: ${failure.cause}${advice}`)
  return fails
}

const mayNot = (cause: string, advice: string): IssuesFailure => ({ kind: 'forbidden', cause, advice })

const tellCounts = ({ incidents, counts }: IncidentsWritten, printer: Printer): void => {
  const open = incidents.filter(({ deed }) => deed !== 'closed').length
  printer.line(`incidents: ${open} open; ${counted(counts.requests, 'request')} to GitHub, ${counted(counts.writes, 'write')}`)
}

/** Opens, updates and closes the incidents of a run. True when incidents were wanted and Ronde may not write them. */
export const tellIncidents = async (of: IncidentsOfRun): Promise<boolean> => {
  const { parsed, environment, printer } = of
  if (parsed.token === undefined) return tellFailure(mayNot('there is no token', 'give the input token, or leave its default'), printer)
  if ((environment['GITHUB_REPOSITORY'] ?? '') === '')
    return tellFailure(mayNot('there is no repository', 'incidents need a run of GitHub Actions (GITHUB_REPOSITORY)'), printer)
  const written = await write(of, parsed.token)
  await of.addToSummary(written.incidents)
  if (written.failure !== undefined) return tellFailure(written.failure, printer)
  tellCounts(written, printer)
  return false
}
