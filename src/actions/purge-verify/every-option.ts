import type { ActionOptions } from '../../contract/action.ts'
import { options as ownOptions, type reads } from './options.ts'
import { partOptions } from './parts.generated.ts'

/** The options of the action, those of its parts included. */
export const options = { ...ownOptions, ...partOptions }
export type PurgeVerifyOptions = ActionOptions<typeof options, (typeof reads)[number]>
