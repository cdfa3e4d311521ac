import type { Container } from '../../../../contract/compose.ts'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byWorstStatus } from '../../../../contract/status.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { exitWords } from './exit-words.ts'

/** A service as the policy judges it. */
export type JudgedService = {
  readonly name: string
  readonly replicas: number
  /** Its containers, those of `docker compose run` left out. */
  readonly containers: readonly Container[]
  /** `one-shot`: may be exited 0 or gone. `optional`: of a profile that is not active, so it may be stopped. `lasting`: must run. */
  readonly kind: 'lasting' | 'one-shot' | 'optional'
}

type Judged = Pick<JudgedFinding, 'status' | 'certainty' | 'cleared' | 'observed' | 'evidence'> & {
  readonly title: string
  /** What to know or do before the command. */
  readonly first?: string
  /** The compose command that mends it or shows why; undefined when none does. */
  readonly mend?: readonly string[]
}

type Situation = { readonly now: Instant; readonly wasUnhealthy: boolean; readonly name: string; readonly kind: JudgedService['kind'] }

const logs = ['logs', '--tail', '50']

const good = (title: string, observed = title): Judged => ({
  status: 'ok',
  certainty: 'soft',
  cleared: true,
  title,
  observed,
  evidence: [],
})
const bad = (title: string, observed: string, mend: readonly string[], rest: Partial<Judged> = {}): Judged => ({
  status: 'critical',
  certainty: 'hard',
  cleared: false,
  title,
  observed,
  evidence: [],
  mend,
  ...rest,
})

/** `3 min 5 s ago`; empty for the engine's "never" (year 1). */
const ago = (time: string, now: Instant): string => {
  const at = Date.parse(time)
  return Number.isNaN(at) || at <= 0 ? '' : ` ${formatDuration(Math.max(0, now - at))} ago`
}

const unhealthy = ({ healthLog }: Container, { wasUnhealthy: again }: Situation): Judged => {
  const observed = again ? 'running and unhealthy, as in the run before' : 'running and unhealthy'
  const rest = { status: again ? 'critical' : 'warning', certainty: again ? 'hard' : 'soft', evidence: healthLog } as const
  return bad('unhealthy', observed, logs, rest)
}

const running: Record<Container['health'], (container: Container, situation: Situation) => Judged> = {
  healthy: () => good('running and healthy'),
  none: () => good('running', 'running; it has no health check'),
  starting: (container, { now }) => ({
    ...good('starting', `started${ago(container.startedAt, now)}, its health check has not spoken yet`),
    cleared: false,
  }),
  unhealthy,
}

/** What the engine says of a start that failed: evidence, and its end, where the reason stands, in the observation. */
const failedStart = ({ startError = '' }: Container): Partial<Judged> =>
  startError === '' ? {} : { evidence: [startError], first: 'correct what the engine complains of (see the evidence)' }

const whyNotStarted = ({ startError = '' }: Container): string =>
  startError === '' ? '' : `; the engine could not start it: ${startError.split(/: (?=exec:|Bind for|mount)/).at(-1)}`

/** What nothing restarts may be a job, and a seed or a restore that runs twice does harm: nobody is told to start it. */
const mendOfExit = (container: Container, { kind, name }: Situation): Pick<Judged, 'first' | 'mend'> => {
  const nothingRestarts = ['', 'no'].includes(container.restartPolicy)
  if (kind === 'one-shot' || (nothingRestarts && container.exitCode !== 0)) return { mend: logs }
  if (!nothingRestarts) return { mend: container.startError === undefined || container.startError === '' ? ['start'] : ['up', '-d'] }
  const option = `one-shot: [${/^[\w.-]{1,100}$/.test(name) ? name : 'its name'}]`
  return { first: `if it is meant to end, write into ronde.yml: health-check: { ${option} }; if not, see why it ended`, mend: logs }
}

const exited = (container: Container, situation: Situation): Judged => {
  const { now, kind } = situation
  const words = exitWords(container.exitCode, container.oomKilled)
  const observed = `exited${ago(container.finishedAt, now)} with ${words}${whyNotStarted(container)}`
  if (kind === 'optional') return good('stopped', `${observed}; its profile is not active`)
  // `on-failure` says by itself that 0 is an end.
  if (container.exitCode === 0 && (kind === 'one-shot' || container.restartPolicy === 'on-failure')) return good('done', observed)
  return {
    ...bad(`exited with ${words}`, observed, logs),
    // The kill itself is a finding of its own, which this one follows from.
    certainty: container.oomKilled ? 'soft' : 'hard',
    ...mendOfExit(container, situation),
    ...failedStart(container),
  }
}

