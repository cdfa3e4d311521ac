import { mkdir } from 'node:fs/promises'
import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { UserError } from '../../contract/user-error.ts'
import { undoSteps } from '../../core/steps.ts'
import { backupSteps } from './steps.ts'

/** Asked for only where sessions may be left: a database that cannot be found keeps no service stopped. */
const targetOf = async ({ connect }: Context): Promise<PostgresTarget | undefined> => {
  const location = await connect.postgres()
  if (!location.seen) throw new UserError(`what an earlier backup left could not be looked for: ${location.cause}`)
  return location.value.kind === 'target' ? location.value.target : undefined
}

/** Takes back what a dead backup left; what is whole stays. Throws while something stays or cannot be looked for. */
export const recover = (context: Context): Promise<void> =>
  undoSteps(backupSteps, context.ledger.pending(), {
    progress: context.progress,
    runProgram: context.runProgram,
    target: () => targetOf(context),
    make: async (path) => {
      await mkdir(path, { mode: 0o700 })
    },
    compose: context.compose,
  })
