import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../contract/context.ts'
import { errorText } from '../../core/error-chain.ts'
import type { SeenCluster } from '../../probes/backup/cluster.ts'
import { compareCopy } from '../../probes/backup/copy.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { type CopyTarget, loadCopy } from '../../tools/scratch/load.ts'
import { prepareScratch, removeScratch, type ScratchOwner, type ScratchPlace } from '../../tools/scratch/place.ts'
import { type ScratchServer, type StartScratch, startScratch } from '../../tools/scratch/server.ts'
import type { TakenDatabase } from './take-database.ts'

/** What a proof came to. `unproven`: the scratch server could not hold it, which says nothing against the backup. */
export type ProofOutcome =
  | { readonly kind: 'proven'; readonly notCompared: readonly string[] }
  | { readonly kind: 'failed'; readonly failures: readonly string[] }
  | { readonly kind: 'unproven'; readonly why: string }

export type ProveDatabase = {
  readonly context: Pick<Context, 'programs' | 'signal' | 'progress'>
  readonly taken: TakenDatabase
  readonly cluster: SeenCluster
  readonly client: PostgresClient
  readonly place: ScratchPlace
  readonly owner: ScratchOwner
  /** The archive's path, and a folder for passwords and lists. */
  readonly dump: string
  readonly work: string
  /** For tests: what happens to the copy before it is compared. */
  readonly meanwhile?: (copy: CopyTarget) => Promise<void>
}

/** More would need more memory than is stated. */
const mostJobs = 4

const secretBytes = 16

const compareLoaded = async (prove: ProveDatabase, copy: CopyTarget): Promise<ProofOutcome> => {
  const { context, taken, client, work } = prove
  const { failures, notCompared } = await compareCopy({
    source: taken,
    reader: copy.reader,
    superuser: copy.superuser,
    client,
    programs: context.programs,
    secrets: join(work, 'copy'),
    signal: context.signal,
  })
  return failures.length === 0 ? { kind: 'proven', notCompared } : { kind: 'failed', failures }
}

/** A scratch server that does not start says nothing against the backup. */
const beginScratch = async (start: StartScratch): Promise<ScratchServer | { readonly why: string }> => {
  try {
    await start.place.begin()
    return await startScratch(start)
  } catch (error) {
    if (start.signal.aborted) throw error
    await start.place.end()
    await removeScratch(start.place.directory)
    return { why: errorText(error) }
  }
}

/** Loads the dump into a scratch server and compares what is there with what the source held at the snapshot. */
export const proveDatabase = async (prove: ProveDatabase): Promise<ProofOutcome> => {
  const { context, cluster, client, place, owner, work, dump, taken } = prove
  const { programs, signal } = context
  const password = randomBytes(secretBytes).toString('hex')
  const user = `ronde_scratch_${randomBytes(4).toString('hex')}`
  await prepareScratch(place.directory, owner, password)
  const server = await beginScratch({ place, programs, user, password, preload: [], signal })
  if ('why' in server) return { kind: 'unproven', why: server.why }
  try {
    const loaded = await loadCopy({
      scratch: server.target,
      source: { ...cluster, extensions: taken.contents.extensions },
      client,
      programs,
      dump,
      folder: work,
      secrets: join(work, 'load'),
      jobs: Math.min(mostJobs, availableParallelism()),
      signal,
    })
    if (!loaded.loaded)
      return loaded.kind === 'unproven' ? { kind: 'unproven', why: loaded.cause } : { kind: 'failed', failures: [loaded.cause] }
    await prove.meanwhile?.(loaded.copy)
    return await compareLoaded(prove, loaded.copy)
  } finally {
    await server.stop()
    await place.end()
    await removeScratch(place.directory)
  }
}
