import type { Container } from '../../../../contract/compose.ts'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { History } from '../../../../contract/history.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byTag, type CasesByTag } from '../../../../core/by-tag.ts'
import type { ComposeConfig, ComposeSnapshot } from '../../../../probes/compose.ts'
import type { DeclaredService } from '../../../../probes/compose-config.ts'
import { projectCommand } from '../../../../tools/compose-command.ts'
import { namedInVain } from './named-in-vain.ts'
import { judgeOom, judgeRestarts, readNote } from './restarts.ts'
import { type JudgedService, judgeService } from './service.ts'

/** What the project and its services are judged by. */
export const composeIds = ['compose.engine', 'compose.config', 'compose.service', 'compose.restarts', 'compose.oom'] as const
export type ComposeId = (typeof composeIds)[number]

export type ComposeRules = {
  /** Services that are meant to end, besides those that another service waits for with `service_completed_successfully`. */
  readonly 'one-shot': readonly string[]
  /** The user asked for this check: then a compose file that cannot be read is `unknown`. */
  readonly asked: boolean
}

const infrastructure = { audience: 'infrastructure' } as const

const engineFinding = ({ project }: ComposeSnapshot): JudgedFinding<'compose.engine'> =>
  finding({
    ...infrastructure,
    id: 'compose.engine',
    subject: 'engine',
    status: 'ok',
    title: `engine: answers, project ${project.name}`,
    observed: `project ${project.name} in ${project.directory}, ${project.from === 'labels' ? 'found by its containers' : 'as configured'}`,
    expected: 'an engine that answers and one compose project',
  })

/** Containers of services that the compose file does not have any more. */
const orphansOf = ({ config, containers }: ComposeSnapshot): readonly string[] => {
  if (config.kind !== 'valid') return []
  const known = new Set([...config.services.map((one) => one.name), ...config.inactive])
  return containers.filter((one) => !one.oneOff && !known.has(one.service)).map((one) => one.name)
}

const configAdvice = (config: ConfigOf<'valid'>, orphans: readonly string[]): string =>
  [
    ...(orphans.length === 0
      ? []
      : [`containers of services that the file does not have: ${orphans.join(', ')}; docker compose up -d --remove-orphans removes them`]),
    ...(config.unset.length === 0 ? [] : [`not set for the runner, so taken as empty: ${config.unset.join(', ')}`]),
  ].join('; ')

type Told = Partial<Omit<JudgedFinding, 'id'>> & Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>
type ConfigOf<Kind> = Extract<ComposeConfig, { kind: Kind }>

const aboutConfig: CasesByTag<ComposeConfig, 'kind', [orphans: readonly string[], asked: boolean], Told> = {
  valid: (config, orphans) => ({
    status: 'ok',
    title: 'compose file: valid',
    observed: `${config.services.length} services declared`,
    advice: configAdvice(config, orphans),
  }),
  invalid: ({ cause, advice }) => ({
    status: 'critical',
    certainty: 'hard',
    title: 'compose file: invalid',
    observed: `${cause}; a missing service is not seen as long as this lasts`,
    advice,
  }),
  unreadable: ({ cause, advice }, _orphans, asked) => ({
    status: asked ? 'unknown' : 'ok',
    title: asked ? 'compose file: could not look' : 'compose file: not checked',
    observed: cause,
    ...(asked ? {} : { notChecked: 'whether every declared service is there' }),
    advice,
    cleared: false,
  }),
}

const configFinding = (snapshot: ComposeSnapshot, asked: boolean): JudgedFinding<'compose.config'> =>
  finding({
    ...infrastructure,
    id: 'compose.config',
    subject: 'compose-file',
    expected: 'a compose file that compose accepts',
    ...byTag('kind', aboutConfig, snapshot.config, orphansOf(snapshot), asked),
  })

/** Meant to end: named in the options, or another service waits for its success and nothing restarts it after one. */
const isOneShot = ({ name, restart }: DeclaredService, all: readonly DeclaredService[], named: readonly string[]): boolean =>
  named.includes(name) ||
  (!['always', 'unless-stopped'].includes(restart) &&
    all.some((other) => other.dependsOn.some((one) => one.service === name && one.condition === 'service_completed_successfully')))

