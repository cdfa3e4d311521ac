import type { Finished } from '../contract/process.ts'
import { complaintOf } from '../tools/compose-failure.ts'

/** `value`: what stands there may come from a variable. `unreadable`: we could not look at the file. */
type About = 'structure' | 'value' | 'unreadable'
type Complaint = { readonly when: RegExp; readonly say: (...parts: readonly string[]) => string; readonly about: About }

const place = '([\\w.[\\]-]{1,200})'
const name = '"?([\\w.-]{1,100})"?'
/** `services[web].mem_limit` and `services.web.tmpfs.[0]`, as people write them. */
const plain = (where: string) => where.replace(/\.\[/g, '[').replace(/\.$/, '')

const complaint = (about: About, when: RegExp | string, say: string | Complaint['say']): Complaint => ({
  about,
  when: typeof when === 'string' ? new RegExp(when, 'm') : when,
  say: typeof say === 'string' ? () => say : say,
})

/**
 * Compose quotes values, also interpolated ones, in most of its complaints. So only the parts that come from the structure of the file
 * (keys, lines, service names) are taken from a complaint that is known; of any other one only that there was one is told.
 */
const files: readonly Complaint[] = [
  complaint('unreadable', /: permission denied/, 'a file of the compose configuration is not readable by the runner'),
  complaint('unreadable', /no configuration file provided/, 'there is no compose file in the directory'),
  complaint('value', /env file [^\n]{0,1000} not found/, 'an env_file of a service does not exist'),
  complaint('unreadable', /no such file or directory/, 'a file of the compose configuration does not exist'),
  complaint(
    'structure',
    /failed to read [^\n]{0,1000}: line (\d+): (key cannot contain a space|unterminated quoted value|unexpected character)/,
    (line, what) => `the env file, line ${line}: ${what}`,
  ),
  complaint('structure', /failed to read [^\n]{0,1000}: line (\d+)/, (line) => `the env file, line ${line}, cannot be read`),
]

const yaml: readonly Complaint[] = [
  complaint(
    'structure',
    /(line \d+): mapping key "([\w.-]{1,100})" already defined/,
    (line, key) => `YAML, ${line}: the key ${key} stands there twice`,
  ),
  complaint('structure', /(line \d+): cannot unmarshal/, (line) => `YAML, ${line}: not a mapping`),
  complaint('structure', /yaml: (line \d+): ([a-z][a-z ]{3,80})/, (line, what) => `YAML, ${line}: ${what?.trim()}`),
  complaint('structure', /yaml: unknown anchor/, 'it repeats a YAML anchor that is not there'),
  complaint('structure', /^yaml:/m, 'it is not valid YAML'),
  complaint('structure', /empty compose file/, 'the compose file is empty'),
]

const root = (where: string) => (where === '(root)' ? 'at the top' : plain(where))

const shape: readonly Complaint[] = [
  complaint(
    'structure',
    String.raw`validating [^\n]{0,1000}: (\(root\)|${place}) Additional property ([\w.-]{1,100}) is not allowed`,
    (where = '', _, key) => `${root(where)}: unknown key ${key}`,
  ),
  complaint(
    'structure',
    String.raw`validating [^\n]{0,1000}: (\(root\)|${place}) [Aa]dditional propert`,
    (where = '') => `${root(where)}: unknown key`,
  ),
  // A variable is never more than a text: no value of it makes a mapping.
  complaint(
    'structure',
    String.raw`^(?:validating [^\n]{0,1000}: )?${place} must be an? (mapping|list|array|object)`,
    (where = '', kind) => `${plain(where)}: not a ${kind}`,
  ),
  complaint(
    'value',
    String.raw`^(?:validating [^\n]{0,1000}: )?${place} must be an? (string|number|boolean|integer)`,
    (where = '', kind) => `${plain(where)}: not a ${kind}`,
  ),
  complaint('value', String.raw`validating [^\n]{0,1000}: ${place} `, (where = '') => `${plain(where)}: not what compose allows there`),
  complaint('value', `error decoding '${place}'`, (where = '') => `${plain(where)}: not a value of its kind`),
  complaint('value', `^'${place}' expected type`, (where = '') => `${plain(where)}: not a value of its kind`),
  complaint('value', `interpolating ${place}:`, (where = '') => `${plain(where)}: not a value of its kind`),
  complaint('value', String.raw`^${place}: (?:unexpected|invalid) type`, (where = '') => `${plain(where)}: not a value of its kind`),
  complaint('structure', `invalid interpolation format for ${place}`, (where = '') => `${plain(where)}: a $ that compose cannot resolve`),
  complaint(
    'value',
    String.raw`^(services\.[\w.-]{1,100}): can't set distinct values on '([\w.]{1,60})' and '([\w.]{1,60})'`,
    (where, one, other) => `${where}: ${one} and ${other} say different things`,
  ),
  complaint(
    'structure',
    String.raw`^(secrets|configs)\.([\w.-]{1,100}): one of`,
    (what, one) => `${what}.${one}: nothing says where its content is`,
  ),
  complaint('structure', /healthcheck\.test must start/, 'the test of a healthcheck does not begin with CMD, CMD-SHELL or NONE'),
]

const services: readonly Complaint[] = [
  complaint('value', `service ${name} depends on undefined service`, (one) => `service ${one} depends on a service that does not exist`),
  complaint(
    'value',
    `service ${name} refers to undefined (network|volume|secret|config)`,
    (one, what) => `service ${one} uses a ${what} that does not exist`,
  ),
  complaint('value', `service ${name} has neither an image nor a build`, (one) => `service ${one} has neither an image nor a build`),
  complaint(
    'structure',
    `cannot extend service ${name} in [^\\n]{0,1000}: service [^\\n]{0,200} not found`,
    (one) => `service ${one} extends a service that does not exist`,
  ),
  complaint(
    'structure',
    `service ${name} declares mutuall?y exclusive`,
    (one) => `service ${one} has two settings that exclude each other`,
  ),
  complaint(
    'structure',
    /can't set container_name and [\w.-]{1,100} as container name must be unique/,
    'a service with a container_name has several replicas',
  ),
  complaint('structure', /include cycle/i, 'its files include each other in a circle'),
  complaint('structure', /cycle|circular reference/i, 'its services depend on each other in a circle'),
]

const values: readonly Complaint[] = [
  complaint(
    'value',
    /^invalid (?:hostPort|containerPort|proto|ip address)|^no port specified|^invalid (?:start|end|range)[^\n]{0,40}port/im,
    'a port under `ports` of a service is not one',
  ),
  complaint('value', /^invalid spec: /m, 'a volume under `volumes` of a service cannot be read'),
  complaint('value', /^invalid mount config/m, 'a volume under `volumes` of a service lacks a part'),
  complaint('value', /^confusing device mapping/m, 'a device under `devices` of a service cannot be read'),
  complaint('value', /^invalid (?:size|duration|boolean)|^time: /m, 'a value of a service is not of its kind'),
]

const complaints: readonly Complaint[] = [...files, ...yaml, ...shape, ...services, ...values]

/** Compose's complaint in words that hold no value of the file or its environment, and what it is about. */
export const explainComplaint = (finished: Finished & { readonly ended: 'exit' }): { readonly cause: string; readonly about: About } => {
  const said = complaintOf(finished)
  for (const { when, say, about } of complaints) {
    const match = when.exec(said)
    if (match !== null) return { cause: say(...match.slice(1).map((part) => part ?? '')), about }
  }
  return { cause: `docker compose refuses it (exit code ${finished.exitCode})`, about: 'value' }
}
