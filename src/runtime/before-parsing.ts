import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, normalize, resolve } from 'node:path'
import type { SiteWords } from '../contract/site.ts'
import { isSameSite } from '../core/site.ts'
import { inputsDigest } from './site.ts'
import { stateDirectory } from './state/folder.ts'
import { type SiteNote, siteNotes } from './state/sites.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What a run knows before it has parsed anything. */
export type BeforeParsing = {
  /** State folders in which something of this site may lie; none on a hosted runner. */
  readonly folders: readonly string[]
  /** The site that earlier runs of this configuration noted; undefined where they noted none, or several. */
  readonly site: SiteWords | undefined
  /** What a note is kept under. */
  readonly note: { readonly config: string; readonly inputs: string; readonly folders: readonly string[] } | undefined
}

const defaultConfig = '.github/ronde.yml'
const maxBytes = 1024 * 1024

const inputOf = (environment: Environment, name: string): string => (environment[`INPUT_${name}`] ?? '').trim()

const key = 'state-dir:'

/** The plain or quoted text behind a key, without a comment. */
const scalarOf = (line: string): string => {
  const text = line.slice(key.length).trim()
  const quote = text.startsWith('"') || text.startsWith("'") ? text.charAt(0) : undefined
  if (quote !== undefined) return text.slice(1).split(quote, 1)[0] ?? ''
  return text.split(' #', 1)[0]?.trim() ?? ''
}

/** `state-dir` of a `ronde.yml` that may be full of mistakes elsewhere. */
const writtenStateDir = (environment: Environment, config: string): string | undefined => {
  const path = isAbsolute(config) ? config : join(resolve(environment['GITHUB_WORKSPACE'] ?? '.'), config)
  try {
    if (!statSync(path).isFile() || statSync(path).size > maxBytes) return undefined
    const line = readFileSync(path, 'utf8')
      .split('\n')
      .find((one) => one.startsWith(key))
    return line === undefined ? undefined : scalarOf(line)
  } catch {
    // Not there, or not readable: the parser tells of it.
    return undefined
  }
}

const isFolder = (path: string | undefined): path is string => path !== undefined && isAbsolute(path)

/** The site of `config`: the one that was noted with the same inputs, else the only one. */
const notedSite = (all: readonly SiteNote[], wanted: { config: string; inputs: string }): SiteWords | undefined => {
  const notes = all.filter((one) => one.config === wanted.config)
  const same = notes.findLast((one) => one.inputs === wanted.inputs)?.site
  const [first, ...others] = notes.map((one) => one.site)
  return same ?? (first !== undefined && others.every((one) => isSameSite(one, first)) ? first : undefined)
}

/**
 * Finds what recovery needs before anything is parsed. `foreign`: the configuration may be somebody else's; then it says nothing here, and
 * nothing is noted of it.
 */
export const lookBeforeParsing = (environment: Environment, foreign: boolean): BeforeParsing => {
  if (environment['RUNNER_ENVIRONMENT'] === 'github-hosted') return { folders: [], site: undefined, note: undefined }
  const repository = environment['GITHUB_REPOSITORY'] ?? ''
  const config = normalize(inputOf(environment, 'CONFIG') || defaultConfig)
  const usual = stateDirectory(environment)
  const given = inputOf(environment, 'STATE-DIR') || (foreign ? undefined : writtenStateDir(environment, config))
  const usualNotes = siteNotes(usual, repository)
  const noted = usualNotes.findLast((one) => one.config === config)?.stateDirectory
  const folders = [...new Set([given, noted, usual].filter(isFolder).map((one) => resolve(one)))]
  const notes = folders.flatMap((one) => (one === usual ? usualNotes : siteNotes(one, repository)))
  const inputs = inputsDigest(environment)
  return {
    folders,
    site: notedSite(notes, { config, inputs }),
    note: foreign ? undefined : { config, inputs, folders: [usual] },
  }
}
