import type { Issues, IssuesFailure } from '../../contract/issues.ts'
import type { Instant } from '../../contract/seen.ts'
import type { IncidentLine } from '../../core/render/incident-lines.ts'
import { createClient } from '../../github/client.ts'
import type { OpenTransport, Transport } from '../../github/exchange.ts'
import { createIssues } from '../../github/issues.ts'
import { incidentsKey, rememberClock } from '../clock.ts'
import { guardedIssues } from '../last-look.ts'
import type { Printer } from '../print.ts'
import { apiUrlOf } from '../repository.ts'
import { openRunState, recordRun } from '../state-of-run.ts'
import type { IncidentsTold, ReconcileAccess } from './model.ts'
import { type Listener, notify } from './notify.ts'
import { openOutbox } from './outbox.ts'

export type IncidentsOptions = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** To GitHub. */
  readonly transport: Transport
  /** To each listener. */
  readonly openTransport: OpenTransport
  readonly token: string
  readonly server: string
  readonly listeners: readonly Listener[]
  readonly stateDirectory: string | undefined
  readonly printer: Pick<Printer, 'command'>
  readonly redact: (text: string) => string
  readonly lastLook: (text: string) => string
  readonly signal: AbortSignal
  readonly now?: () => Instant
  /** How the second between two writes is waited for; default: as the clock on the wall. */
  readonly pause?: (ms: number, signal: AbortSignal) => Promise<unknown>
  readonly reconcile: (outside: ReconcileAccess) => Promise<IncidentsTold>
}

export type IncidentsWritten = {
  readonly failure: IssuesFailure | undefined
  readonly incidents: readonly IncidentLine[]
  readonly counts: ReturnType<Issues['counts']>
}

/** For the whole of GitHub's part: a list, ten writes a second apart, and a short rate limit. */
const limitMs = 90_000

const clientFor = ({ environment, transport, token, signal, now = Date.now, pause }: IncidentsOptions) =>
  createClient({
    apiUrl: apiUrlOf(environment),
    token,
    transport,
    signal,
    deadline: now() + limitMs,
    now,
    ...(pause === undefined ? {} : { pause }),
  })

/** Reconciles with the repository's issues, tells the listeners whether or not GitHub could be reached, and keeps what is left. */
export const writeIncidents = async (options: IncidentsOptions): Promise<IncidentsWritten> => {
  const { environment, server, stateDirectory, printer, reconcile, now = Date.now } = options
  const warn = (text: string) => printer.command('warning', { title: 'ronde: incidents' }, text)
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const client = clientFor(options)
  const run = await openRunState(stateDirectory, incidentsKey(repository, server))
  try {
    const outbox = openOutbox(run.store, now())
    const issues = guardedIssues(createIssues({ client, repository, warn }), options.lastLook)
    const { notifications, facts, failure, incidents } = await reconcile({
      issues,
      facts: outbox.facts,
      state: run.store,
      now: now(),
      clockAheadMs: client.clockOffsetMs,
    })
    await notify(notifications, { ...options, warn })
    outbox.keep(facts)
    rememberClock(run.store, client.clockOffsetMs(), now())
    const recorded = await recordRun(run, [], now())
    for (const warning of [...run.warnings, ...recorded.warnings]) warn(warning)
    return { failure, incidents, counts: issues.counts() }
  } finally {
    client.close()
    await run.store.close()
  }
}
