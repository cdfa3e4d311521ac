import type { Context } from '../../contract/context.ts'
import type { JudgedFinding } from '../../contract/finding.ts'
import type { Obstacle, Seen } from '../../contract/seen.ts'
import { isFull, noConnectionLeft } from '../../domain/postgres/connections.ts'
import { containerDown, judgeUnreachable } from '../../domain/postgres/reachable.ts'
import { type PurgeLook, seePurge } from '../../probes/purge.ts'
import { type LogLook, type LogPlace, seePurgeLog } from '../../probes/purge-log.ts'
import type { BusinessDay } from './business-day.ts'
import type { PurgeOptions } from './options.ts'

/** What the database showed, or why it could not be asked, with the finding of another check that explains it. */
export type DatabaseLook =
  | { readonly seen: true; readonly value: PurgeLook }
  | ({ readonly seen: false; readonly parent: JudgedFinding['parent'] } & Obstacle)

const explainedBy = (one: JudgedFinding): DatabaseLook => ({
  seen: false,
  cause: `${one.title}${one.observed === '' ? '' : ` (${one.observed})`}`,
  advice: one.advice,
  parent: { id: one.id, subject: one.subject },
})

/** The purge lies behind the database: what keeps us from that is not the purge's fault. */
export const lookAtDatabase = async (options: PurgeOptions, day: BusinessDay, context: Context): Promise<DatabaseLook> => {
  const location = await context.connect.postgres()
  if (!location.seen) return { ...location, parent: undefined }
  const { value } = location
  if (value.kind === 'down') return explainedBy(containerDown(value.subject, value.cause))
  if (value.kind === 'none') {
    const { cause, advice } = value.why ?? {
      cause: 'no container of the project is PostgreSQL',
      advice: 'set database.service or database.url',
    }
    return { seen: false, cause, advice, parent: undefined }
  }
  const dayTable = options['day-table']
  const question = {
    ...day,
    at: day.now,
    table: options.table,
    column: options['date-column'],
    days: dayTable === undefined ? undefined : { table: dayTable, column: options['day-column'] ?? options['date-column'] },
  }
  const look = await seePurge(value.target, question, { signal: context.signal, now: () => context.now() })
  if (look.ok) return { seen: true, value: look.value }
  const { target } = value
  return explainedBy(
    isFull(look.failure) ? noConnectionLeft(target.subject, look.failure, target.database) : judgeUnreachable(look.failure, target),
  )
}

type LogOption = NonNullable<PurgeOptions['log']>

const placeOf = (log: LogOption, timeZone: string): LogPlace => {
  if (log.service !== undefined) return { kind: 'service', service: log.service }
  if (log.journal !== undefined) return { kind: 'journal', unit: log.journal }
  return { kind: 'path', path: log.path ?? '', timeZone: log['time-zone'] ?? timeZone }
}

/** How a log is called in a sentence. */
export const sourceName = ({ service, path, journal }: LogOption): string =>
  service === undefined ? (path ?? `the journal of ${journal}`) : `the log of ${service}`

/** The lines of the purge since the day began; undefined when no log is configured. */
export const lookAtLog = async (options: PurgeOptions, day: BusinessDay, context: Context): Promise<Seen<LogLook> | undefined> => {
  const { log } = options
  return log === undefined ? undefined : seePurgeLog(placeOf(log, day.timeZone), log.pattern, day.today.start, context)
}
