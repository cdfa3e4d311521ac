import type { AbsentProject, Compose, ComposeProject, Container } from '../contract/compose.ts'
import type { Finished } from '../contract/process.ts'
import type { Obstacle } from '../contract/seen.ts'
import { type Seen, saw } from '../contract/seen.ts'
import { projectCommand } from '../tools/compose-command.ts'
import { dockerFailure, isDockerFailure } from '../tools/compose-failure.ts'
import { explainComplaint } from './compose-complaint.ts'
import { type DeclaredService, parseConfig } from './compose-config.ts'
import { neededVariables, readWithout } from './compose-variables.ts'

/** `invalid`: compose refuses the file. `unreadable`: we could not look at it; the containers are seen all the same. */
export type ComposeConfig =
  | {
      readonly kind: 'valid'
      readonly services: readonly DeclaredService[]
      /** Declared under a profile that is not active; asked for only when an undeclared service has containers. */
      readonly inactive: readonly string[]
      /** Used by the file and not set for the runner. */
      readonly unset: readonly string[]
      /** The file does not do without them: what stands for a number or a size then is none of its own. */
      readonly guessed?: boolean
    }
  | ({ readonly kind: 'invalid' } & Obstacle)
  | ({ readonly kind: 'unreadable' } & Obstacle)

export type ComposeSnapshot = {
  readonly project: ComposeProject
  readonly config: ComposeConfig
  readonly containers: readonly Container[]
}

const timeoutMs = 10_000

const unreadableAdvice = 'keep the compose file in a folder, and start the project from there: then each declared service is looked for'

/** Compose's own message names the place and the value; it is for the screen of a person on the server, not for a report. */
const lookYourself = (project: ComposeProject): string => {
  const command = projectCommand(project, ['config', '--quiet'])
  return command === undefined ? 'run `docker compose config --quiet` where the compose file is' : `run: ${command}`
}

const read = (finished: Finished, advice: string, unset: readonly string[]): ComposeConfig => {
  try {
    return { kind: 'valid', services: parseConfig(finished.stdout), inactive: [], unset }
  } catch {
    // Neither zod's nor JSON's complaint may be repeated: both quote the configuration.
    return { kind: 'unreadable', cause: 'docker compose config answered in a form that Ronde does not know', advice }
  }
}

const refused = (finished: Finished, advice: string): ComposeConfig => {
  if (finished.ended !== 'exit' || isDockerFailure(finished)) {
    const failure = dockerFailure('docker compose config', finished, timeoutMs)
    return { kind: 'unreadable', cause: failure.seen ? '' : failure.cause, advice: failure.seen ? '' : failure.advice }
  }
  const { cause, about } = explainComplaint(finished)
  return { kind: about === 'unreadable' ? 'unreadable' : 'invalid', cause, advice }
}

const succeeded = (finished: Finished) => finished.ended === 'exit' && finished.exitCode === 0

type Call = { readonly environment?: Readonly<Record<string, string>> }

const configOf = (compose: Compose, options: readonly string[] = [], call: Call = {}): Promise<Finished> =>
  compose.run(['config', ...options, '--format', 'json'], { timeoutMs, ...call })

const seeConfig = async (compose: Compose, project: ComposeProject): Promise<ComposeConfig> => {
  const advice = lookYourself(project)
  if (project.unreadable !== undefined) return { kind: 'unreadable', cause: project.unreadable, advice: unreadableAdvice }
  const config = await configOf(compose)
  const unset = neededVariables(config.stderr)
  if (succeeded(config)) return read(config, advice, unset)
  if (unset.length === 0 || config.ended !== 'exit' || isDockerFailure(config)) return refused(config, advice)
  const structure = await readWithout(unset, (options, call) => configOf(compose, options, call))
  if (structure.kind === 'read') {
    const found = read(structure.config, advice, structure.unset)
    return found.kind === 'valid' ? { ...found, guessed: true } : found
  }
  if (structure.kind === 'refused') return refused(structure.config, advice)
  const names = structure.unset.join(', ')
  return { kind: 'unreadable', cause: `the compose file needs what is not set for the runner: ${names}`, advice }
}

/** Containers of services that compose does not list: of an inactive profile, or of a service that was taken out of the file. */
const withInactive = async (compose: Compose, config: ComposeConfig, containers: readonly Container[]): Promise<ComposeConfig> => {
  if (config.kind !== 'valid') return config
  const declared = new Set(config.services.map((one) => one.name))
  if (containers.every((one) => one.oneOff || declared.has(one.service))) return config
  const all = await compose.run(['--profile', '*', 'config', '--services'], { timeoutMs })
  const names = all.stdout.split('\n').map((name) => name.trim())
  return { ...config, inactive: names.filter((name) => name !== '' && !declared.has(name)) }
}

/** The project's declared services beside its containers. */
export const seeCompose = async (compose: Compose): Promise<Seen<ComposeSnapshot> | AbsentProject> => {
  const project = await compose.project()
  if (!project.seen) return project
  const [containers, config] = await Promise.all([compose.containers(), seeConfig(compose, project.value)])
  if (!containers.seen) return containers
  const whole = await withInactive(compose, config, containers.value)
  return saw({ project: project.value, config: whole, containers: containers.value }, containers.at)
}
