import { sourceName } from '../../look.ts'
import type { PurgeOptions } from '../../options.ts'
import { definePart, nothing } from '../../part.ts'
import { judgeLog } from './policy.ts'

/** How the log and its line are called in sentences. */
export const nameOfLog = (log: NonNullable<PurgeOptions['log']>) => ({ source: sourceName(log), pattern: log.pattern })

export const part = definePart({
  name: 'log',
  description: 'The purge wrote its line, once.',
  order: 20,
  options: {},
  ids: ['purge.log'],
  run: async ({ log: option }, { log, about }) =>
    log === undefined || option === undefined ? nothing : judgeLog(log, nameOfLog(option), about),
})
