import { couldNotLook, type Seen } from '../../../../contract/seen.ts'
import { formatBytes } from '../../../../core/quantity.ts'
import { jsonValue } from '../../../../core/read-json.ts'
import { grants, grantsFor } from '../../../../domain/postgres/grants.ts'
import type { Sizes, Volume } from '../../../../domain/postgres/sizes.ts'
import { seeSizes } from '../../../../probes/postgres/sizes.ts'
import { seeVolume } from '../../../../probes/volume.ts'
import { taskIds } from '../../not-done.ts'
import { definePart, type MaintainedDatabase, type TaskOptions } from '../../part.ts'
import { limitOf } from '../../thresholds.ts'
import { judgeDatabaseSize, judgeVolume, type PastSizes, sizeTable } from './policy.ts'

/** More than three months of a run every day. */
const sizesKept = 120

/** SQL cannot ask for free room: only the container that the database runs in can be asked. */
const volumeOf = async ({ target, server, context }: MaintainedDatabase, { dataDirectory }: Sizes): Promise<Seen<Volume>> => {
  if (target.service === undefined)
    return couldNotLook('SQL cannot ask for the free room of the server', 'set database.service, or watch that disk on its own server')
  if (dataDirectory === undefined) {
    const grant = grantsFor(server.user, grants.monitor).join('')
    return couldNotLook('our role may not read where the data lies', grant === '' ? 'grant pg_monitor to it' : `as a superuser: ${grant}`)
  }
  return seeVolume(context.compose, target.service, dataDirectory)
}

/** A note that cannot be read is none. */
const readSizes = (text: string | undefined): PastSizes => {
  const value = jsonValue(text ?? '{}')
  return typeof value === 'object' && value !== null ? (value as PastSizes) : {}
}

const run = async ({ thresholds }: TaskOptions, maintained: MaintainedDatabase) => {
  const { session, tables, target, subject, context } = maintained
  const sizes = await seeSizes(
    session,
    tables.map((one) => one.oid),
  )
  const note = `db.sizes ${target.subject}`
  const before = readSizes(context.state.note(note))
  context.state.setNote(note, JSON.stringify(Object.fromEntries(sizes.tables.map((one) => [one.name, one.totalBytes]))))
  const looked = { sizes, past: context.state.measurements(subject, 'database-size', sizesKept), now: context.now(), subject }
  const limits = { free: limitOf(thresholds, 'volume-free'), days: limitOf(thresholds, 'days-to-full') }
  return {
    completed: true,
    findings: [judgeDatabaseSize(looked), judgeVolume(await volumeOf(maintained, sizes), looked, limits)],
    facts: { sizeBytes: sizes.databaseBytes },
    gains: sizeTable(sizes, before),
    line: formatBytes(sizes.databaseBytes),
  }
}

export const part = definePart({
  name: 'size',
  description: 'Size of the database, its tables and its volume, and when that is full.',
  order: 90,
  ids: ['db.size', 'db.volume', ...taskIds],
  options: {},
  run,
})
