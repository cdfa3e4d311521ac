import type { Context } from '../../contract/context.ts'
import { UserError } from '../../contract/user-error.ts'
import { undoSteps } from '../../core/steps.ts'
import { asSteps, maintainSteps } from './steps.ts'

/** Takes back what a dead run left in the database; throws while something stays or cannot be looked for. */
export const recover = async (context: Context): Promise<void> => {
  const location = await context.connect.postgres()
  if (!location.seen) throw new UserError(`what an earlier run left in the database could not be looked for: ${location.cause}`)
  const { value } = location
  if (value.kind === 'none')
    throw new UserError(`what an earlier run left in the database could not be looked for: ${value.why?.cause ?? 'no database is found'}`)
  await undoSteps(maintainSteps, asSteps(context.ledger.pending()), {
    context,
    target: value.kind === 'target' ? value.target : undefined,
  })
}