const declaredServices = (
  services: readonly DeclaredService[],
  byService: ReadonlyMap<string, Container[]>,
  rules: ComposeRules,
): readonly JudgedService[] =>
  services.map((one) => ({
    name: one.name,
    replicas: one.replicas,
    containers: byService.get(one.name) ?? [],
    kind: isOneShot(one, services, rules['one-shot']) ? 'one-shot' : 'lasting',
  }))

/** Without the compose file, a service that is exited 0 and that nothing restarts may well be meant so. */
const seenServices = (byService: ReadonlyMap<string, Container[]>, rules: ComposeRules): readonly JudgedService[] =>
  [...byService].map(([name, containers]) => ({
    name,
    replicas: 1,
    containers,
    kind:
      rules['one-shot'].includes(name) ||
      containers.every((one) => one.exitCode === 0 && ['no', ''].includes(one.restartPolicy) && one.state === 'exited')
        ? 'one-shot'
        : 'lasting',
  }))

const servicesOf = ({ config, containers }: ComposeSnapshot, rules: ComposeRules): readonly JudgedService[] => {
  const byService = Map.groupBy(
    containers.filter((one) => !one.oneOff && one.service !== ''),
    (one) => one.service,
  )
  if (config.kind !== 'valid') return seenServices(byService, rules)
  const optional = config.inactive.flatMap((name): readonly JudgedService[] => {
    const members = byService.get(name)
    return members === undefined ? [] : [{ name, replicas: 0, containers: members, kind: 'optional' }]
  })
  return [...declaredServices(config.services, byService, rules), ...optional]
}

/** A failing service names the first of its dependencies that fails too; one that was killed for lack of memory names the kill. */
const withParents = <Id extends string>(findings: readonly JudgedFinding<Id>[], config: ComposeConfig): readonly JudgedFinding<Id>[] => {
  const failing = new Set(findings.filter((one) => one.status !== 'ok').map((one) => `${one.id} ${one.subject}`))
  const dependencies = new Map(config.kind === 'valid' ? config.services.map((one) => [`service/${one.name}`, one.dependsOn]) : [])
  return findings.map((one) => {
    if (one.status === 'ok') return one
    if (one.id !== 'compose.oom' && failing.has(`compose.oom ${one.subject}`))
      return { ...one, parent: { id: 'compose.oom', subject: one.subject } }
    const cause = dependencies.get(one.subject)?.find(({ service }) => failing.has(`compose.service service/${service}`))
    return cause === undefined ? one : { ...one, parent: { id: 'compose.service', subject: `service/${cause.service}` } }
  })
}

/** Page "health-check", row compose: every declared service present, running and healthy, and none that crashes in between. */
export const judgeCompose = (
  snapshot: ComposeSnapshot,
  rules: ComposeRules,
  past: History,
  now: Instant,
): readonly JudgedFinding<ComposeId>[] => {
  const before = readNote(past)
  const ofServices = servicesOf(snapshot, rules).flatMap((service) => {
    const command = (subcommand: readonly string[]) => projectCommand(snapshot.project, subcommand, service.name)
    const statuses = past.statuses('compose.service', `service/${service.name}`, 1)
    return [
      judgeService(service, { now, past: statuses, command }),
      judgeRestarts(service, { now, before, logs: command(['logs', '--tail', '50']) }),
      judgeOom(service, before),
    ]
  })
  const told = [engineFinding(snapshot), configFinding(snapshot, rules.asked), ...namedInVain(rules['one-shot'], snapshot.config)]
  return [...told, ...withParents(ofServices, snapshot.config)]
}

/** The line of the log: `3 of 3 services healthy`. */
export const composeLine = (findings: readonly JudgedFinding[]): string => {
  const services = findings.filter((one) => one.id === 'compose.service')
  return `${services.filter((one) => one.status === 'ok').length} of ${services.length} services healthy`
}
