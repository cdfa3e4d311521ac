import type { Context } from '../../contract/context.ts'
import type { PlanLine } from '../../contract/plan.ts'
import { markText } from '../../domain/restore/mark.ts'
import { type SeenDatabase, seeServer } from '../../probes/restore/server.ts'
import { administer, besideDatabase } from '../../tools/restore/administrator.ts'
import { dropMarked } from '../../tools/restore/copy-database.ts'
import type { BackupSite } from './part.ts'
import { backupApplication } from './session.ts'

type Site = { readonly context: Pick<Context, 'signal' | 'now' | 'progress'>; readonly database: BackupSite['database'] }

const limitMs = 120_000

/** What restores replaced or left beside, and whose days are over. */
const expiredAmong = (databases: readonly SeenDatabase[], now: number): readonly SeenDatabase[] =>
  databases.filter(({ mark }) => (mark?.is === 'before' || mark?.is === 'beside') && Date.parse(mark.until) < now)

const inServer = async <T>({ context, database }: Site, work: Parameters<typeof administer<T>>[2]): Promise<T | undefined> => {
  if (!('target' in database)) return undefined
  const server = besideDatabase(database.target, database.target.database)
  const result = await administer(server, { signal: context.signal, application: backupApplication(), timeoutMs: limitMs }, work)
  return result.ok ? result.value : undefined
}

/** What would be dropped after a proven backup: databases that a restore keeps for 7 days. */
export const plannedDrops = async (site: Site): Promise<readonly PlanLine[]> => {
  const seen = await inServer(site, seeServer)
  return expiredAmong(seen?.databases ?? [], site.context.now()).map(({ name, sizeBytes }) => ({
    does: 'drop',
    subject: `database ${name}, which a restore kept`,
    bytes: sizeBytes,
  }))
}

/** Drops them, by their marks; where our role may not, they stay. */
export const dropExpired = async (site: Site): Promise<void> => {
  await inServer(site, async (session) => {
    const { databases, superuser } = await seeServer(session)
    if (!superuser) return
    for (const { name, mark } of expiredAmong(databases, site.context.now()))
      if (mark !== undefined && (await dropMarked(session, name, (comment) => comment === markText(mark))))
        site.context.progress.say(`dropped ${name}, which a restore kept until ${mark.until}`)
  })
}
