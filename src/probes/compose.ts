import type { Compose, ComposeProject, Container } from '../contract/compose.ts'
import type { Finished } from '../contract/process.ts'
import { type Seen, saw } from '../contract/seen.ts'
import { projectCommand } from '../tools/compose-command.ts'
import { dockerFailure, isDockerFailure } from '../tools/compose-failure.ts'
import { type DeclaredService, explainComplaint, missingVariable, parseConfig, unsetVariables } from './compose-config.ts'

/** `invalid`: compose refuses the file. `unreadable`: we could not look at it; the containers are seen all the same. */
export type ComposeConfig =
  | {
      readonly kind: 'valid'
      readonly services: readonly DeclaredService[]
      /** Declared under a profile that is not active; asked for only when an undeclared service has containers. */
      readonly inactive: readonly string[]
      /** Used by the file and not set for the runner. */
      readonly unset: readonly string[]
    }
  | { readonly kind: 'invalid'; readonly cause: string; readonly advice: string }
  | { readonly kind: 'unreadable'; readonly cause: string; readonly advice: string }

export type ComposeSnapshot = {
  readonly project: ComposeProject
  readonly config: ComposeConfig
  readonly containers: readonly Container[]
}

const timeoutMs = 10_000

/** Compose's own message names the place and the value; it is for the screen of a person on the server, not for a report. */
const lookYourself = (project: ComposeProject): string => {
  const command = projectCommand(project, ['config', '--quiet'])
  return command === undefined ? 'run `docker compose config --quiet` where the compose file is' : `run: ${command}`
}

const read = (finished: Finished, advice: string): ComposeConfig => {
  try {
    return { kind: 'valid', services: parseConfig(finished.stdout), inactive: [], unset: unsetVariables(finished.stderr) }
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
  const { cause, unreadable } = explainComplaint(finished)
  return { kind: unreadable ? 'unreadable' : 'invalid', cause, advice }
}

const succeeded = (finished: Finished) => finished.ended === 'exit' && finished.exitCode === 0

const seeConfig = async (compose: Compose, project: ComposeProject): Promise<ComposeConfig> => {
  const advice = lookYourself(project)
  const config = await compose.run(['config', '--format', 'json'], { timeoutMs })
  if (succeeded(config)) return read(config, advice)
  const missing = missingVariable(config.stderr)
  if (missing === undefined) return refused(config, advice)
  const raw = await compose.run(['config', '--no-interpolate', '--format', 'json'], { timeoutMs })
  // This form of reading refuses some files that are sound, such as one with `${DIR:-.}/a:/b`: then nobody looked.
  if (!succeeded(raw))
    return { kind: 'unreadable', cause: `the compose file needs the variable ${missing}, which is not set for the runner`, advice }
  const structure = read(raw, advice)
  return structure.kind === 'valid' ? { ...structure, unset: [missing] } : structure
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
export const seeCompose = async (compose: Compose): Promise<Seen<ComposeSnapshot>> => {
  const project = await compose.project()
  if (!project.seen) return project
  const [containers, config] = await Promise.all([compose.containers(), seeConfig(compose, project.value)])
  if (!containers.seen) return containers
  const whole = await withInactive(compose, config, containers.value)
  return saw({ project: project.value, config: whole, containers: containers.value }, containers.at)
}
