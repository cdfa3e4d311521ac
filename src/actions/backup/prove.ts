import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../contract/context.ts'
import type { SeenCluster } from '../../probes/backup/cluster.ts'
import { compareCopy } from '../../probes/backup/copy.ts'
import type { PostgresClient } from '../../tools/postgres-programs/client.ts'
import { type CopyTarget, loadCopy } from '../../tools/scratch/load.ts'
import { followFile } from './follow-file.ts'
import { type InScratch, inScratch } from './in-scratch.ts'
import type { TakenDatabase } from './take-database.ts'

/** What a proof came to. `unproven`: the scratch server could not hold it, which says nothing against the backup. */
export type ProofOutcome =
  | { readonly kind: 'proven'; readonly notCompared: readonly string[] }
  | { readonly kind: 'failed'; readonly failures: readonly string[] }
  | { readonly kind: 'unproven'; readonly why: string }

export type ProveDatabase = InScratch & {
  readonly context: Pick<Context, 'programs' | 'signal' | 'progress'>
  readonly taken: TakenDatabase
  readonly cluster: SeenCluster
  readonly client: PostgresClient
  /** The archive's path, and a folder for passwords and lists. */
  readonly dump: string
  readonly work: string
  /** For tests: what happens to the copy before it is compared. */
  readonly meanwhile?: (copy: CopyTarget) => Promise<void>
}

/** More would need more memory than is stated. */
const mostJobs = 4

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

/** Loads the dump into a scratch server and compares what is there with what the source held at the snapshot. */
export const proveDatabase = async (prove: ProveDatabase): Promise<ProofOutcome> => {
  const { context, cluster, client, place, work, dump, taken } = prove
  const { programs, signal } = context
  const user = `ronde_scratch_${randomBytes(4).toString('hex')}`
  const proved = await inScratch(prove, user, async (scratch): Promise<ProofOutcome> => {
    const load = {
      scratch,
      source: { ...cluster, extensions: taken.contents.extensions },
      client,
      programs,
      dump,
      folder: work,
      secrets: join(work, 'load'),
      jobs: Math.min(mostJobs, availableParallelism()),
      signal,
    }
    const followed = { path: join(place.directory, 'data', 'base'), what: 'restored', expectedBytes: cluster.sizeBytes }
    const loaded = await followFile(context.progress, followed, () => loadCopy(load))
    if (!loaded.loaded)
      return loaded.kind === 'unproven' ? { kind: 'unproven', why: loaded.cause } : { kind: 'failed', failures: [loaded.cause] }
    await prove.meanwhile?.(loaded.copy)
    return compareLoaded(prove, loaded.copy)
  })
  return 'kind' in proved ? proved : { kind: 'unproven', ...proved }
}
