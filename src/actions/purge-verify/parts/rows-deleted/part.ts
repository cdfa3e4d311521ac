import type { PurgeOptions } from '../../options.ts'
import { definePart, nothing, type PurgeVerdict, type PurgeWorld } from '../../part.ts'
import { rowsInLog } from '../log/policy.ts'
import { deletedSince, judgeRowsDeleted, nextDeletedNote, readDeletedNote } from './policy.ts'

const run = async (options: PurgeOptions, { database, log, about, context }: PurgeWorld): Promise<PurgeVerdict<'purge.rows-deleted'>> => {
  if (!database.seen || !database.value.table.seen) return nothing
  const { oid, counters } = database.value.table.value
  const key = `purge.deleted ${about.subject}`
  const reading = { oid, deleted: counters.deleted, statsReset: counters.statsReset, files: counters.files, at: about.now }
  const note = nextDeletedNote(readDeletedNote(context.state.note(key)), reading, about)
  context.state.setNote(key, JSON.stringify(note))
  const lines = log?.seen === true ? log.value : undefined
  const deleted = {
    inLog: lines && rowsInLog(lines),
    purgedAt: lines?.lines.at(-1)?.at,
    counted: deletedSince(note, about),
    atLeast: options['expect-rows-deleted'] ?? 0,
  }
  return judgeRowsDeleted(deleted, about)
}

export const part = definePart({
  name: 'rows-deleted',
  description: 'The purge deleted what it says, and as much as is expected.',
  order: 30,
  options: {},
  ids: ['purge.rows-deleted'],
  run,
})
