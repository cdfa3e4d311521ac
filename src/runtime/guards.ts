import { effectOf } from '../contract/action.ts'
import { UserError } from '../contract/user-error.ts'
import { refusedStarter, untrustedEvent } from '../core/event-guard.ts'
import type { EventOfRun } from './event.ts'
import type { Prepared } from './run.ts'

/** Throws a UserError on an event that must not touch the server. */
export const guardEvent = (event: EventOfRun): void => {
  const refused = untrustedEvent(event)
  if (refused !== undefined) throw new UserError(`Ronde did not run: ${refused}`)
}

/** Throws a UserError where whoever started the run may not start this action: before anything of the step has run. */
export const guardEffect = ({ action, options }: Prepared, dryRun: boolean, event: EventOfRun): void => {
  const starter = effectOf(action, options, dryRun)
  const refused = starter === undefined ? undefined : refusedStarter(event, starter)
  if (refused !== undefined) throw new UserError(`${action.name} did not run: ${refused}`)
}
