import { z } from 'zod'
import { texts } from '../../core/options/texts.ts'
import { laterLimit } from '../../core/options/threshold.ts'

const later = (check: string) =>
  z
    .unknown()
    .optional()
    .register(texts, { description: `Not in this release: the ${check} check.` })

/** Options by which `ronde.yml` asks for checks that this release does not have. */
export const plannedOptions = {
  flow: later('flow'),
  rabbitmq: later('rabbitmq'),
  redis: later('redis'),
  prometheus: later('prometheus'),
  'access-logs': later('access-log'),
  'error-logs': later('error-log'),
  commands: later('commands'),
}

/** Limits of checks of later releases: accepted already, so that files need no change then. */
export const plannedThresholds = {
  cpu: laterLimit('percentage', 'above', 'For the host check of a later release.'),
  memory: laterLimit('percentage', 'above', 'For the host check of a later release.'),
  'disk-free': laterLimit('percentage', 'below', 'For the host check of a later release.'),
  'load-per-core': laterLimit('number', 'above', 'For the host check of a later release.'),
  'error-rate': laterLimit('percentage', 'above', 'For the access-log check of a later release.'),
}

export type PlannedCheck = {
  /** The option of `ronde.yml` that asks for it. */
  readonly option?: keyof typeof plannedOptions
  /** Left out of a `quick` run. */
  readonly slow?: true
}

/** Checks of the suite's design: naming one that this release does not have is told, never ignored. */
const plannedChecks: Readonly<Record<string, PlannedCheck>> = {
  containers: {},
  host: {},
  flow: { option: 'flow', slow: true },
  rabbitmq: { option: 'rabbitmq' },
  redis: { option: 'redis' },
  prometheus: { option: 'prometheus' },
  'access-log': { option: 'access-logs' },
  'error-log': { option: 'error-logs' },
  volumes: { slow: true },
  migrations: { slow: true },
  environment: {},
  commands: { option: 'commands', slow: true },
}

/** Those whose place no part has taken yet: a part that is added is not struck off by hand. */
export const stillPlanned = (names: readonly string[]): Readonly<Record<string, PlannedCheck>> =>
  Object.fromEntries(Object.entries(plannedChecks).filter(([name]) => !names.includes(name)))
