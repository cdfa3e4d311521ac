import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import type { Mistake } from '../../contract/user-error.ts'
import { shown } from '../../core/options/shown.ts'
import type { Layer } from './layers.ts'
import { isMapping, type Path, pathText, valueAt } from './path.ts'
import { type ReadYaml, readYaml } from './yaml.ts'

const defaultConfig = '.github/ronde.yml'
/** Where people put it by mistake: a run without any configuration looks healthy. */
const misplaced = ['.github/ronde.yaml', 'ronde.yml', 'ronde.yaml'] as const

const maxBytes = 1024 * 1024

/** `ronde.yml` as it was written, or an empty one. */
export type Configuration = {
  /** As the person named it: the source of its mistakes. */
  readonly source: string
  readonly value: Readonly<Record<string, unknown>>
  readonly place: ReadYaml['place']
  readonly mistakes: readonly Mistake[]
  /** False where there is none, and nobody named one. */
  readonly isThere: boolean
  /** Files that look like a configuration and are not read. */
  readonly misplaced?: readonly string[]
}

/** Reads a file of the workspace as the base of a pull request has it, by its relative path. */
export type ReadBase = (path: string) => Promise<ConfigurationText>

type Named = { readonly config: string | undefined; readonly workspace: string; readonly readBase?: ReadBase | undefined }

const noPlace: ReadYaml['place'] = () => ({ line: 1, column: 1 })

/** The text of a configuration, or why there is none. */
export type ConfigurationText = { readonly text: string } | { readonly absent: true } | { readonly problem: string }

const readable = async (path: string): Promise<ConfigurationText> => {
  try {
    const { size } = await stat(path)
    if (size > maxBytes) return { problem: 'is larger than 1 MiB' }
    return { text: await readFile(path, 'utf8') }
  } catch (error) {
    // Not there, or not readable by this user: for the caller to judge, since only a named file must be there.
    const code = Error.isError(error) && 'code' in error ? String(error.code) : String(error)
    return code === 'ENOENT' || code === 'ENOTDIR' ? { absent: true } : { problem: `cannot be read (${code})` }
  }
}

/** A key without a value counts as not given, as an empty input does. */
const withoutEmpty = (value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))

const parsed = async (source: string, text: string): Promise<Configuration> => {
  const broken = (mistakes: readonly Mistake[]): Configuration => ({ source, isThere: true, value: {}, place: noPlace, mistakes })
  const read = await readYaml(text)
  if ('mistakes' in read) return broken(read.mistakes.map((one) => ({ source, path: '', ...one })))
  const { value, place } = read
  if (value === null || value === undefined) return { source, isThere: true, value: {}, place, mistakes: [] }
  if (!isMapping(value))
    return broken([{ source, line: 1, column: 1, path: '', message: 'expected a mapping such as "server: quiz-prod"' }])
  return { source, isThere: true, value: withoutEmpty(value), place, mistakes: [] }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    // Absent, which is how it should be.
    () => false,
  )

const misplacedIn = async (workspace: string): Promise<readonly string[]> => {
  const there = await Promise.all(misplaced.map((one) => isThere(join(workspace, one))))
  return misplaced.filter((_, index) => there[index])
}

/** What a pull request changes in the configuration does not count before it is merged; what is not of the workspace is not its. */
const contentsOf = (path: string, { workspace, readBase }: Named): Promise<ConfigurationText> => {
  const within = relative(workspace, path)
  return readBase === undefined || within.startsWith('..') || isAbsolute(within) ? readable(path) : readBase(within)
}

/** Reads the configuration from disk, or of a pull request from its base. A missing default file is fine, a missing named one is a mistake. */
export const readConfiguration = async (named: Named): Promise<Configuration> => {
  const { config, workspace } = named
  const source = config ?? defaultConfig
  const path = isAbsolute(source) ? source : join(workspace, source)
  const contents = await contentsOf(path, named)
  if ('text' in contents) return parsed(source, contents.text)
  const none: Configuration = { source, isThere: false, value: {}, place: noPlace, mistakes: [] }
  if ('problem' in contents) return { ...none, mistakes: [{ source, path: '', message: contents.problem }] }
  if (config === undefined) return { ...none, misplaced: await misplacedIn(workspace) }
  return {
    ...none,
    mistakes: [
      { source: 'input config', path: '', message: `there is no file ${shown(path).slice(1, -1)}; did the job check out the repository?` },
    ],
  }
}

/** A mapping of the file as a layer; an empty one when it is not there. A value that is no mapping is a mistake, told by `mistakes`. */
export const fileLayer = (file: Configuration, at: Path, keys?: readonly string[]): Layer => {
  const found = valueAt(file.value, at)
  const mapping = isMapping(found) ? withoutEmpty(found) : {}
  return {
    from: 'file',
    value: keys === undefined ? mapping : Object.fromEntries(Object.entries(mapping).filter(([key]) => keys.includes(key))),
    locate: (path, part) => ({ source: file.source, ...file.place([...at, ...path], part), path: pathText([...at, ...path]) }),
  }
}

/** A section that is a list or a scalar where a mapping belongs. */
export const notAMapping = (file: Configuration, at: Path): readonly Mistake[] => {
  const found = valueAt(file.value, at)
  if (found === undefined || found === null || isMapping(found)) return []
  return [{ source: file.source, ...file.place(at, 'value'), path: pathText(at), message: `expected a mapping, found ${shown(found)}` }]
}
