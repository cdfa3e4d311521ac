import { randomBytes } from 'node:crypto'
import { type Plan, planOf } from '../../contract/plan.ts'
import { UserError } from '../../contract/user-error.ts'
import { markText } from '../../domain/restore/mark.ts'
import { beforeNameOf } from '../../domain/restore/names.ts'
import type { SeenDatabase } from '../../probes/restore/server.ts'
import { seeTrouble } from './health.ts'
import { lookAtPlace, type SeenPlace } from './look.ts'
import { type Replaced, replaceDatabase } from './replace.ts'
import type { RestoreSite } from './site.ts'

/** The way back of a restore: what it replaced takes its place again. */
export type PlannedUndo = { readonly before: SeenDatabase; readonly place: SeenPlace; readonly plan: Plan; readonly id: string }

const keptMs = 7 * 86_400_000
const idBytes = 6

export const planUndo = async (site: RestoreSite, id: string): Promise<PlannedUndo> => {
  const place = await lookAtPlace(site)
  const before = place.server.databases.find(({ mark }) => mark?.id === id && mark.is === 'before' && mark.database === site.database)
  if (before === undefined)
    throw new UserError(`undo: what the restore ${id} replaced is not on this server any more, or it was not of ${site.database}`)
  if (place.use.holds.length > 0) throw new UserError(`undo: ${site.database} cannot be renamed: ${place.use.holds.join(', ')}`)
  const services = [...new Set(place.services.map(({ service }) => service))]
  const lines = [
    { does: 'replace', subject: `database ${site.database} by what it was before the restore ${id}`, bytes: 0 },
    ...services.map((service) => ({ does: 'stop meanwhile', subject: `service ${service}`, bytes: 0 })),
    ...place.use.sessions.map((session) => ({ does: 'end', subject: `sessions of ${session}`, bytes: 0 })),
    ...(place.live === undefined ? [] : [{ does: 'keep for 7 days', subject: `database ${site.database} as it is now`, bytes: 0 }]),
  ]
  const facts = { undo: id, oid: place.live?.oid ?? '', before: before.oid, systemIdentifier: place.server.systemIdentifier }
  return { before, place, id, plan: planOf(lines, facts) }
}

export type Undone = Replaced & { readonly id: string; readonly until: string }

export const applyUndo = async (site: RestoreSite, { before, place }: PlannedUndo): Promise<Undone> => {
  const id = randomBytes(idBytes).toString('hex')
  const until = new Date(site.context.now() + keptMs).toISOString()
  const { mark, name, oid, comment = null } = before
  if (mark === undefined) throw new Error('it was found by its mark')
  const record = {
    id,
    database: site.database,
    liveOid: place.live?.oid ?? '',
    before: beforeNameOf(site.database, id),
    beforeMark: markText({ ...mark, id, until, comment: place.live?.comment ?? null }),
    liveComment: mark.comment,
    copyOid: oid,
    copy: name,
    copyMark: comment ?? '',
  }
  const done = await replaceDatabase(site, {
    record: { ...record, liveComment: mark.comment },
    services: place.services,
    trouble: await seeTrouble(site),
    prepare: async () => {},
  })
  return { ...done, id, until }
}
