import { lstat, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Compose } from '../../contract/compose.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { jsonValue } from '../../core/read-json.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { wholeCell } from '../postgres/cells.ts'
import { readOnly } from '../postgres/read-only.ts'

/** A view, so that a role which may not know it sees no row instead of an error. */
const folderSql = `SELECT setting AS folder FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'data_directory'`

const mountsShape = z.array(z.object({ Source: z.string().default(''), Destination: z.string() }))
const timeoutMs = 10_000

const isHere = (host: string): boolean => host.startsWith('/') || host === 'localhost' || host === '::1' || host.startsWith('127.')

/** Where this host has what a container calls `folder`. */
const onHost = async (compose: Pick<Compose, 'containers' | 'docker'>, service: string, folder: string): Promise<string | undefined> => {
  const containers = await compose.containers()
  const own = containers.seen ? containers.value.find((one) => one.service === service && one.state === 'running') : undefined
  if (own === undefined) return undefined
  const inspected = await compose.docker(['inspect', '--format', '{{json .Mounts}}', own.id], { timeoutMs })
  const mounts = mountsShape.safeParse(jsonValue(inspected.stdout)).data ?? []
  const mount = mounts.find(({ Source, Destination }) => Source !== '' && (folder === Destination || folder.startsWith(`${Destination}/`)))
  return mount === undefined ? undefined : join(mount.Source, folder.slice(mount.Destination.length))
}

/** The folder of the server's data on this host; undefined where it is elsewhere, or we may not know it. */
const seeDataFolder = async (
  session: PostgresSession,
  { host, service }: PostgresTarget,
  compose: Pick<Compose, 'containers' | 'docker'>,
) => {
  const [row = {}] = await readOnly(session, folderSql)
  const folder = wholeCell(row['folder'])
  if (folder === '') return undefined
  const found = service === undefined ? (isHere(host) ? folder : undefined) : await onHost(compose, service, folder)
  const isData = found !== undefined && (await lstat(join(found, 'PG_VERSION')).catch(() => undefined)) !== undefined
  return isData ? found : undefined
}

/** Whether the backups lie on the file system of the server's data; false where that cannot be told. */
export const isOnDiskOfData = async (
  session: PostgresSession,
  target: PostgresTarget,
  { root, compose }: { readonly root: string; readonly compose: Pick<Compose, 'containers' | 'docker'> },
): Promise<boolean> => {
  const folder = await seeDataFolder(session, target, compose)
  if (folder === undefined) return false
  const [ours, data] = await Promise.all([root, folder].map((path) => stat(path).catch(() => undefined)))
  return ours !== undefined && data !== undefined && ours.dev === data.dev
}
