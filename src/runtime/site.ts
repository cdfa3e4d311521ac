import { hash } from 'node:crypto'
import type { ComposeOptions } from '../contract/compose.ts'
import type { DatabaseOptions } from '../contract/database.ts'
import type { RunProgram } from '../contract/process.ts'
import type { Seen } from '../contract/seen.ts'
import type { Site } from '../contract/site.ts'
import { needsEngine, sharedProject, siteOf } from '../core/site.ts'
import { createCompose, type Listing } from '../tools/compose.ts'
import { databaseWord } from '../tools/connect/database-word.ts'
import { noteSite, type SiteNote, siteNotes } from './state/sites.ts'

/** A site as a run sees it. */
export type SiteOfRun = {
  readonly site: Site
  /** The compose project that is worked on, whatever the repository: its lock is taken as well. */
  readonly shared: string | undefined
  /** Why nobody knows which compose project is meant, where one is configured: then nothing is changed. */
  readonly unseen?: { readonly cause: string; readonly advice: string }
}

/** What a configuration says is maintained. */
export type Configured = { readonly compose?: ComposeOptions | undefined; readonly database?: DatabaseOptions | undefined }

export type SiteWanted = {
  readonly repository: string
  readonly server: string
  readonly configured: Configured
  /** Undefined on a hosted runner: nothing is remembered there, and the engine is asked only for what is configured. */
  readonly stateDirectory: string | undefined
  readonly runProgram: RunProgram
  readonly signal: AbortSignal
  readonly listing: Listing
  /** Of the repository alone: no engine is asked. */
  readonly ofServer: boolean
  /** Where this run keeps its note; absent where it keeps none. */
  readonly note?: { readonly config: string; readonly inputs: string; readonly folders: readonly string[] } | undefined
}

const digestOf = (value: unknown): string => hash('sha256', JSON.stringify(value)).slice(0, 16)

/** Of what is configured of compose: the memory of a project holds only for the same words. */
const composeDigest = (server: string, { directory, files, project }: ComposeOptions): string =>
  digestOf([server, directory ?? null, files ?? null, project ?? null])

const lookFor = async (wanted: SiteWanted, compose: ComposeOptions): Promise<Seen<string> | undefined> => {
  const asks = wanted.ofServer && compose.project === undefined && (wanted.stateDirectory !== undefined || needsEngine(compose))
  if (!asks) return undefined
  const found = await createCompose({ options: compose, run: wanted.runProgram, signal: wanted.signal, listing: wanted.listing }).project()
  return found.seen ? { ...found, value: found.value.name } : found
}

const remembered = (notes: readonly SiteNote[], configured: string, server: string): string | undefined =>
  notes.findLast((one) => one.configured === configured && one.site.server === server && one.seen !== null)?.seen ?? undefined

type Known = { readonly site: Site; readonly configured: string; readonly seen: string | undefined; readonly notes: readonly SiteNote[] }

const keepNote = ({ note, stateDirectory }: SiteWanted, { site, configured, seen, notes }: Known): void => {
  if (note === undefined || stateDirectory === undefined) return
  const { folders, config, inputs } = note
  const { repository, server, project } = site
  const now = { config, inputs, configured, site: { repository, server, project }, seen: seen ?? null, stateDirectory }
  for (const folder of new Set([stateDirectory, ...folders])) noteSite(folder, now, folder === stateDirectory ? notes : undefined)
}

const whyUnseen = (found: Seen<string> | undefined, compose: ComposeOptions): Pick<SiteOfRun, 'unseen'> =>
  found?.seen === false && needsEngine(compose) ? { unseen: { cause: found.cause, advice: found.advice } } : {}

/** Computes the site of a run, and notes it for the next one. */
export const seeSite = async (wanted: SiteWanted): Promise<SiteOfRun> => {
  const { repository, server, stateDirectory } = wanted
  const { compose = {}, database = {} } = wanted.configured
  const found = await lookFor(wanted, compose)
  const configured = composeDigest(server, compose)
  const seen = found?.seen === true ? found.value : undefined
  const notes = stateDirectory === undefined ? [] : siteNotes(stateDirectory, repository)
  const before = remembered(notes, configured, server)
  const site = siteOf({ repository, server, compose, found: seen, remembered: before, database: databaseWord(database) })
  keepNote(wanted, { site, configured, seen: seen ?? before, notes })
  const shared = sharedProject(site.project, { compose, byUrl: database.url !== undefined })
  return { site, shared, ...whyUnseen(found, compose) }
}

const siteInputs = [
  'server',
  'compose-directory',
  'compose-files',
  'compose-project',
  'database-service',
  'database-url',
  'database-name',
  'database-user',
] as const

/** A digest of the inputs of this step that say what is maintained. */
export const inputsDigest = (environment: Readonly<Record<string, string | undefined>>): string =>
  digestOf(siteInputs.map((name) => environment[`INPUT_${name.toUpperCase()}`]?.trim() ?? ''))
