import { join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'
import type { Obstacle } from '../../contract/seen.ts'
import { judgeUnreachable } from '../../domain/postgres/reachable.ts'
import { type SeenCluster, seeCluster } from '../../probes/backup/cluster.ts'
import { type SeenGlobals, seeGlobals } from '../../probes/backup/globals.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import type { ClientAccess, PostgresClient } from '../../tools/postgres-programs/client.ts'
import { pipelineWords } from '../../tools/postgres-programs/ending-words.ts'
import { clientFor } from './dump-place.ts'
import type { DatabaseRefusal } from './fill-database.ts'
import { notMade } from './findings.ts'
import type { UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'
import { backupApplication, inBackupSession } from './session.ts'

export type FillGlobals = {
  readonly site: BackupSite
  readonly target: PostgresTarget
  readonly unfinished: UnfinishedBackup
  readonly passwords: boolean
}

export type TakenGlobals = {
  readonly cluster: SeenCluster
  readonly globals: SeenGlobals
  readonly client: PostgresClient
  /** Roles, what they are members of, and their settings. */
  readonly roles: string
  /** Places on the source's disks, which a copy has not. */
  readonly tablespaces: string
}

export const globalsSubject = 'globals'
const longestMs = 600_000
const mostBytes = 256 * 1_048_576

/** What pg_dumpall writes of a server: `--roles-only` or `--tablespaces-only`. */
export const dumpAll = async (
  { site, passwords }: FillGlobals,
  access: ClientAccess,
  { database, what }: { readonly database: string; readonly what: '--roles-only' | '--tablespaces-only' },
): Promise<string> => {
  const { programs, signal } = site.context
  const flags = [what, `--database=${database}`, '--no-password', '--encoding=UTF8', ...(passwords ? [] : ['--no-role-passwords'])]
  const ending = await programs.pipe([access.stage('pg_dumpall', flags)], {
    stdout: { keepBytes: mostBytes },
    timeoutMs: longestMs,
    signal,
  })
  if (!ending.ok) throw new Error(pipelineWords(ending))
  return new TextDecoder().decode(ending.bytes)
}

const mayNotRead = (role: string): Obstacle => ({
  cause: `role ${role} may not read pg_authid, which holds the verifiers of passwords`,
  advice: 'as a superuser: GRANT pg_read_all_data to it; or leave `globals-passwords` off',
})

const takeInSession = async (session: PostgresSession, fill: FillGlobals, application: string): Promise<TakenGlobals | Obstacle> => {
  const { target, unfinished, passwords } = fill
  const cluster = await seeCluster(session)
  const globals = await seeGlobals(session)
  if (passwords && !globals.readsPasswords) return mayNotRead(cluster.role)
  const client = await clientFor({ ...fill, serverMajor: cluster.major })
  if ('cause' in client) return client
  const access = await client.access({ target, application }, join(unfinished.work, 'source'))
  const roles = await dumpAll(fill, access, { database: target.database, what: '--roles-only' })
  const tablespaces =
    globals.tablespaces === 0 ? '' : await dumpAll(fill, access, { database: target.database, what: '--tablespaces-only' })
  return { cluster, globals, client, roles, tablespaces }
}

/** Reads the globals; or why they cannot be read. */
export const takeGlobals = async (fill: FillGlobals): Promise<TakenGlobals | DatabaseRefusal> => {
  const { site, target } = fill
  const application = backupApplication()
  let opened = false
  const result = await inBackupSession(target, { application, signal: site.context.signal }, async (session) => {
    opened = true
    await site.steps.step('sessions', { application })
    return takeInSession(session, fill, application)
  })
  if (result.ok) return 'cause' in result.value ? { findings: [notMade(globalsSubject, result.value)] } : result.value
  if (!opened) return { findings: [judgeUnreachable(result.failure, target)] }
  const cause = `the session ended: ${result.failure.detail}`
  return { findings: [notMade(globalsSubject, { cause, advice: 'see whether the server was restarted; then run it again' })] }
}
