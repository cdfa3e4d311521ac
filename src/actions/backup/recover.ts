import { mkdir } from 'node:fs/promises'
import type { Context } from '../../contract/context.ts'
import { UserError } from '../../contract/user-error.ts'
import { undoSteps } from '../../core/steps.ts'
import { backupSteps } from './steps.ts'

/** Takes back what a dead backup left; what is whole stays. Throws while something stays or cannot be looked for. */
export const recover = async (context: Context): Promise<void> => {
  const location = await context.connect.postgres()
  if (!location.seen) throw new UserError(`what an earlier backup left could not be looked for: ${location.cause}`)
  const { value } = location
  await undoSteps(backupSteps, context.ledger.pending(), {
    progress: context.progress,
    target: value.kind === 'target' ? value.target : undefined,
    make: (path) => mkdir(path, { mode: 0o700 }),
    compose: context.compose,
  })
}
