import { statfs } from 'node:fs/promises'
import { UserError } from '../../contract/user-error.ts'
import type { DiskRoom } from '../../domain/backup/room.ts'
import { type EstimatedRows, seeEstimates } from '../../probes/restore/estimates.ts'
import { type SeenDatabase, type SeenServer, type SeenUse, seeServer, seeUse } from '../../probes/restore/server.ts'
import { administer } from '../../tools/restore/administrator.ts'
import type { RestoreSite } from './site.ts'

/** What a restore finds where it goes to. */
export type SeenPlace = {
  readonly server: SeenServer
  /** Undefined: nothing is replaced. */
  readonly live: SeenDatabase | undefined
  readonly use: SeenUse
  /** Services of the project that work with it, without its own server. */
  readonly services: readonly { readonly service: string; readonly id: string }[]
  /** Rows that are there now, by the server's statistics; why they cannot be read. */
  readonly rows: readonly EstimatedRows[] | { readonly why: string }
  /** Of the disk of the server's data, where it can be seen. */
  readonly room: DiskRoom | undefined
}

const lookMs = 60_000

const limitsOf = ({ context, application }: RestoreSite) => ({ signal: context.signal, application, timeoutMs: lookMs })

const servicesOf = async ({ context, target }: RestoreSite, { addresses }: SeenUse): Promise<SeenPlace['services']> => {
  if (target.service === undefined || addresses.length === 0) return []
  const seen = await context.compose.containers()
  if (!seen.seen) return []
  return seen.value
    .filter(({ service, state, oneOff }) => service !== target.service && state === 'running' && !oneOff)
    .filter((one) => one.addresses.some((address) => addresses.includes(address)))
    .map(({ service, id }) => ({ service, id }))
    .toSorted((a, b) => (a.service < b.service ? -1 : 1))
}

const rowsOf = async (site: RestoreSite, live: SeenDatabase | undefined): Promise<SeenPlace['rows']> => {
  if (live === undefined) return []
  const result = await administer({ ...site.target, database: live.name }, limitsOf(site), seeEstimates)
  return result.ok ? result.value : { why: result.failure.detail }
}

const blockLine = /^\S.*\s(\d+)\s+\d+\s+(\d+)\s+\d+%/

/** Where the data lie: asked of the container, or of this host when the server is on it. */
const roomOf = async ({ context, target }: RestoreSite, { dataDirectory }: SeenServer): Promise<DiskRoom | undefined> => {
  if (dataDirectory === '') return undefined
  if (target.service !== undefined) {
    const seen = await context.compose.containers()
    const own = seen.seen ? seen.value.find(({ service, state }) => service === target.service && state === 'running') : undefined
    if (own === undefined) return undefined
    const finished = await context.compose.docker(['exec', own.id, 'df', '-Pk', dataDirectory], { timeoutMs: lookMs })
    const [, total, free] = blockLine.exec(finished.stdout.trim().split('\n').at(-1) ?? '') ?? []
    return total === undefined || free === undefined ? undefined : { totalBytes: Number(total) * 1_024, freeBytes: Number(free) * 1_024 }
  }
  if (!target.host.startsWith('/') && !['127.0.0.1', '::1', 'localhost'].includes(target.host)) return undefined
  const found = await statfs(dataDirectory).catch(() => undefined)
  return found === undefined ? undefined : { freeBytes: found.bavail * found.bsize, totalBytes: found.blocks * found.bsize }
}

export const lookAtPlace = async (site: RestoreSite): Promise<SeenPlace> => {
  const { beside, database } = site
  const seen = await administer(beside, limitsOf(site), async (session) => ({
    server: await seeServer(session),
    use: await seeUse(session, database),
  }))
  if (!seen.ok) throw new UserError(`${beside.subject} cannot be looked at from its database ${beside.database}: ${seen.failure.detail}`)
  const { server, use } = seen.value
  const live = server.databases.find(({ name }) => name === database)
  const [services, rows, room] = [await servicesOf(site, use), await rowsOf(site, live), await roomOf(site, server)]
  return { server, live, use, services, rows, room }
}
