import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { Compose, ComposeOptions, ComposeProject, Container } from '../contract/compose.ts'
import type { Finished, RunProgram } from '../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { dockerFailure } from './compose-failure.ts'
import { parseInspect } from './compose-inspect.ts'
import {
  type FoundProject,
  type Labelled,
  listArguments,
  onlyProject,
  parseLabelled,
  projectsOf,
  severalProjects,
} from './compose-labels.ts'
import type { AskEngine } from './engine-socket.ts'

const defaultTimeoutMs = 10_000

type CallOptions = { readonly timeoutMs?: number; readonly stdin?: string }
type Docker = (args: readonly string[], options?: CallOptions) => Promise<Finished>

type CreateCompose = {
  readonly options: ComposeOptions
  readonly run: RunProgram
  readonly signal: AbortSignal
  /** Added to the environment of docker, such as `DOCKER_HOST`. */
  readonly environment?: Readonly<Record<string, string>>
  /** Of one call of docker that has none of its own. Default 10 s. */
  readonly timeoutMs?: number
  /** The list of containers that this process made a moment ago, if it did. */
  readonly listing?: Listing
}

/** The list of all containers, shared by what a process asks one after the other. */
export type Listing = {
  recent(): Promise<Seen<readonly Labelled[]>> | undefined
  keep(made: Promise<Seen<readonly Labelled[]>>): void
  /** Asks the engine without starting a program, where that is the same. */
  readonly ask?: AskEngine | undefined
}

/** A list counts for this long after it was made: the site is looked for, then the first check looks. */
const listingMs = 1_000

export const createListing = (ask?: AskEngine): Listing => {
  let last: { readonly made: Promise<Seen<readonly Labelled[]>>; at: number } | undefined
  return {
    ask,
    recent: () => (last !== undefined && Date.now() - last.at < listingMs ? last.made : undefined),
    keep: (made) => {
      const kept = { made, at: Number.POSITIVE_INFINITY }
      last = kept
      void made.finally(() => {
        kept.at = Date.now()
      })
    },
  }
}

/** The program's answer read by `parse`, or why there is none. A parser's complaint never repeats the text. */
const answer = <T>(what: string, finished: Finished, timeoutMs: number, parse: (stdout: string) => T): Seen<T> => {
  if (finished.ended !== 'exit' || finished.exitCode !== 0) return dockerFailure(what, finished, timeoutMs)
  try {
    return saw(parse(finished.stdout), Date.now())
  } catch {
    // Not the JSON that was asked for: a wrapper of docker, or output cut at its bound.
    return couldNotLook(`${what} answered in a form that Ronde does not know`, 'run `docker version` and report it with this finding')
  }
}

/** What compose itself calls a project that has no name: the folder's, in its alphabet. */
const defaultName = (directory: string): string =>
  basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '') || 'default'

/** A folder may be reached by a link; what is gone keeps its name. */
const real = (path: string): Promise<string> => realpath(path).catch(() => resolve(path))

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    // Absent, or not to be entered by this user: both are "not there" for compose as well.
    () => false,
  )

const folderOf = ({ directory, files = [] }: ComposeOptions): string | undefined =>
  directory !== undefined ? resolve(directory) : files[0] === undefined ? undefined : dirname(resolve(files[0]))

const projectArguments = (directory: string, files: readonly string[]): readonly string[] => [
  '--project-directory',
  directory,
  ...files.flatMap((file) => ['--file', file]),
]

/** The name that the compose file or its `.env` gives; asked only while no container tells. Everything else of the answer is dropped. */
const declaredName = async (docker: Docker, directory: string, files: readonly string[]): Promise<string> => {
  const finished = await docker(['compose', ...projectArguments(directory, files), 'config', '--format', 'json'])
  const read = answer(
    'docker compose config',
    finished,
    defaultTimeoutMs,
    (stdout) => z.object({ name: z.string() }).parse(jsonValue(stdout)).name,
  )
  return read.seen ? read.value : defaultName(directory)
}

const inDirectory = async (projects: readonly FoundProject[], directory: string): Promise<readonly FoundProject[]> => {
  const wanted = await real(directory)
  const folders = await Promise.all(projects.map((one) => real(one.directory)))
  return projects.filter((_, index) => folders[index] === wanted)
}

