import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Obstacle } from '../../contract/seen.ts'
import { beginSteps } from '../../core/steps.ts'
import { rootFiles } from '../../domain/backup/layout.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { findClient } from '../../tools/postgres-programs/find-client.ts'
import { worldOf } from './recover.ts'
import type { RestoreSite } from './site.ts'
import { type RestoreRecords, type RestoreWorld, restoreSteps } from './steps.ts'

export type RestoreChain = ReturnType<typeof beginSteps<RestoreWorld, RestoreRecords>>

export const beginChain = ({ context }: RestoreSite): RestoreChain => beginSteps(restoreSteps, worldOf(context), context.ledger)

export type WorkPlace = { readonly token: string; readonly work: string }

const tokenBytes = 8

/** A folder of ours, on the disk of the backups. */
export const makeWorkPlace = async (site: RestoreSite, chain: RestoreChain): Promise<WorkPlace> => {
  const token = randomBytes(tokenBytes).toString('hex')
  const work = join(site.root, `${rootFiles.partial}restore-${token}`)
  await chain.step('work', { root: site.root, path: work })
  await chain.step('sessions', { application: site.application, database: site.database })
  return { token, work }
}

export type ClientWanted = {
  readonly chain: RestoreChain
  readonly place: WorkPlace
  readonly serverMajor: number
  readonly backup: string
}

/** PostgreSQL's programs for the server, which see the backup and nothing else of this host. */
export const clientOf = (
  { context, target }: RestoreSite,
  { chain, place, serverMajor, backup }: ClientWanted,
): Promise<PostgresClient | Obstacle> =>
  findClient({
    compose: context.compose,
    run: context.runProgram,
    signal: context.signal,
    target,
    serverMajor,
    token: place.token,
    folders: [place.work],
    readOnly: [backup],
    begin: () => chain.step('containers', { token: place.token }),
  })
