import { describe, expect, test } from '@jest/globals'
import type { Compose } from '../../src/contract/compose.ts'
import type { Finished } from '../../src/contract/process.ts'
import { couldNotLook, saw } from '../../src/contract/seen.ts'
import { seeCompose } from '../../src/probes/compose.ts'
import { explainComplaint } from '../../src/probes/compose-complaint.ts'
import { parseConfig } from '../../src/probes/compose-config.ts'
import { container, ended, quizProject } from '../support/compose.ts'

const services = (given: object) => parseConfig(JSON.stringify({ name: 'quiz', services: given }))

describe('the services that compose declares', () => {
  test.each<[string, object, object]>([
    ['one that says nothing', { image: 'x' }, { replicas: 1, restart: 'no', dependsOn: [] }],
    ['deploy.replicas', { deploy: { replicas: 3, resources: {} } }, { replicas: 3 }],
    ['scale', { scale: 0 }, { replicas: 0 }],
    ['replicas that were not interpolated', { deploy: { replicas: '${N:?}' } }, { replicas: 1 }],
    ['restart', { restart: 'on-failure:3' }, { restart: 'on-failure:3' }],
    [
      'dependencies with a condition',
      { depends_on: { init: { condition: 'service_completed_successfully', required: true } } },
      { dependsOn: [{ service: 'init', condition: 'service_completed_successfully' }] },
    ],
    ['dependencies as a list', { depends_on: ['db'] }, { dependsOn: [{ service: 'db', condition: 'service_started' }] }],
  ])('%s', (_, given, expected) => expect(services({ web: given })).toMatchObject([{ name: 'web', ...expected }]))

  test('come without their environment', () => {
    const found = services({ web: { environment: { DJANGO_SECRET_KEY: 'stays-inside' }, labels: { a: 'stays-inside' } } })
    expect(JSON.stringify(found)).not.toContain('stays-inside')
  })

  test('may be none', () => expect(parseConfig('{"name":"quiz","services":{}}')).toEqual([]))
})

const refusal = (stderr: string, exitCode = 15) => explainComplaint({ ...ended(exitCode, { stderr }), ended: 'exit', exitCode })

/** Complaints of compose 2.26 about files whose values came from a variable; its value is `hunter2`. */
describe("compose's complaint is told without the values that it quotes", () => {
  test.each<[string, string]>([
    ['Invalid hostPort: hunter2', 'a port under `ports` of a service is not one'],
    ['No port specified: hunter2:<empty>', 'a port under `ports` of a service is not one'],
    ['invalid spec: hunter2:/x:y:z: too many colons', 'a volume under `volumes` of a service cannot be read'],
    ['validating /srv/quiz/compose.yaml: (root) Additional property volume is not allowed', 'at the top: unknown key volume'],
    ['services must be a mapping', 'services: not a mapping'],
    ['validating /srv/quiz/compose.yaml: services.web.ports must be a list', 'services.web.ports: not a list'],
    ['cannot extend service "web" in /srv/hunter2.yaml: service "hunter2" not found', 'service web extends a service that does not exist'],
    ['services.web.environment.[0]: unexpected type []interface {}', 'services.web.environment[0]: not a value of its kind'],
    ['yaml: unmarshal errors:\n  line 4: mapping key "image" already defined at line 3', 'YAML, line 4: the key image stands there twice'],
    ['yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `hunter2` into cli.named', 'YAML, line 1: not a mapping'],
    ['secrets.s: one of file|environment must be set', 'secrets.s: nothing says where its content is'],
    [
      "services.web: can't set distinct values on 'scale' and 'deploy.replicas': invalid compose project",
      'services.web: scale and deploy.replicas say different things',
    ],
    [
      'service web declares mutually exclusive `network_mode` and `networks`: invalid compose project',
      'service web has two settings that exclude each other',
    ],
    [
      "'services[web].blkio_config.weight' expected type 'uint16', got unconvertible type 'string', value: 'hunter2'",
      'services[web].blkio_config.weight: not a value of its kind',
    ],
    ['Circular reference:\n  web in /srv/hunter2.yaml\n  extends web in', 'its services depend on each other in a circle'],
    ['include cycle detected:\n/srv/hunter2.yaml\n include', 'its files include each other in a circle'],
    [
      "decoding failed due to the following error(s):\n\nerror decoding 'services[web].mem_limit': invalid size: 'hunter2'",
      'services[web].mem_limit: not a value of its kind',
    ],
    [
      'error while interpolating services.web.cpus: failed to cast to expected type: strconv.ParseFloat: parsing "hunter2": invalid syntax',
      'services.web.cpus: not a value of its kind',
    ],
    [
      'invalid interpolation format for services.web.environment.A.\nYou may need to escape any $ with another $.\nhunter2${',
      'services.web.environment.A: a $ that compose cannot resolve',
    ],
    [
      'service "web" depends on undefined service "hunter2": invalid compose project',
      'service web depends on a service that does not exist',
    ],
    ['service "web" refers to undefined network hunter2: invalid compose project', 'service web uses a network that does not exist'],
    [
      'service "web" has neither an image nor a build context specified: invalid compose project',
      'service web has neither an image nor a build',
    ],
    ['validating /srv/quiz/compose.yaml: services.web Additional property imag is not allowed', 'services.web: unknown key imag'],
    [
      'validating /srv/quiz/compose.yaml: services.web.pull_policy services.web.pull_policy must be one of',
      'services.web.pull_policy: not what compose allows there',
    ],
    ['yaml: line 2: found character that cannot start any token', 'YAML, line 2: found character that cannot start any token'],
    ['yaml: cannot decode !!str `hunter2` as a !!int', 'it is not valid YAML'],
    ['empty compose file', 'the compose file is empty'],
    ['env file /srv/hunter2/.env not found: stat /srv/hunter2/.env: no such file or directory', 'an env_file of a service does not exist'],
    ['failed to read /srv/quiz/.env: line 3: unterminated quoted value "hunter2', 'the env file, line 3: unterminated quoted value'],
    ['failed to read /srv/quiz/.env: line 2: hunter2', 'the env file, line 2, cannot be read'],
    [
      'time="2026-11-22T20:38:40Z" level=warning msg="hunter2"\nopen /srv/quiz/.env: permission denied',
      'a file of the compose configuration is not readable by the runner',
    ],
    ['open /srv/quiz/hunter2.yaml: no such file or directory', 'a file of the compose configuration does not exist'],
    ['no configuration file provided: not found', 'there is no compose file in the directory'],
    ['dependency cycle detected: hunter2 -> web', 'its services depend on each other in a circle'],
    ['some complaint of a later version about hunter2', 'docker compose refuses it (exit code 15)'],
  ])('%j', (stderr, cause) => expect(refusal(stderr).cause).toBe(cause))

  test.each([
    ['open /srv/quiz/.env: permission denied', 'unreadable'],
    ['no configuration file provided: not found', 'unreadable'],
    ['empty compose file', 'structure'],
    ['Invalid hostPort: hunter2', 'value'],
  ])('%s is about what is %s', (stderr, about) => expect(refusal(stderr).about).toBe(about))
})

