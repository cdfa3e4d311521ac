import type { Compose } from '../contract/compose.ts'
import type { Context } from '../contract/context.ts'
import type { Finished } from '../contract/process.ts'
import { UserError } from '../contract/user-error.ts'

export type ContainerWorld = { readonly progress: Context['progress']; readonly compose: Pick<Compose, 'containers' | 'docker'> }

/** The label of containers of ours that live for one volume. */
export const helperLabel = 'ronde.archive'

const engineMs = 120_000
const helperName = /^ronde-archive-[0-9a-f-]{36}$/

const isDone = (finished: Finished): boolean => finished.ended === 'exit' && finished.exitCode === 0
const noSuch = /no such container/i

const saidBy = ({ stderr, ended }: Finished): string => stderr.trim().split('\n').at(-1) || ended

/** A container that runs, as it was before it was stopped; `startedAt` as the engine writes it. */
export type RunningContainer = { readonly id: string; readonly startedAt: string }

/** Since when a container runs; undefined where it does not. Asked anew: the list of the project's containers is of the run's beginning. Throws where nobody can say. */
const runsSince = async (id: string, { compose }: ContainerWorld): Promise<string | undefined> => {
  const format = '--format={{.State.Running}} {{.State.StartedAt}}'
  const finished = await compose.docker(['container', 'inspect', format, '--', id], { timeoutMs: engineMs })
  if (noSuch.test(finished.stderr)) return undefined
  if (!isDone(finished)) throw new UserError(`whether the container ${id} runs could not be seen: ${saidBy(finished)}`)
  const [isRunning, startedAt] = finished.stdout.trim().split(' ')
  return isRunning === 'true' ? startedAt : undefined
}

/** Those that run now, with since when. */
export const runningAmong = async <One extends { readonly id: string }>(
  containers: readonly One[],
  world: ContainerWorld,
): Promise<readonly (One & RunningContainer)[]> => {
  const since = await Promise.all(containers.map(({ id }) => runsSince(id, world)))
  return containers.flatMap((one, index) => {
    const startedAt = since[index]
    return startedAt === undefined ? [] : [{ ...one, startedAt }]
  })
}

/**
 * One that runs since then may be about to end: the engine goes on with a stop whose client is dead. So it is ended and begun, which it was
 * meant to be. One that somebody has started since stays as it is.
 */
const startAgain = async ({ id, startedAt }: RunningContainer, service: string, world: ContainerWorld): Promise<void> => {
  // Where nobody can say it is started: that does nothing to one that runs.
  const since = await runsSince(id, world).catch(() => undefined)
  if (since !== undefined && since !== startedAt) return
  const args = since === undefined ? ['start', '--', id] : ['restart', '--time=60', '--', id]
  const finished = await world.compose.docker(args, { timeoutMs: engineMs })
  if (!isDone(finished)) throw new UserError(`${service} was stopped for a backup or a restore and does not start: ${saidBy(finished)}`)
  world.progress.say(`started again: ${service}`)
}

/** `service`: undefined for one that the project does not have: one that is gone needs no start, any other was put there by somebody else. */
const startOwn = async (container: RunningContainer, service: string | undefined, world: ContainerWorld): Promise<void> => {
  if (service !== undefined) return startAgain(container, service, world)
  if (isDone(await world.compose.docker(['container', 'inspect', '--', container.id], { timeoutMs: engineMs })))
    throw new UserError(`the ledger names the container ${container.id}, which is of another project: it is left as it is`)
}

/** Those of the project alone, each of them, whatever becomes of the others; throws the first that could not be started. */
export const startContainers = async (containers: readonly RunningContainer[], world: ContainerWorld): Promise<void> => {
  const seen = await world.compose.containers()
  if (!seen.seen) throw new UserError(`containers that a backup or a restore stopped could not be started again: ${seen.cause}`)
  const own = new Map(seen.value.map((one) => [one.id, one.service]))
  const started = await Promise.allSettled(containers.map((container) => startOwn(container, own.get(container.id), world)))
  for (const one of started) if (one.status === 'rejected') throw one.reason
}

export const stopContainers = async (containers: readonly RunningContainer[], { compose }: ContainerWorld): Promise<void> => {
  const finished = await compose.docker(['stop', '--time=60', '--', ...containers.map(({ id }) => id)], { timeoutMs: engineMs })
  if (!isDone(finished)) throw new UserError(`services could not be stopped: ${saidBy(finished)}`)
}

/** Removes the container that read a volume for a run that died, and the one that looked into it first. */
export const removeHelper = async (name: string, { compose }: ContainerWorld): Promise<void> => {
  if (!helperName.test(name)) throw new UserError(`${name} is no container of a backup`)
  for (const one of [name, `${name}-look`]) {
    const finished = await compose.docker(['rm', '--force', '--', one], { timeoutMs: engineMs })
    if (!isDone(finished) && !noSuch.test(finished.stderr)) throw new UserError(`${one} could not be removed: ${saidBy(finished)}`)
  }
}
