import type { AbsentProject, Compose, ComposeCall, ComposeOptions, ComposeProject, Container } from '../contract/compose.ts'
import type { Finished, RunProgram } from '../contract/process.ts'
import { couldNotLook, type Seen, saw } from '../contract/seen.ts'
import { once } from '../core/once.ts'
import { dockerFailure } from './compose-failure.ts'
import { parseInspect } from './compose-inspect.ts'
import { type Labelled, listArguments, parseLabelled } from './compose-labels.ts'
import { chooseProject, type Docker, inFolder, projectArguments } from './compose-project.ts'
import type { AskEngine } from './engine-socket.ts'

const defaultTimeoutMs = 10_000

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

const fullArguments = (project: ComposeProject): readonly string[] => ['--project-name', project.name, ...projectArguments(project)]

/** Access to the compose project through the `docker` of PATH; the project and its containers are asked for once. */
export const createCompose = (given: CreateCompose): Compose => {
  const { options, run, signal, environment = {}, timeoutMs = defaultTimeoutMs, listing } = given
  const docker: Docker = (args, call = {}) =>
    run('docker', args, { timeoutMs, ...call, environment: { ...environment, ...call.environment }, signal })
  const list = async () => (await listing?.ask?.(signal)) ?? answer('docker ps', await docker(listArguments), timeoutMs, parseLabelled)
  const listed = once(() => {
    const before = listing?.recent()
    if (before !== undefined) return before
    const made = list()
    listing?.keep(made)
    return made
  })
  const project = once(async (): Promise<Seen<ComposeProject> | AbsentProject> => {
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
  const runCompose = async (args: readonly string[], call?: ComposeCall): Promise<Finished> => {
    const chosen = await project()
    if (chosen.seen) return inFolder(docker, chosen.value, [...fullArguments(chosen.value), ...args], call)
    return { ended: 'not-started', cause: chosen.cause, stdout: '', stderr: '', truncated: false, durationMs: 0 }
  }
  return { project, containers, run: runCompose, docker }
}
