import { z } from 'zod'
import type { Finished } from '../contract/process.ts'
import { once } from '../core/once.ts'
import { jsonValue } from '../core/read-json.ts'
import { complaintOf } from '../tools/compose-failure.ts'

/** What the compose file wants of one service. Its environment is never kept. */
export type DeclaredService = {
  readonly name: string
  readonly replicas: number
  /** As written, `no` when nothing is: `no`, `always`, `unless-stopped`, `on-failure:3`. */
  readonly restart: string
  readonly dependsOn: readonly Dependency[]
}

/** `condition`: service_started, service_healthy or service_completed_successfully. */
type Dependency = { readonly service: string; readonly condition: string }

const service = once(() =>
  z.object({
    scale: z.unknown().optional(),
    deploy: z.object({ replicas: z.unknown().optional() }).nullish(),
    restart: z.string().nullish(),
    depends_on: z.union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string().optional() }).nullable())]).nullish(),
  }),
)
const configuration = once(() => z.object({ services: z.record(z.string(), service()).nullish() }))
type Service = z.infer<ReturnType<typeof service>>

/** Without interpolation a number may still be `${REPLICAS}`: then one is expected. */
const replicasOf = ({ deploy, scale }: Service): number => {
  const given = [deploy?.replicas, scale].find((one) => typeof one === 'number')
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 ? given : 1
}

const dependenciesOf = ({ depends_on: given }: Service): readonly Dependency[] => {
  if (Array.isArray(given)) return given.map((name) => ({ service: name, condition: 'service_started' }))
  return Object.entries(given ?? {}).map(([name, one]) => ({ service: name, condition: one?.condition ?? 'service_started' }))
}

/** Reads `docker compose config --format json`: only the services of active profiles are in it. Throws when it is not that. */
export const parseConfig = (stdout: string): readonly DeclaredService[] =>
  Object.entries(configuration().parse(jsonValue(stdout)).services ?? {}).map(([name, one]) => ({
    name,
    replicas: replicasOf(one),
    restart: one.restart ?? 'no',
    dependsOn: dependenciesOf(one),
  }))

/** Names of variables that the compose file uses and nobody sets; compose takes them as empty. */
export const unsetVariables = (stderr: string): readonly string[] => [
  ...new Set([...stderr.matchAll(/The \\?"(\w{1,100})\\?" variable is not set/g)].map((match) => match[1] ?? '')),
]

/** A variable that must be set (`${NAME:?}`) and is not set for us; whoever started the stack may well have set it. */
export const missingVariable = (stderr: string): string | undefined => /required variable (\w{1,100}) is missing a value/.exec(stderr)?.[1]

type Complaint = { readonly when: RegExp; readonly say: (...parts: readonly string[]) => string; readonly unreadable?: true }

const path = '([\\w.[\\]-]{1,200})'

/**
 * Compose quotes values, also interpolated ones, in most of its complaints. So only the parts that come from the structure of the file
 * (keys, lines, service names) are taken from a complaint that is known; of any other one only that there was one is told.
 */
const complaints: readonly Complaint[] = [
  { when: /: permission denied/, say: () => 'a file of the compose configuration is not readable by the runner', unreadable: true },
  { when: /no configuration file provided/, say: () => 'there is no compose file in the directory', unreadable: true },
  { when: /env file [^\n]{0,1000} not found/, say: () => 'an env_file of a service does not exist' },
  { when: /no such file or directory/, say: () => 'a file of the compose configuration does not exist', unreadable: true },
  {
    when: /failed to read [^\n]{0,1000}: line (\d+): (key cannot contain a space|unterminated quoted value|unexpected character)/,
    say: (line, what) => `the env file, line ${line}: ${what}`,
  },
  { when: /failed to read [^\n]{0,1000}: line (\d+)/, say: (line) => `the env file, line ${line}, cannot be read` },
  { when: /yaml: (line \d+): ([a-z][a-z ]{3,80})/, say: (line, what) => `YAML, ${line}: ${what.trim()}` },
  { when: /^yaml:/m, say: () => 'it is not valid YAML' },
  { when: /empty compose file/, say: () => 'the compose file is empty' },
  {
    when: new RegExp(`validating [^\\n]{0,1000}: ${path} Additional property ([\\w.-]{1,100}) is not allowed`),
    say: (where, key) => `${where}: unknown key ${key}`,
  },
  { when: new RegExp(`validating [^\\n]{0,1000}: ${path} additional propert`), say: (where) => `${where}: unknown key` },
  { when: new RegExp(`validating [^\\n]{0,1000}: ${path} `), say: (where) => `${where}: not what compose allows there` },
  { when: new RegExp(`error decoding '${path}'`), say: (where) => `${where}: not a value of its kind` },
  { when: new RegExp(`interpolating ${path}:`), say: (where) => `${where}: not a value of its kind` },
  {
    when: new RegExp(`invalid interpolation format for ${path}`),
    say: (where) => `${where.replace(/\.$/, '')}: a $ that compose cannot resolve`,
  },
  {
    when: /service "([\w.-]{1,100})" depends on undefined service/,
    say: (name) => `service ${name} depends on a service that does not exist`,
  },
  {
    when: /service "([\w.-]{1,100})" refers to undefined (network|volume|secret|config)/,
    say: (name, what) => `service ${name} uses a ${what} that does not exist`,
  },
  { when: /service "([\w.-]{1,100})" has neither an image nor a build/, say: (name) => `service ${name} has neither an image nor a build` },
  { when: /cycle/i, say: () => 'its services depend on each other in a circle' },
]

/** Compose's complaint in words that hold no value of the file or its environment, and whether it is ours (not readable) or the file's. */
export const explainComplaint = (
  finished: Finished & { readonly ended: 'exit' },
): { readonly cause: string; readonly unreadable: boolean } => {
  const said = complaintOf(finished)
  for (const { when, say, unreadable } of complaints) {
    const match = when.exec(said)
    if (match !== null) return { cause: say(...match.slice(1).map(String)), unreadable: unreadable === true }
  }
  return { cause: `docker compose refuses it (exit code ${finished.exitCode})`, unreadable: false }
}
