import { existsSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../../contract/context.ts'
import { UserError } from '../../contract/user-error.ts'
import { beginSteps } from '../../core/steps.ts'
import { backupFiles, rootFiles, timeOfBackupId } from '../../domain/backup/layout.ts'
import type { StoredBackup } from '../../domain/backup/stored.ts'
import { chooseBackup, latestVerified } from '../../domain/restore/choose.ts'
import { seeStoredBackup } from '../../probes/backup/stored.ts'
import { digestOf, prepareRoot, publishFolder, syncPath } from '../../tools/backup-folder.ts'
import { offSiteTarget } from '../../tools/off-site/open-target.ts'
import { isObstacle, type OffSiteTarget } from '../../tools/off-site/target.ts'
import type { RestoreOptions } from './options.ts'
import { worldOf } from './recover.ts'
import { restoreSteps } from './steps.ts'

/** A copy of a backup at a target, by its names there. */
type CopyElsewhere = { readonly target: OffSiteTarget; readonly source: string; readonly id: string }

/** A copy whose documents are here, in a folder of ours, and signed. */
type SeenCopy = CopyElsewhere & { readonly folder: string; readonly stored: StoredBackup }

const documents = [backupFiles.manifest, backupFiles.manifestSignature, backupFiles.proof, backupFiles.proofSignature]
/** Of a long row of copies no more are looked at. */
const mostLooked = 12

const listed = async (target: OffSiteTarget): Promise<readonly CopyElsewhere[]> => {
  const files = await target.list('')
  if (isObstacle(files)) throw new UserError(`${target.name}: ${files.cause}; ${files.advice}`)
  return files.flatMap((path) => {
    const [source = '', id = '', name, ...rest] = path.split('/')
    const isWhole = name === backupFiles.manifest && rest.length === 0
    return isWhole && source.endsWith('--database') && timeOfBackupId(id) !== undefined ? [{ target, source, id }] : []
  })
}

type Fetching = { readonly context: Context; readonly root: string; readonly keys: readonly string[]; readonly chain: FetchChain }
type FetchChain = ReturnType<typeof beginFetch>

const beginFetch = (context: Context) => beginSteps(restoreSteps, worldOf(context), context.ledger)

const get = async ({ target, source, id }: CopyElsewhere, name: string, folder: string): Promise<void> => {
  const file = join(folder, name)
  const trouble = await target.get(`${source}/${id}/${name}`, file)
  if (trouble !== undefined) throw new UserError(`${target.name}: ${source}/${id}/${name} cannot be fetched: ${trouble.cause}`)
  await chmod(file, 0o600)
  await syncPath(file)
}

/** Fetches the documents of a copy; undefined where no known key signed them. */
const look = async ({ root, keys, chain }: Fetching, copy: CopyElsewhere): Promise<SeenCopy | undefined> => {
  const folder = join(root, `${rootFiles.partial}${copy.id}-fetched`)
  await chain.step('work', { root, path: folder })
  for (const name of documents) await get(copy, name, folder)
  const stored = await seeStoredBackup(folder, copy.id, keys)
  return stored === undefined ? undefined : { ...copy, folder, stored }
}

const complete = async ({ context, root }: Fetching, copy: SeenCopy): Promise<void> => {
  const { folder, stored, target, source, id } = copy
  for (const { name, sha256, bytes } of stored.manifest.artifacts) {
    if (name.includes('/') || name.startsWith('.')) throw new UserError(`${id}: ${name} is no name of an artifact`)
    context.progress.say(`fetching ${name} of ${id} from ${target.name}`)
    await get(copy, name, folder)
    const found = await digestOf(join(folder, name), context.signal)
    if (found.sha256 !== sha256 || found.bytes !== bytes) throw new UserError(`${target.name}: ${name} of ${id} is not what was backed up`)
  }
  await context.uninterrupted(() => publishFolder(folder, join(root, source, id)))
}

const newest = (copies: readonly CopyElsewhere[], wanted: string): readonly CopyElsewhere[] => {
  const byId = new Map(copies.map((one) => [one.id, one]))
  const chosen = wanted === latestVerified ? [...byId.values()] : [...byId.values()].filter(({ id }) => id === wanted)
  return chosen.toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, mostLooked)
}

const fetchChosen = async (fetching: Fetching, wanted: string, copies: readonly CopyElsewhere[]): Promise<void> => {
  const { root } = fetching
  const seen: SeenCopy[] = []
  for (const copy of newest(copies, wanted)) {
    const found = await look(fetching, copy)
    if (found !== undefined) seen.push(found)
  }
  const stored = seen.map((one) => one.stored)
  const choice = chooseBackup(wanted, stored, stored)
  if ('refused' in choice) throw new UserError(`off-site: ${choice.refused}; ${choice.advice}`)
  const chosen = seen.find((one) => one.stored === choice.backup)
  if (chosen !== undefined && !existsSync(join(root, chosen.source, chosen.id))) await complete(fetching, chosen)
}

/** Brings one backup from where its copies are into the root: whole, signed by a known key, or not at all. Nothing is changed there. */
export const fetchFromOffSite = async (
  context: Context,
  given: RestoreOptions,
  { root, keys }: { root: string; keys: readonly string[] },
) => {
  const options = given['backup-section']?.['off-site'] ?? []
  if (options.length === 0) throw new UserError('from: off-site: backup.off-site names no place')
  if (context.dryRun)
    throw new UserError('from: off-site: a dry run fetches nothing; run the plan without `dry-run`, which changes no database')
  const fault = await prepareRoot(root)
  if (fault !== undefined) throw new UserError(`backup.root: ${fault.cause}; ${fault.advice}`)
  const chain = beginFetch(context)
  try {
    const copies = (await Promise.all(options.map((one) => listed(offSiteTarget(one, context))))).flat()
    await fetchChosen({ context, root, keys, chain }, given.backup, copies)
  } finally {
    await chain.undo()
  }
}
