import { hash } from 'node:crypto'
import type { ComposeOptions } from '../contract/compose.ts'
import type { Site, SiteWords } from '../contract/site.ts'

/** What is known of a site when a run begins. */
export type SiteGiven = Pick<Site, 'repository' | 'server'> & {
  readonly compose: ComposeOptions
  /** The compose project that the engine shows now. */
  readonly found: string | undefined
  /** The one that an earlier run of the same configuration saw. */
  readonly remembered: string | undefined
  /** The database as configured, in one word without credentials. */
  readonly database: string | undefined
}

/** The configured place of the compose project, which stands for it until the engine has shown its name. */
const folderOf = ({ directory, files = [] }: ComposeOptions): string | undefined =>
  directory ?? (files.length > 0 ? `files:${files.join()}` : undefined)

/** Whether compose is configured, and its project's name is not: then only the engine knows which project that is. */
export const needsEngine = (compose: ComposeOptions): boolean => compose.project === undefined && folderOf(compose) !== undefined

/** The site of a run. A silent engine changes nothing about one that is remembered or named. */
export const siteOf = ({ repository, server, compose, found, remembered, database }: SiteGiven): Site => {
  const folder = folderOf(compose)
  const stored = database === undefined ? undefined : `database:${database}`
  const project = compose.project ?? found ?? remembered ?? folder ?? stored ?? ''
  // The release before knew the folder, or nothing at all; a name that a person wrote was always the word.
  const before = compose.project === undefined ? [compose.directory ?? '', folder, folder === undefined ? stored : undefined] : []
  const formerly = [...new Set(before)].filter((one): one is string => one !== undefined && one !== project)
  return { repository, server, project, formerly }
}

export const isSameSite = (one: SiteWords, other: SiteWords): boolean =>
  one.repository === other.repository && one.server === other.server && one.project === other.project

/** A name for files: 16 hexadecimal digits. */
export const siteKey = ({ repository, server, project }: SiteWords): string =>
  hash('sha256', JSON.stringify([repository, server, project])).slice(0, 16)

/** What is configured of a site's project, as far as its lock goes by it. */
export type ConfiguredProject = {
  readonly compose: ComposeOptions
  /** The database is reached by a URL. */
  readonly byUrl: boolean
}

/**
 * The compose project that is worked on, for everybody on the server: the one that a person named, or means by a folder, or the one that runs
 * where nothing else is configured. Where only a database's URL is, a project that was seen stands beside the work, and is not its subject.
 */
export const sharedProject = (word: string, { compose, byUrl }: ConfiguredProject): string | undefined => {
  if (compose.project !== undefined) return compose.project
  const isProject = word !== '' && !word.startsWith('database:') && word !== folderOf(compose)
  return isProject && (needsEngine(compose) || !byUrl) ? word : undefined
}

/**
 * The locks of a site, in the order in which they are taken: its own, and that of the project that is worked on, which is the same whatever
 * the repository.
 */
export const lockNames = (site: SiteWords, shared: string | undefined): readonly string[] => [
  `site-${siteKey(site)}`,
  ...(shared === undefined ? [] : [shared]),
]