/** The project that the configuration names. */
const configuredProject = async (
  docker: Docker,
  options: ComposeOptions,
  found: readonly FoundProject[],
): Promise<Seen<ComposeProject>> => {
  const directory = folderOf(options)
  const named = options.project === undefined ? undefined : found.find((one) => one.name === options.project)
  if (directory === undefined) {
    if (named !== undefined)
      return saw({ name: named.name, directory: named.directory, files: named.files, from: 'configuration' }, Date.now())
    const cause = `no container of the compose project ${options.project} is here`
    return couldNotLook(cause, 'start it, or say in ronde.yml where its compose file is: compose: { directory: /srv/… }')
  }
  if (!(await isFolder(directory)))
    return couldNotLook(
      `compose.directory: ${directory} is not a folder that the runner can read`,
      'correct it in ronde.yml, or give the runner the right to read it',
    )
  const files = (options.files ?? []).map((file) => resolve(directory, file))
  const project = (name: string) => saw({ name, directory, files, from: 'configuration' as const }, Date.now())
  if (options.project !== undefined) return project(options.project)
  const there = await inDirectory(found, directory)
  if (there.length > 1) return severalProjects(there)
  return project(there[0]?.name ?? (await declaredName(docker, directory, files)))
}

const chooseProject = async (docker: Docker, options: ComposeOptions, all: readonly Labelled[]): Promise<Seen<ComposeProject>> => {
  const found = projectsOf(all)
  const configured = options.directory !== undefined || options.project !== undefined || (options.files ?? []).length > 0
  if (configured) return configuredProject(docker, options, found)
  const only = onlyProject(found)
  if ('seen' in only) return only
  return saw({ name: only.name, directory: only.directory, files: only.files, from: 'labels' }, Date.now())
}

/** A container that went away between the list and the look is no failure: inspect answers for the others. */
export const withoutGone = (finished: Finished): Finished =>
  finished.ended === 'exit' && finished.stderr.split('\n').every((line) => line.trim() === '' || /no such (object|container)/i.test(line))
    ? { ...finished, exitCode: 0 }
    : finished

const inspect = async (docker: Docker, ids: readonly string[], timeoutMs: number): Promise<Seen<readonly Container[]>> => {
  if (ids.length === 0) return saw([], Date.now())
  const finished = await docker(['inspect', '--type', 'container', ...ids])
  return answer('docker inspect', withoutGone(finished), timeoutMs, parseInspect)
}

const fullArguments = (project: ComposeProject): readonly string[] => [
  '--project-name',
  project.name,
  ...projectArguments(project.directory, project.files),
]

/** Access to the compose project through the `docker` of PATH; the project and its containers are asked for once. */
export const createCompose = (given: CreateCompose): Compose => {
  const { options, run, signal, environment = {}, timeoutMs = defaultTimeoutMs, listing } = given
  const docker: Docker = (args, call = {}) => run('docker', args, { timeoutMs, ...call, environment, signal })
  const list = async () => (await listing?.ask?.(signal)) ?? answer('docker ps', await docker(listArguments), timeoutMs, parseLabelled)
  const listed = once(() => {
    const before = listing?.recent()
    if (before !== undefined) return before
    const made = list()
    listing?.keep(made)
    return made
  })
  const project = once(async (): Promise<Seen<ComposeProject>> => {
    const all = await listed()
    return all.seen ? chooseProject(docker, options, all.value) : all
  })
  const containers = once(async (): Promise<Seen<readonly Container[]>> => {
    const [all, chosen] = [await listed(), await project()]
    if (!all.seen) return all
    if (!chosen.seen) return chosen
    const ids = all.value.filter((one) => one.project === chosen.value.name).map((one) => one.id)
    return inspect(docker, ids, timeoutMs)
  })
  const runCompose = async (args: readonly string[], call?: CallOptions): Promise<Finished> => {
    const chosen = await project()
    if (chosen.seen) return docker(['compose', ...fullArguments(chosen.value), ...args], call)
    return { ended: 'not-started', cause: chosen.cause, stdout: '', stderr: '', truncated: false, durationMs: 0 }
  }
  return { project, containers, run: runCompose, docker }
}
