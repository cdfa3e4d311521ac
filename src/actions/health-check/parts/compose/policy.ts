import type { AbsentProject, Container } from '../../../../contract/compose.ts'
import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { History } from '../../../../contract/history.ts'
import type { Instant } from '../../../../contract/seen.ts'
import { byTag, type CasesByTag } from '../../../../core/by-tag.ts'
import type { ComposeConfig, ComposeSnapshot } from '../../../../probes/compose.ts'
import type { DeclaredService } from '../../../../probes/compose-config.ts'
import { projectCommand } from '../../../../tools/compose-command.ts'
import { namedInVain } from './named-in-vain.ts'
import { orphanAdvice, orphansOf, sharedName, startedElsewhere } from './orphans.ts'
import { judgeOom, judgeRestarts, readNote } from './restarts.ts'
import { type JudgedService, judgeService } from './service.ts'
import { wasUnhealthy } from './unhealthy.ts'

/** What the project and its services are judged by. */
export const composeIds = ['compose.engine', 'compose.config', 'compose.service', 'compose.restarts', 'compose.oom'] as const
export type ComposeId = (typeof composeIds)[number]

export type ComposeRules = {
  /** Services that are meant to end, besides those that another service waits for with `service_completed_successfully`. */
  readonly 'one-shot': readonly string[]
  /** The user asked for this check: then a compose file that cannot be read is `unknown`. */
  readonly asked: boolean
}

const unsetAdvice = ({ unset, guessed }: Extract<ComposeConfig, { kind: 'valid' }>): readonly string[] => {
  if (unset.length === 0) return []
  return guessed === true
    ? [`not set for the runner: ${unset.join(', ')}; the compose file cannot do without, and was read without what it says with it`]
    : [`not set for the runner, so taken as empty: ${unset.join(', ')}`]
}

const infrastructure = { audience: 'infrastructure' } as const

const engineFinding = (snapshot: ComposeSnapshot): JudgedFinding<'compose.engine'> => {
  const { project } = snapshot
  return finding({
    ...infrastructure,
    id: 'compose.engine',
    subject: 'engine',
    status: 'ok',
    title: `engine: answers, project ${project.name}`,
    observed: [
      `project ${project.name} in ${project.directory}, ${project.from === 'labels' ? 'found by its containers' : 'as configured'}`,
      ...sharedName(snapshot),
    ].join('; '),
    expected: 'an engine that answers and one compose project',
  })
}

/** The engine answered, and nothing of a project that was seen before is there. */
export const judgeAbsent = ({ absent, cause, advice }: AbsentProject): JudgedFinding<'compose.engine'> =>
  finding({
    ...infrastructure,
    id: 'compose.engine',
    subject: 'engine',
    status: 'critical',
    certainty: 'hard',
    title: `${absent === undefined ? 'the compose project' : `project ${absent}`}: all its containers are gone`,
    observed: `the engine answers; ${cause}, and there were some when it was last seen`,
    expected: 'the containers of the project',
    advice: `${advice}; when it is gone for good, take it out of ronde.yml`,
  })

type Told = Partial<Omit<JudgedFinding, 'id'>> & Pick<JudgedFinding, 'status' | 'title' | 'observed' | 'advice'>

const aboutConfig: CasesByTag<ComposeConfig, 'kind', [snapshot: ComposeSnapshot, asked: boolean], Told> = {
  valid: (config, snapshot) => ({
    status: 'ok',
    title: 'compose file: valid',
    observed: `${config.services.length} services declared`,
    advice: [...orphanAdvice(snapshot), ...unsetAdvice(config)].join('; '),
  }),
  invalid: ({ cause, advice }) => ({
    status: 'critical',
    certainty: 'hard',
    title: 'compose file: invalid',
    observed: `${cause}; a missing service is not seen as long as this lasts`,
    advice,
  }),
  unreadable: ({ cause, advice }, _snapshot, asked) => ({
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
    ...byTag('kind', aboutConfig, snapshot.config, snapshot, asked),
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

const servicesOf = (snapshot: ComposeSnapshot, rules: ComposeRules): readonly JudgedService[] => {
  const { config, containers } = snapshot
  const byService = Map.groupBy(
    containers.filter((one) => !one.oneOff && one.service !== ''),
    (one) => one.service,
  )
  if (config.kind !== 'valid') return seenServices(byService, rules)
  const optional = config.inactive.flatMap((name): readonly JudgedService[] => {
    const members = byService.get(name)
    return members === undefined ? [] : [{ name, replicas: 0, containers: members, kind: 'optional' }]
  })
  const elsewhere = Map.groupBy(startedElsewhere(orphansOf(snapshot), snapshot), (one) => one.service)
  return [...declaredServices(config.services, byService, rules), ...optional, ...seenServices(elsewhere, rules)]
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
    return [
      judgeService(service, { now, wasUnhealthy: wasUnhealthy(past, service.name), command }),
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
