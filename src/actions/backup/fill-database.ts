import { dirname, join } from 'node:path'
import type { PostgresTarget } from '../../contract/database.ts'
import type { JudgedFinding } from '../../contract/finding.ts'
import type { BackupArtifact, DatabaseManifest } from '../../domain/backup/manifest.ts'
import { expectedDumpBytes, missingBytes, scratchBytes } from '../../domain/backup/room.ts'
import { judgeUnreachable } from '../../domain/postgres/reachable.ts'
import { type SeenCluster, seeCluster } from '../../probes/backup/cluster.ts'
import { isOnDiskOfData } from '../../probes/backup/data-folder.ts'
import { seeLackingRights } from '../../probes/backup/rights.ts'
import { digestOf, writeSynced } from '../../tools/backup-folder.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { clientFor, roomOf, scratchFor } from './dump-place.ts'
import { configLink } from './earlier.ts'
import { lacksRightsToDump, noRoom, noScratchRoom, notMade, sameDisk } from './findings.ts'
import type { FilledBackup, UnfinishedBackup } from './make-backup.ts'
import type { BackupSite } from './part.ts'
import { type ProofOutcome, proveDatabase } from './prove.ts'
import { backupApplication, inBackupSession } from './session.ts'
import { dumpName, dumpPath, type TakenDatabase, takeDatabase } from './take-database.ts'

type RefusalFinding = JudgedFinding<'backup.verified' | 'backup.room' | 'postgres.reachable' | 'postgres.pooler'>
export type DatabaseRefusal = { readonly findings: readonly RefusalFinding[] }

export type FillDatabase = {
  readonly site: BackupSite
  readonly target: PostgresTarget
  readonly unfinished: UnfinishedBackup
  readonly subject: string
  /** `schema`: definitions alone, as text. */
  readonly kind: 'database' | 'schema'
  /** Of the backup before this one, if there is one. */
  readonly lastBytes: number | undefined
}

/** A filled backup of a database; `proved` for its findings. */
export type FilledDatabase = FilledBackup<DatabaseRefusal> & {
  readonly proved?: ProofOutcome
  readonly extra?: readonly JudgedFinding<'backup.room'>[]
}

type Prepared = {
  readonly cluster: SeenCluster
  readonly client: PostgresClient
  readonly expectedBytes: number
  /** The root is on the disk of the data. */
  readonly besideData: boolean
}

/** All that can be said before anything is dumped. */
const prepare = async (session: PostgresSession, fill: FillDatabase): Promise<Prepared | DatabaseRefusal> => {
  const { site, subject, lastBytes } = fill
  const cluster = await seeCluster(session)
  const lacking = lacksRightsToDump(subject, cluster.role, await seeLackingRights(session))
  if (lacking !== undefined) return { findings: [lacking] }
  const client = await clientFor({ ...fill, serverMajor: cluster.major })
  if ('cause' in client) return { findings: [notMade(subject, client)] }
  const expectedBytes = expectedDumpBytes(cluster.sizeBytes, lastBytes)
  const missing = missingBytes(expectedBytes, await roomOf(site.root))
  if (missing > 0) return { findings: [noRoom(subject, site.root, missing)] }
  const besideData = await isOnDiskOfData(session, fill.target, { root: site.root, compose: site.context.compose })
  return { cluster, client, expectedBytes, besideData }
}

type Taken = Prepared & { readonly taken: TakenDatabase }

const take = async (fill: FillDatabase): Promise<Taken | DatabaseRefusal> => {
  const { site, target, unfinished, subject } = fill
  const application = backupApplication()
  let opened = false
  const result = await inBackupSession(target, { application, signal: site.context.signal }, async (session) => {
    opened = true
    // It holds nothing yet: one that dies before this is written goes with its client.
    await site.steps.step('sessions', { application })
    const prepared = await prepare(session, fill)
    if ('findings' in prepared) return prepared
    const taken = await takeDatabase(session, { site, unfinished, target, application, ...prepared, schemaOnly: fill.kind === 'schema' })
    return 'cause' in taken ? { findings: [notMade(subject, taken)] } : { ...prepared, taken }
  })
  if (result.ok) return result.value
  if (!opened) return { findings: [judgeUnreachable(result.failure, target)] }
  const cause = `the session that held the snapshot ended: ${result.failure.detail}`
  return { findings: [notMade(subject, { cause, advice: 'see whether the server was restarted; then run it again' })] }
}

