import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Secrets } from '../contract/context.ts'
import type { Registry } from '../contract/registry.ts'
import { foreignConfiguration } from '../core/event-guard.ts'
import { goesByProxy } from '../core/net/proxy.ts'
import type { Redactor } from '../core/redact/redact.ts'
import { isSameSite } from '../core/site.ts'
import { createListing } from '../tools/compose.ts'
import { createAskEngine } from '../tools/engine-socket.ts'
import { createPrograms } from '../tools/process/programs.ts'
import { type BeforeParsing, lookBeforeParsing } from './before-parsing.ts'
import type { EventOfRun } from './event.ts'
import { openGitHubCache } from './github-cache.ts'
import { guardEffect } from './guards.ts'
import { guardedRepository, lastLookOf } from './last-look.ts'
import { lookerProgram } from './looker-program.ts'
import type { ParsedRun } from './parse/parse.ts'
import type { Printer } from './print.ts'
import { type Recoverer, recoverLeft } from './recover.ts'
import type { Run } from './run.ts'
import { type Configured, type SiteOfRun, seeSite } from './site.ts'
import { stateDirectory } from './state/folder.ts'
import { isOfSite } from './state/ledger-left.ts'
import { createAskWeb } from './web.ts'

export type Start = {
  readonly registry: Registry
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborted with the reason `cancelled` when the runner wants us to stop. */
  readonly cancelled: AbortSignal
  /** The script of the process that looks at foreign servers: `src/looker.ts`, as it was emitted. */
  readonly looker: string
}

export type Started = Start & { readonly event: EventOfRun }

export type Out = { readonly printer: Printer; readonly redactor: Redactor; readonly secrets: Secrets }

export type Before = BeforeParsing & { readonly recoverer: Recoverer }

const isDryRun = ({ environment }: Start): boolean => /^\s*true\s*$/i.test(environment['INPUT_DRY-RUN'] ?? '')

/** Takes back what dead runs left on the site that was noted, before anything is parsed. A dry run changes nothing. */
export const beforeParsing = async (start: Started, { printer, secrets, redactor }: Out): Promise<Before> => {
  const { environment, registry, cancelled, event } = start
  const before = lookBeforeParsing(environment, foreignConfiguration(event) !== undefined)
  const programs = createPrograms({ environment })
  const recoverer: Recoverer = {
    registry,
    environment,
    brought: event.brought,
    printer,
    secrets,
    cancelled,
    redact: redactor.redact,
    runProgram: programs.run,
    programs,
    looker: lookerProgram(start.looker, environment),
    listing: createListing(createAskEngine(environment)),
    workspace: resolve(environment['GITHUB_WORKSPACE'] ?? '.'),
    own: new Set(),
    tried: new Map(),
    lacking: new Set(),
  }
  const { site, folders } = before
  if (site === undefined || isDryRun(start)) return { ...before, recoverer }
  for (const directory of folders) {
    await recoverLeft(
      { directory, concerns: (file) => file.kind === 'ledger' && file.header.version > 1 && isSameSite(file.header, site) },
      recoverer,
    )
  }
  return { ...before, recoverer }
}

export type Opening = {
  readonly parsed: ParsedRun
  readonly start: Started
  readonly out: Out
  readonly before: Before
  /** False for what works with the repository alone. */
  readonly ofServer: boolean
}

type Place = { readonly stateDirectory: string | undefined; readonly repository: string }

const placeOf = ({ parsed, start: { environment } }: Opening): Place => ({
  stateDirectory: environment['RUNNER_ENVIRONMENT'] === 'github-hosted' ? undefined : stateDirectory(environment, parsed.stateDir),
  repository: environment['GITHUB_REPOSITORY'] ?? '',
})

/** Sees the site of the common part once; an action's own section may name another project or database, which is seen when it runs. */
const sitesOf = ({ parsed, start, before, ofServer }: Opening, place: Place) => {
  const { runProgram, listing } = before.recoverer
  const see = (configured: Configured, note: BeforeParsing['note']) =>
    seeSite({ ...place, server: parsed.server, configured, runProgram, signal: start.cancelled, listing, ofServer, note })
  const common: Configured = { compose: parsed.common.compose, database: parsed.common.database }
  const keyOf = (one: Configured): string => JSON.stringify([one.compose, one.database])
  const seen = new Map<string, Promise<SiteOfRun>>([[keyOf(common), see(common, ofServer ? before.note : undefined)]])
  return (configured: Configured): Promise<SiteOfRun> => {
    const whole = { compose: configured.compose ?? common.compose, database: configured.database ?? common.database }
    const made = seen.get(keyOf(whole)) ?? see(whole, undefined)
    seen.set(keyOf(whole), made)
    return made
  }
}

/** What became known only now: the site itself, and secrets of the configuration. */
const recoverAfterParsing = async ({ parsed, before, ofServer }: Opening, of: SiteOfRun, directory: string | undefined): Promise<void> => {
  if (parsed.dryRun || directory === undefined || !ofServer) return
  const { tried, lacking } = before.recoverer
  const configured = { compose: parsed.common.compose, database: parsed.common.database }
  await recoverLeft(
    { directory, concerns: (file) => isOfSite(file, of.site) && (!tried.has(file.path) || lacking.has(file.path)), configured },
    before.recoverer,
  )
}

/** Everything that all actions of this process share. */
export const openRun = async (opening: Opening): Promise<Run> => {
  const { parsed, start, out, before } = opening
  const { environment, event } = start
  const { printer, secrets, redactor } = out
  const place = placeOf(opening)
  const siteFor = sitesOf(opening, place)
  const of = await siteFor({})
  await recoverAfterParsing(opening, of, place.stateDirectory)
  const { recoverer } = before
  // Loaded by those who speak with the network.
  const loadTransports = async () => (await import('./transports.ts')).transportsOf({ ...recoverer, environment })
  return {
    ...recoverer,
    ...place,
    recoverer,
    of,
    siteFor,
    printer,
    secrets,
    lastLook: lastLookOf(redactor, [parsed.server]),
    server: parsed.server,
    servers: parsed.servers,
    configuration: parsed.configuration.source,
    dryRun: parsed.dryRun,
    remarks: [],
    runId: environment['GITHUB_RUN_ID'] || randomUUID(),
    pullRequest: event.pullRequest,
    temporary: environment['RUNNER_TEMP'] || tmpdir(),
    holdsLock: false,
    byProxy: (place) => goesByProxy(environment, place),
    openWeb: createAskWeb(loadTransports),
    openCache: (signal) =>
      openGitHubCache({ environment, event, script: join(dirname(start.looker), 'keeper.js'), runProgram: recoverer.runProgram, signal }),
    openRepository: async (wanted) => {
      const { openRepository } = await import('./repository.ts')
      const openTransport = await loadTransports()
      const { token, common } = parsed
      const parts = { environment, openTransport, token, authors: common.incidents.authors, printer, redact: redactor.redact }
      const repository = openRepository(parts, wanted)
      return guardedRepository(repository, lastLookOf(redactor, [parsed.server]))
    },
    prepare: async (name, overrides) => {
      const prepared = await parsed.optionsFor(name, overrides)
      guardEffect(prepared, parsed.dryRun, event)
      return prepared
    },
  }
}
