type PlannedCheck = {
  /** The option of `ronde.yml` that asks for it. */
  readonly option?: string
  /** Left out of a `quick` run. */
  readonly slow?: true
}

/** Checks of the suite's design that this release does not have: naming one is told, never ignored. */
export const plannedChecks: Readonly<Record<string, PlannedCheck>> = {
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
  backups: {},
  commands: { option: 'commands', slow: true },
}
