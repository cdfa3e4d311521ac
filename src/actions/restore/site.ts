import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import { UserError } from '../../contract/user-error.ts'
import { newSigningKey, publicKeyOf, signingKeyFile } from '../../domain/backup/signing.ts'
import type { StoredBackup } from '../../domain/backup/stored.ts'
import { latestVerified } from '../../domain/restore/choose.ts'
import { seeStored, seeUnsigned } from '../../probes/backup/stored.ts'
import { folderFault } from '../../tools/folder-trust.ts'
import { besideDatabase, restoreApplication } from '../../tools/restore/administrator.ts'
import { fetchFromOffSite } from './from-off-site.ts'
import { locateServer } from './locate.ts'
import type { RestoreOptions } from './options.ts'

/** Where a restore takes from, and where it goes to. */
export type RestoreSite = {
  readonly context: Context
  readonly given: RestoreOptions
  readonly root: string
  /** As configured; its database may not be there. */
  readonly target: PostgresTarget
  /** The same server, from a database that stays. */
  readonly beside: PostgresTarget
  /** The name of what is replaced. */
  readonly database: string
  readonly application: string
  readonly stored: readonly StoredBackup[]
}

const trustedRoot = (given: RestoreOptions): string => {
  const { 'backup-section': section } = given
  const root = section?.root
  if (root === undefined) throw new UserError('ronde.yml has no section backup: write backup: { root: /var/backups/… } into it')
  const fault = folderFault(root)
  if (fault === 'absent' && given.from === undefined) throw new UserError(`backup.root: there is no ${root}`)
  if (fault !== undefined && fault !== 'absent')
    throw new UserError(`backup.root: ${fault.path} ${fault.reason}: what lies there could be anybody's`)
  return root
}

/** Keys whose signature counts: our own, and those of the configuration. A key that lies beside the backups vouches for nobody. */
const keysOf = (context: Context, { 'backup-section': section }: RestoreOptions): readonly string[] => [
  publicKeyOf(context.keptSecret(signingKeyFile, newSigningKey)),
  ...(section?.['trusted-keys'] ?? []),
]

/** All backups below the root that are signed, and the one unsigned that a person named and trusts. */
const storedFor = async (root: string, given: RestoreOptions, context: Context): Promise<readonly StoredBackup[]> => {
  const signed = await seeStored(root, keysOf(context, given))
  const { backup, 'trust-unsigned': trusts } = given
  if (!trusts || backup === latestVerified || signed.some(({ manifest }) => manifest.id === backup)) return signed
  const unsigned = await seeUnsigned(root, backup)
  return unsigned === undefined ? signed : [...signed, unsigned]
}

export const openSite = async (context: Context, given: RestoreOptions): Promise<RestoreSite> => {
  const root = trustedRoot(given)
  if (given.from !== undefined) await fetchFromOffSite(context, given, { root, keys: keysOf(context, given) })
  const target = await locateServer(context)
  const database = given.target ?? target.database
  return {
    context,
    given,
    root,
    target,
    beside: besideDatabase(target, database),
    database,
    application: restoreApplication(),
    stored: await storedFor(root, given, context),
  }
}
