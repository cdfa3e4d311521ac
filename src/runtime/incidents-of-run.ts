import { appendFile } from 'node:fs/promises'
import { errorText } from '../core/error-chain.ts'
import type { History } from '../core/history.ts'
import { noHistory } from '../core/history.ts'
import type { IssuesFailure } from '../core/incidents/types.ts'
import { counted } from '../core/render/headline.ts'
import { renderIncidents } from '../core/render/summary-incidents.ts'
import type { Report, RoundReport } from '../core/report.ts'
import type { ParsedRun } from './parse/parse.ts'
import type { Printer } from './print.ts'
import { reconcileIssues } from './reconcile-issues.ts'
import { type IncidentsWritten, writeIncidents } from './sinks/incidents.ts'
import { openRunState } from './state-of-run.ts'

export type IncidentsOfRun = {
  readonly parsed: ParsedRun
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly printer: Printer
  readonly redact: (text: string) => string
  readonly signal: AbortSignal
  readonly stateDirectory: string | undefined
  readonly project: string
  /** As it left the server: redacted. */
  readonly report: Report | RoundReport
  readonly runbooks: string | undefined
}

const reportsOf = (report: Report | RoundReport): readonly Report[] => ('reports' in report ? report.reports : [report])

const repositoryUrl = (environment: IncidentsOfRun['environment']): string =>
  `${environment['GITHUB_SERVER_URL'] || 'https://github.com'}/${environment['GITHUB_REPOSITORY'] ?? ''}`

/** What each action's earlier runs left; read again, since the run itself has recorded by now. */
const openHistories = async ({ environment, stateDirectory, project, report, parsed }: IncidentsOfRun) => {
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const actions = new Set(reportsOf(report).map((one) => one.action))
  const stores = new Map<string, Awaited<ReturnType<typeof openRunState>>['store']>()
  for (const action of actions) {
    stores.set(action, (await openRunState(stateDirectory, { repository, server: parsed.server, project, action })).store)
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

const write = async (of: IncidentsOfRun, token: string): Promise<IncidentsWritten> => {
  const { parsed, environment, printer, report, project } = of
  const { history, close } = await openHistories(of)
  try {
    return await writeIncidents({
      ...of,
      token,
      server: parsed.server,
      listeners: parsed.common.notify,
      reconcile: reconcileIssues({
        reports: reportsOf(report),
        round: parsed.round?.name,
        identity: { repository: environment['GITHUB_REPOSITORY'] ?? '', project },
        history,
        stateUsable: isUsable(of),
        options: parsed.common.incidents,
        contacts: parsed.common.contacts,
        maintenance: parsed.common.maintenance,
        timeZone: parsed.common['time-zone'],
        run: { url: `${repositoryUrl(environment)}/actions/runs/${environment['GITHUB_RUN_ID'] ?? ''}` },
        runbooks: of.runbooks,
        say: (line) => printer.line(line),
        issuesUrl: `${repositoryUrl(environment)}/issues/`,
      }),
    })
  } finally {
    await close()
  }
}

/** True when nobody would be told: then the step fails, whatever `fail-on` says. Any other trouble with GitHub only warns. */
const tellFailure = (failure: IssuesFailure, printer: Printer): boolean => {
  const advice = 'advice' in failure ? `\n${failure.advice}` : ''
  const fails = failure.kind === 'forbidden'
  printer.command(fails ? 'error' : 'warning', { title: 'ronde: incidents' }, `incidents: ${failure.cause}${advice}`)
  return fails
}

const mayNot = (cause: string, advice: string): IssuesFailure => ({ kind: 'forbidden', cause, advice })

const tellCounts = ({ incidents, counts }: IncidentsWritten, printer: Printer): void => {
  const open = incidents.filter(({ deed }) => deed !== 'closed').length
  printer.line(`incidents: ${open} open; ${counted(counts.requests, 'request')} to GitHub, ${counted(counts.writes, 'write')}`)
}

/** A section of its own behind the summary, which was written before GitHub was asked: the verdict waits for nobody. */
const addToSummary = async ({ incidents }: IncidentsWritten, { environment, printer }: IncidentsOfRun): Promise<void> => {
  const path = environment['GITHUB_STEP_SUMMARY'] ?? ''
  const text = renderIncidents(incidents)
  if (path === '' || text === '') return
  try {
    await appendFile(path, text)
  } catch (error) {
    // The issues are written; only the way to them is missing in the summary.
    printer.command('warning', { title: 'ronde: job summary' }, `job summary: the incidents could not be added: ${errorText(error)}`)
  }
}

/** Opens, updates and closes the incidents of a run. True when incidents were wanted and Ronde may not write them. */
export const tellIncidents = async (of: IncidentsOfRun): Promise<boolean> => {
  const { parsed, environment, printer } = of
  if (parsed.token === undefined) return tellFailure(mayNot('there is no token', 'give the input token, or leave its default'), printer)
  if ((environment['GITHUB_REPOSITORY'] ?? '') === '')
    return tellFailure(mayNot('there is no repository', 'incidents need a run of GitHub Actions (GITHUB_REPOSITORY)'), printer)
  const written = await write(of, parsed.token)
  await addToSummary(written, of)
  if (written.failure !== undefined) return tellFailure(written.failure, printer)
  tellCounts(written, printer)
  return false
}
