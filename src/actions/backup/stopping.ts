import type { Obstacle } from '../../contract/seen.ts'
import { beginSteps } from '../../core/steps.ts'
import { runningAmong } from '../../tools/service-containers.ts'
import type { BackupSite } from './part.ts'
import { backupSteps } from './steps.ts'

/**
 * Does work while services are stopped: those of them that run are stopped, and started again whatever became of it; by the next run of any
 * action when this one is killed. What did not run stays as it is.
 */
export const whileStopped = async <T>(
  { context, world }: Pick<BackupSite, 'context' | 'world'>,
  services: readonly string[],
  work: () => Promise<T>,
): Promise<T | Obstacle> => {
  if (services.length === 0) return work()
  const seen = await context.compose.containers()
  if (!seen.seen) return seen
  const unknown = services.filter((service) => !seen.value.some((one) => one.service === service))
  if (unknown.length > 0)
    return {
      cause: `there is no container of ${unknown.join(', ')}`,
      advice: 'correct `stop-services`: it lists services of the compose project',
    }
  const named = seen.value.filter(({ service, oneOff }) => services.includes(service) && !oneOff)
  const running = await runningAmong(named, world)
  if (running.length === 0) return work()
  const steps = beginSteps(backupSteps, world, context.ledger)
  try {
    await steps.step('stopped', { containers: running.map(({ id, startedAt }) => ({ id, startedAt })) })
    context.progress.say(`stopped while it is backed up: ${running.map(({ service }) => service).join(', ')}`)
    return await work()
  } finally {
    await steps.undo()
  }
}
