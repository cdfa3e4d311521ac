import type { Compose } from '../../contract/compose.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { RunProgram } from '../../contract/process.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { chooseClient, noClientWords } from '../../domain/backup/client.ts'
import { hostClient, type PostgresClient } from './client.ts'
import { isMountable } from './helper-container.ts'
import { imageClient } from './image-client.ts'
import { findPrograms } from './installed.ts'

export type FindClient = {
  readonly compose: Pick<Compose, 'containers' | 'docker'>
  readonly run: RunProgram
  readonly signal: AbortSignal
  readonly target: PostgresTarget
  readonly serverMajor: number
  /** The label of its containers. */
  readonly token: string
  /** What the programs see of this host. */
  readonly folders: readonly string[]
  readonly readOnly?: readonly string[]
  /** Before the first container. */
  readonly begin: () => Promise<void>
}

/** The container and image of a compose service; undefined for a database elsewhere, or where docker does not answer. */
const serverImage = async ({
  compose,
  target,
  folders,
  readOnly = [],
}: FindClient): Promise<{ readonly container: string; readonly image: string } | undefined> => {
  if (target.service === undefined || ![...folders, ...readOnly].every(isMountable)) return undefined
  const containers = await compose.containers()
  const own = containers.seen ? containers.value.find(({ service, state }) => service === target.service && state === 'running') : undefined
  if (own === undefined) return undefined
  const inspected = await compose.docker(['inspect', '--format', '{{.Image}}', own.id])
  const image = inspected.stdout.trim()
  return /^sha256:[0-9a-f]{64}$/.test(image) ? { container: own.id, image } : undefined
}

const fromImage = async (find: FindClient): Promise<PostgresClient | undefined> => {
  const server = await serverImage(find)
  if (server === undefined) return undefined
  await find.begin()
  const { token, folders, readOnly = [], serverMajor, run, signal } = find
  return imageClient({ ...server, token, folders, readOnly, serverMajor, run, signal })
}

/** PostgreSQL's client programs for a server of this major: of its own image, else of this host; or what to install. */
export const findClient = async (find: FindClient): Promise<PostgresClient | Obstacle> => {
  const { serverMajor, run, signal } = find
  const own = await fromImage(find)
  if (own !== undefined && own.major >= serverMajor) return own
  const installed = await findPrograms('pg_dump', { run, signal })
  const chosen = chooseClient(installed, serverMajor)
  return chosen === undefined ? noClientWords(installed, serverMajor) : hostClient(chosen)
}