type Answers = Readonly<Record<string, Finished>>

/** A compose access whose answers are given by subcommand. */
const answering = (answers: Answers, overrides: Partial<Compose> = {}): Compose => ({
  project: async () => saw(quizProject, 0),
  containers: async () => saw([container()], 0),
  run: async (args) => answers[args.join(' ')] ?? ended(1, { stderr: `unexpected call: ${args.join(' ')}` }),
  docker: async () => ended(1),
  ...overrides,
})

const config = (given: object) => ended(0, { stdout: JSON.stringify({ services: given }) })
const asJson = 'config --format json'
const uninterpolated = 'config --no-interpolate --format json'
const everyProfile = '--profile * config --services'
const configOf = async (answers: Answers, overrides: Partial<Compose> = {}) => {
  const found = await seeCompose(answering(answers, overrides))
  return found.seen ? found.value.config : found
}

const withDebug = async () => saw([container(), container({ service: 'debug' })], 0)

describe('the compose project', () => {
  test('is its services beside its containers', async () => {
    expect(await seeCompose(answering({ [asJson]: config({ web: {} }) }))).toMatchObject({
      seen: true,
      value: {
        project: { name: 'quiz' },
        config: { kind: 'valid', services: [{ name: 'web' }], inactive: [], unset: [] },
        containers: [{ service: 'web' }],
      },
    })
  })

  test.each<keyof Compose>(['project', 'containers'])('is not seen when its %s cannot be looked at', async (what) => {
    const not = couldNotLook('the Docker engine is not running', 'start it')
    expect(await seeCompose(answering({ [asJson]: config({}) }, { [what]: async () => not }))).toEqual(not)
  })

  test('names the variables that are not set', async () => {
    const stderr = 'time="x" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."\n'
    expect(await configOf({ [asJson]: { ...config({ web: {} }), stderr } })).toMatchObject({ kind: 'valid', unset: ['TAG'] })
  })

  test('is read without its variables when one that must be set is not set for the runner', async () => {
    const required = ended(15, {
      stderr: 'error while interpolating services.web.image: required variable TAG is missing a value: hunter2',
    })
    expect(await configOf({ [asJson]: required, [uninterpolated]: config({ web: { image: '${TAG:?}' } }) })).toMatchObject({
      kind: 'valid',
      services: [{ name: 'web' }],
      unset: ['TAG'],
    })
  })

  test('is asked for inactive profiles only when an undeclared service has containers', async () => {
    const answers = { [asJson]: config({ web: {} }), [everyProfile]: ended(0, { stdout: 'web\ndebug\n' }) }
    expect(await configOf(answers, { containers: withDebug })).toMatchObject({ kind: 'valid', inactive: ['debug'] })
    expect(await configOf(answers)).toMatchObject({ kind: 'valid', inactive: [] })
  })

  test.each<[string, Finished, object]>([
    ['refused by compose', ended(15, { stderr: 'empty compose file' }), { kind: 'invalid', cause: 'the compose file is empty' }],
    ['not there', ended(14, { stderr: 'no configuration file provided: not found' }), { kind: 'unreadable' }],
    [
      'slow',
      { ...ended(0), ended: 'timeout' },
      { kind: 'unreadable', cause: 'the Docker engine gave no answer to docker compose config within 10 s' },
    ],
    [
      'read by a docker without compose',
      ended(1, { stderr: 'docker: unknown command: docker compose' }),
      { kind: 'unreadable', cause: 'docker has no compose plugin' },
    ],
    [
      'answered in another form',
      ended(0, { stdout: 'services: {web: {environment: {A: hunter2}}}' }),
      { kind: 'unreadable', cause: 'docker compose config answered in a form that Ronde does not know' },
    ],
  ])('has containers even when its file is %s', async (_, answer, expected) => {
    const found = await seeCompose(answering({ [asJson]: answer }))
    expect(found).toMatchObject({ seen: true, value: { config: expected, containers: [{ service: 'web' }] } })
  })

  test('says how a person on the server sees the whole complaint', async () => {
    expect(await configOf({ [asJson]: ended(15, { stderr: 'empty compose file' }) })).toMatchObject({
      advice: 'run: docker compose --project-directory /srv/quiz -p quiz config --quiet',
    })
  })
})