/** The engine's words for a state; one that this table does not have is bad. */
const states: Readonly<Record<string, (container: Container, situation: Situation) => Judged>> = {
  running: (container, situation) => running[container.health](container, situation),
  exited,
  paused: () => bad('paused', 'paused: its processes are frozen', ['unpause']),
  restarting: (container, { now }) => {
    const words = exitWords(container.exitCode, container.oomKilled)
    const observed = `ended${ago(container.finishedAt, now)} with ${words}, after ${container.restartCount} restarts`
    return bad('restarting again and again', observed, logs, { certainty: container.oomKilled ? 'soft' : 'hard' })
  },
  dead: () => bad('dead', 'dead: the engine could not remove it completely', ['up', '-d', '--force-recreate']),
  // A deployment in progress looks the same for some seconds.
  created: (container) =>
    bad('created, never started', `created and never started${whyNotStarted(container)}`, container.startError ? ['up', '-d'] : ['start'], {
      certainty: 'soft',
      ...failedStart(container),
    }),
  removing: () => bad('being removed', 'being removed', ['up', '-d'], { certainty: 'soft' }),
}

const judgeContainer = (container: Container, situation: Situation): Judged =>
  states[container.state]?.(container, situation) ?? bad(`in state ${container.state}`, `in state ${container.state}`, ['up', '-d'])

const absent = ({ name, replicas, kind, containers }: JudgedService): Judged => {
  if (kind === 'one-shot') return good('done', 'no container: it ended and was removed')
  const observed = replicas === 1 ? `${name} has no container` : `${containers.length} of ${replicas} containers exist`
  return bad(replicas === 1 ? 'missing' : `${replicas - containers.length} of ${replicas} containers missing`, observed, ['up', '-d'])
}

/** Advice that does not make a running service bad: its log fills the disk one day, or it takes the memory of the others. */
const hygieneOf = (containers: readonly Container[]): string => {
  const lasting = containers.filter((one) => one.state === 'running')
  const unbounded = lasting.some((one) => one.logDriver === 'json-file' && one.logOptions['max-size'] === undefined)
  const unlimited = lasting.some((one) => one.memoryLimitBytes === 0)
  return [
    ...(unbounded ? ['its log is never rotated: set logging options max-size and max-file'] : []),
    ...(unlimited ? ['it has no memory limit: set mem_limit'] : []),
  ].join('; ')
}

const expectedOf = ({ kind, replicas }: JudgedService): string => {
  if (kind === 'one-shot') return 'exited with code 0'
  if (kind === 'optional') return 'healthy while it runs'
  return replicas === 1 ? 'running and healthy' : `${replicas} containers, running and healthy`
}

type ServiceRules = {
  readonly now: Instant
  readonly wasUnhealthy: boolean
  /** The command to copy for a compose subcommand about this service; undefined when a name of it cannot stand in a command. */
  readonly command: (subcommand: readonly string[]) => string | undefined
}

const adviceOf = ({ containers }: JudgedService, { status, first, mend }: Judged, { command }: ServiceRules): string => {
  if (status === 'ok') return hygieneOf(containers)
  const toCopy = mend === undefined ? undefined : command(mend)
  const then = toCopy === undefined ? 'look at it with docker compose ps and docker compose logs' : `run: ${toCopy}`
  return first === undefined ? then : `${first}; ${then}`
}

/** The worst of its containers, unless it is worse that some are missing. */
const worstOf = (service: JudgedService, judged: readonly Judged[]): Judged => {
  const missing = service.containers.length < service.replicas ? absent(service) : good('not wanted', '0 replicas are declared')
  return (
    [missing, ...judged].toSorted((a, b) => byWorstStatus(a.status, b.status)).find((one) => one !== missing || one.status !== 'ok') ??
    missing
  )
}

/** One finding for a service with all its containers: the worst of them speaks. */
export const judgeService = (service: JudgedService, rules: ServiceRules): JudgedFinding<'compose.service'> => {
  const { name, kind } = service
  const judged = service.containers.map((one) => judgeContainer(one, { now: rules.now, wasUnhealthy: rules.wasUnhealthy, name, kind }))
  const whole = worstOf(service, judged)
  const { mend: _mend, first: _first, ...worst } = whole
  const alike = judged.filter((one) => one.title === worst.title).length
  const share = judged.length > 1 && alike > 0 ? `${alike} of ${judged.length} ` : ''
  return finding({
    ...worst,
    id: 'compose.service',
    subject: `service/${service.name}`,
    title: `${service.name}: ${share}${worst.title}`,
    observed: `${share}${worst.observed}`,
    expected: expectedOf(service),
    cleared: worst.cleared && judged.every((one) => one.cleared),
    advice: adviceOf(service, whole, rules),
    audience: 'infrastructure',
  })
}
