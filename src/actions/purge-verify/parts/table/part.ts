import type { Instant } from '../../../../contract/seen.ts'
import type { PurgeOptions } from '../../options.ts'
import { definePart, type PurgeVerdict, type PurgeWorld } from '../../part.ts'
import { nameOfLog } from '../log/part.ts'
import { logWords } from '../log/policy.ts'
import { judgeTable, tableIds, tableNotSeen } from './policy.ts'

const wordsOfLog = ({ log: option }: PurgeOptions, { log, about }: PurgeWorld): string =>
  log === undefined || option === undefined ? '' : logWords(log, nameOfLog(option), about)

const lastLineOf = ({ log }: PurgeWorld): Instant | undefined => (log?.seen === true ? log.value.lines.at(-1)?.at : undefined)

const run = async (options: PurgeOptions, world: PurgeWorld): Promise<PurgeVerdict<(typeof tableIds)[number]>> => {
  const { database, about, remedy } = world
  if (!database.seen) return tableNotSeen(database, about, database.parent)
  const { table, rows, locks } = database.value
  if (!table.seen) return tableNotSeen(table, about)
  if (rows === undefined) throw new Error('a table that was found was not looked at')
  const held = locks?.seen === true && locks.value.holders.length > 0
  if (!rows.seen) return tableNotSeen(rows, about, held ? { id: 'purge.locks', subject: about.subject } : undefined)
  const oldest = locks?.seen === true ? locks.value.oldest : undefined
  const told = { log: wordsOfLog(options, world), remedy, oldest, purgedAt: lastLineOf(world) }
  return judgeTable(rows.value, table.value, { about, told })
}

export const part = definePart({
  name: 'table',
  description: 'No row of another day is left in the table.',
  order: 10,
  options: {},
  ids: tableIds,
  run,
})
