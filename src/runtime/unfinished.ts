import type { Action } from '../contract/action.ts'
import { type Finding, finding } from '../contract/finding.ts'

/** What ended a process that spoke for this action: named as itself, for it is no mistake in the configuration and none that has a stack. */
export const unfinished = (action: Action, observed: string): Finding =>
  finding({
    id: `${action.name}.unfinished`,
    subject: `action/${action.name}`,
    status: action.kind === 'change' ? 'critical' : 'unknown',
    title: `${action.name} could not finish`,
    observed,
    expected: 'a finished run',
    advice: 'see what that server sends, and report it as a mistake of Ronde',
    certainty: 'hard',
    audience: 'technical',
  })