const prove = async (
  fill: FillDatabase,
  { cluster, client, taken }: Taken,
): Promise<Pick<FilledDatabase, 'extra'> & { proved: ProofOutcome }> => {
  const { site, unfinished, subject } = fill
  const found = await scratchFor({ ...fill, serverMajor: cluster.major }, client)
  if ('why' in found) return { proved: { kind: 'unproven', why: found.why } }
  const { place, owner } = found
  const missing = missingBytes(scratchBytes(cluster.sizeBytes), await roomOf(dirname(place.directory)))
  if (missing > 0)
    return {
      proved: { kind: 'unproven', why: 'there was no room for a copy' },
      extra: [noScratchRoom(subject, dirname(place.directory), missing)],
    }
  await site.steps.step('scratch', { directory: place.directory })
  site.context.progress.say('the backup is restored into a scratch server and compared')
  const proved = await proveDatabase({
    context: site.context,
    taken,
    cluster,
    client,
    place,
    owner,
    dump: dumpPath({ unfinished, schemaOnly: taken.schemaOnly }),
    work: unfinished.work,
  })
  return { proved: proved.kind === 'proven' && taken.failures.length > 0 ? { kind: 'failed', failures: taken.failures } : proved }
}

const schemaName = 'schema.sql'

/** The file that is kept, by its size and hash. */
const artifactOf = async ({ site, unfinished, kind }: FillDatabase, { schema }: TakenDatabase): Promise<BackupArtifact> => {
  const name = kind === 'schema' ? schemaName : dumpName
  const path = join(unfinished.folder, name)
  if (kind === 'schema') await writeSynced(path, schema)
  const digest = await digestOf(path, site.context.signal)
  return { name, ...digest, sha256Plain: digest.sha256, codec: kind === 'schema' ? 'none' : 'custom', recipients: [] }
}

const manifestOf = async (fill: FillDatabase, { cluster, client, taken }: Taken, finishedAt: Date): Promise<DatabaseManifest> => {
  const { site, unfinished, target, kind } = fill
  const { id, startedAt } = unfinished
  return {
    schemaVersion: 1,
    id,
    server: site.context.server,
    kind,
    source: {
      systemIdentifier: cluster.systemIdentifier,
      database: target.database,
      image: client.image,
      serverVersion: cluster.serverVersion,
    },
    snapshot: taken.snapshot,
    clientVersion: client.version,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    ...(await configLink(site)),
    artifacts: [await artifactOf(fill, taken)],
    inconsistent: [],
    roles: [...cluster.roles],
    ...taken.contents,
  }
}

/** Why a backup is not proven; empty when it is. */
export const failuresOf = (proved: ProofOutcome): readonly string[] => {
  if (proved.kind === 'proven') return []
  return proved.kind === 'failed' ? proved.failures : [`unproven: ${proved.why}`]
}

/** The note of the state that holds the root of which it was told. */
const sameDiskNote = 'same-disk'

const placeFindings = ({ site }: FillDatabase, { besideData }: Prepared): readonly JudgedFinding<'backup.room'>[] => {
  if (!besideData) return []
  const { state } = site.context
  const isNew = state.note(sameDiskNote) !== site.root
  state.setNote(sameDiskNote, site.root)
  return [sameDisk(site.root, isNew)]
}

/** Dumps a database, proves the dump, and says what both hold. */
export const fillDatabase = async (fill: FillDatabase): Promise<FilledDatabase> => {
  const { context } = fill.site
  const taken = await take(fill)
  if ('findings' in taken) return { filled: false, ...taken }
  const manifest = await manifestOf(fill, taken, new Date(context.now()))
  const { proved, extra = [] } = await prove(fill, taken)
  const at = new Date(context.now()).toISOString()
  const proof = { verified: proved.kind === 'proven', at, failures: [...failuresOf(proved)], ciphertext: 'none' as const }
  return { filled: true, manifest, proof, proved, extra: [...placeFindings(fill, taken), ...extra] }
}
