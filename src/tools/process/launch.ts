import type { ChildProcess, SpawnOptions, StdioOptions } from 'node:child_process'
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { basename, delimiter, join, resolve } from 'node:path'
import type { PipelineStage, ProgramEnding } from '../../contract/process.ts'
import { childEnvironment } from './environment.ts'
import { createGroups } from './groups.ts'

/** How one child is started; `stdio` as Node takes it. */
export type LaunchRequest = PipelineStage & { readonly stdio: StdioOptions }

export type Launched =
  | { readonly started: true; readonly child: ChildProcess }
  | { readonly started: false; readonly ending: ProgramEnding }

/** Starts a child in a process group of its own that dies with this process. Synchronous: programs of a pipeline are started in one turn. */
export type Launch = (request: LaunchRequest) => Launched

const foldersOf = (path = ''): readonly string[] => path.split(delimiter).filter((folder) => folder !== '')

/**
 * The program that lets the kernel kill a child when we die, even by SIGKILL; the runner's own sweep (RUNNER_TRACKING_ID) is what is left where
 * there is none. Busybox has one of this name that cannot.
 */
const findSetpriv = (path: string | undefined): string | undefined =>
  process.platform === 'linux'
    ? foldersOf(path)
        .map((folder) => join(folder, 'setpriv'))
        .find((one) => existsSync(one) && basename(realpathSync(one)) === 'setpriv')
    : undefined

const notStarted = (cause: string): Launched => ({ started: false, ending: { ended: 'not-started', cause } })

const mayExecute = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    // Whatever the reason: it cannot be executed by us.
    return false
  }
}

/** What keeps a program from being started, in our own words: Node's message for a bad argument or variable repeats its value. */
const obstacle = ({ program, directory, owner }: PipelineStage, path: string | undefined): string | undefined => {
  if (directory !== undefined && !existsSync(directory)) return `no such directory: ${directory}`
  // A folder of PATH that we may not enter hides a program as if it were nowhere.
  const places = program.includes('/') ? [resolve(directory ?? '.', program)] : foldersOf(path).map((folder) => join(folder, program))
  const found = places.filter((one) => existsSync(one))
  if (found.length === 0) return `no such program: ${program}`
  return owner === undefined && !found.some(mayExecute) ? `not permitted to execute ${program}` : undefined
}

const failureOf = (error: unknown, program: string): Launched => {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : 'unknown error'
  return notStarted(`could not start ${program} (${code})`)
}

const spawnOptions = (request: LaunchRequest, environment: Readonly<Record<string, string>>): SpawnOptions => ({
  env: environment,
  ...(request.directory === undefined ? {} : { cwd: request.directory }),
  ...request.owner,
  stdio: request.stdio,
  serialization: 'advanced',
  detached: true,
  shell: false,
  windowsHide: true,
})

/** The one place that starts programs. `environment` is ours: only its allow-listed part reaches a child. */
export const createLaunch = (ours: { readonly environment: Readonly<Record<string, string | undefined>> }) => {
  const inherited = childEnvironment(ours.environment)
  const groups = createGroups()
  const setpriv = findSetpriv(ours.environment['PATH'])
  const load = async (): Promise<Launch> => {
    const { spawn } = await import('node:child_process')
    return (request) => {
      const { program, args } = request
      const environment = { ...inherited, ...request.environment }
      const cause = obstacle(request, environment['PATH'])
      if (cause !== undefined) return notStarted(cause)
      const [file, list] = setpriv === undefined ? [program, args] : [setpriv, ['--pdeathsig', 'KILL', '--', program, ...args]]
      try {
        const child = spawn(file, list, spawnOptions(request, environment))
        if (child.pid === undefined) {
          // What it emits in the next turn says no more than this.
          child.on('error', () => {})
          return notStarted(`could not start ${program}`)
        }
        groups.add(child.pid)
        return { started: true, child }
      } catch (error) {
        // Node throws when the request itself is impossible: a NUL in an argument, a list of arguments that is too long.
        return failureOf(error, program)
      }
    }
  }
  return { load, forget: groups.remove }
}

export type Launcher = ReturnType<typeof createLaunch>
