import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { AbsentProject, ComposeCall, ComposeOptions, ComposeProject } from '../contract/compose.ts'
import type { Finished } from '../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'
import { jsonValue } from '../core/read-json.ts'
import { startedWith } from './compose-files.ts'
import { type FoundProject, type Labelled, noProject, onlyProject, projectsOf, severalProjects } from './compose-labels.ts'

/** `directory`: where docker is started; by default where it can take no file for a compose file. */
export type Docker = (args: readonly string[], options?: ComposeCall & { readonly directory?: string }) => Promise<Finished>

/** What compose itself calls a project that has no name: the folder's, in its alphabet. */
const defaultName = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '') || 'default'

/** A folder may be reached by a link; what is gone keeps its name. */
const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))

type Place = Pick<ComposeProject, 'directory' | 'files' | 'environmentFiles'>

const mayEnter = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => isFolder(path),
    // Absent, or not to be entered: compose reads by path, and says what it misses.
    () => false,
  )

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    // Absent, or not to be entered by this user: both are "not there" for compose as well.
    () => false,
  )

const folderOf = ({ directory, files = [] }: ComposeOptions): string | undefined =>
  directory !== undefined ? resolve(directory) : files[0] === undefined ? undefined : dirname(resolve(files[0]))

export const projectArguments = ({ directory, files, environmentFiles = [] }: Place): readonly string[] => [
  '--project-directory',
  directory,
  ...environmentFiles.flatMap((file) => ['--env-file', file]),
  ...files.flatMap((file) => ['--file', file]),
]

/** Compose takes relative names (of `COMPOSE_FILE` in `.env`) from the folder in which it is started: the project's, never the runner's workspace. */
export const inFolder = async (docker: Docker, place: Place, args: readonly string[], call: ComposeCall = {}): Promise<Finished> => {
  const directory = (await mayEnter(place.directory)) ? place.directory : '/'
  return docker(['compose', ...args], { ...call, directory })
}

/** The name that the compose file or its `.env` gives; asked only while no container tells. Everything else of the answer is dropped. */
const declaredName = async (docker: Docker, place: Place): Promise<string> => {
  const { stdout } = await inFolder(docker, place, [...projectArguments(place), 'config', '--format', 'json'])
  return z.object({ name: z.string() }).safeParse(jsonValue(stdout), { jitless: true }).data?.name ?? defaultName(place.directory)
}

/** The projects of a folder, each by how it was started there. */
const inDirectory = async (projects: readonly FoundProject[], directory: string): Promise<readonly FoundProject[]> => {
  const wanted = await real(directory)
  const there = await Promise.all(
    projects.map(async (one): Promise<readonly FoundProject[]> => {
      const folders = await Promise.all(one.starts.map(async (start) => (start.directory === '' ? '' : real(start.directory))))
      const start = one.starts[folders.indexOf(wanted)]
      return start === undefined ? [] : [{ ...one, starts: [start] }]
    }),
  )
  return there.flat()
}

/** What was started is what is looked at, unless the configuration names files. */
const asStarted = async (
  { name, starts: [start] }: FoundProject,
  from: ComposeProject['from'],
  files: readonly string[] = [],
): Promise<Seen<ComposeProject>> => {
  const started = await startedWith(start)
  const { unreadable: _, ...readable } = started
  return saw(files.length > 0 ? { ...readable, name, files, from } : { ...started, name, from }, Date.now())
}

const inConfiguredFolder = async (
  docker: Docker,
  options: ComposeOptions,
  directory: string,
  found: readonly FoundProject[],
): Promise<Seen<ComposeProject>> => {
  if (!(await isFolder(directory)))
    return couldNotLook(
      `compose.directory: ${directory} is not a folder that the runner can read`,
      'correct it in ronde.yml, or give the runner the right to read it',
    )
  const files = (options.files ?? []).map((file) => resolve(directory, file))
  const [there, second] = (await inDirectory(found, directory)).filter(({ name }) => (options.project ?? name) === name)
  if (there !== undefined && second !== undefined) return severalProjects([there, second])
  if (there !== undefined) return asStarted(there, 'configuration', files)
  const name = options.project ?? (await declaredName(docker, { directory, files }))
  return saw({ name, directory, files, from: 'configuration' }, Date.now())
}

/** The project that the configuration names. */
const configuredProject = async (
  docker: Docker,
  options: ComposeOptions,
  found: readonly FoundProject[],
): Promise<Seen<ComposeProject> | AbsentProject> => {
  const directory = folderOf(options)
  if (directory !== undefined) return inConfiguredFolder(docker, options, directory, found)
  const named = found.find((one) => one.name === options.project)
  if (named !== undefined) return asStarted(named, 'configuration')
  const cause = `no container of the compose project ${options.project} is here`
  return noProject(options.project, cause, 'start it, or say in ronde.yml where its compose file is: compose: { directory: /srv/… }')
}

/** Which compose project is meant, of those whose containers are here. */
export const chooseProject = async (
  docker: Docker,
  options: ComposeOptions,
  all: readonly Labelled[],
): Promise<Seen<ComposeProject> | AbsentProject> => {
  const found = projectsOf(all)
  const configured = options.directory !== undefined || options.project !== undefined || (options.files ?? []).length > 0
  if (configured) return configuredProject(docker, options, found)
  const only = onlyProject(found)
  return 'seen' in only ? only : asStarted(only, 'labels')
}
