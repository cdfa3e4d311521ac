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

const saidBy = ({ stderr, ended }: Finished): string => stderr.trim().split('\n').at(-1) || ended

/** Those of the project alone: an id that is another project's was put there by somebody else. One that is gone needs no start. */
export const startContainers = async (containers: readonly string[], { compose, progress }: ContainerWorld): Promise<void> => {
  const seen = await compose.containers()
  if (!seen.seen) throw new UserError(`containers that a backup or a restore stopped could not be started again: ${seen.cause}`)
  const own = new Map(seen.value.map((one) => [one.id, one]))
  for (const id of containers) {
    const container = own.get(id)
    if (container === undefined) {
      if (isDone(await compose.docker(['container', 'inspect', '--', id], { timeoutMs: engineMs })))
        throw new UserError(`the ledger names the container ${id}, which is of another project: it is left as it is`)
      continue
    }
    // What was listed may be from before it was stopped; to start what runs does nothing.
    const finished = await compose.docker(['start', '--', id], { timeoutMs: engineMs })
    if (!isDone(finished))
      throw new UserError(`${container.service} was stopped for a backup or a restore and does not start: ${saidBy(finished)}`)
    progress.say(`started again: ${container.service}`)
  }
}

export const stopContainers = async (containers: readonly string[], { compose }: ContainerWorld): Promise<void> => {
  const finished = await compose.docker(['stop', '--time=60', '--', ...containers], { timeoutMs: engineMs })
  if (!isDone(finished)) throw new UserError(`services could not be stopped: ${saidBy(finished)}`)
}

/** Removes the container that read a volume for a run that died, and the one that looked into it first. */
export const removeHelper = async (name: string, { compose }: ContainerWorld): Promise<void> => {
  if (!helperName.test(name)) throw new UserError(`${name} is no container of a backup`)
  for (const one of [name, `${name}-look`]) {
    const finished = await compose.docker(['rm', '--force', '--', one], { timeoutMs: engineMs })
    if (!isDone(finished) && !/no such container/i.test(finished.stderr))
      throw new UserError(`${one} could not be removed: ${saidBy(finished)}`)
  }
}
