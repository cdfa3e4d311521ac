import { z } from 'zod'
import type { Container } from '../../../../contract/compose.ts'
import type { History } from '../../../../contract/history.ts'
import { jsonValue } from '../../../../core/read-json.ts'

/** The note that names the services of which a container was unhealthy in the last run. */
export const unhealthyNote = 'unhealthy services'

export const unhealthyOf = (containers: readonly Container[]): string =>
  JSON.stringify([
    ...new Set(containers.filter((one) => one.state === 'running' && one.health === 'unhealthy').map(({ service }) => service)),
  ])

/** Whether it was unhealthy in the run before; one that was down then was not. What an earlier release left says only that it was bad. */
export const wasUnhealthy = (past: History, service: string): boolean => {
  const text = past.note(unhealthyNote)
  if (text === undefined)
    return ['warning', 'critical'].includes(past.statuses('compose.service', `service/${service}`, 1)[0]?.status ?? '')
  return z.array(z.string()).safeParse(jsonValue(text), { jitless: true }).data?.includes(service) === true
}
