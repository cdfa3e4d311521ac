import type { PipelineStage, PipePrograms, ProgramLimits } from '../../contract/process.ts'
import { createEntryGuard, type EntryRules } from '../../domain/backup/archive-entry.ts'
import { pipelineTrouble } from '../artifact.ts'
import { type ArchiveListing, listArchive } from './list.ts'
import { unpackStage } from './stages.ts'

export type StoredArchive = {
  readonly file: string
  /** What makes a tar of the file: decryption where it is encrypted, then decompression. */
  readonly stages: readonly PipelineStage[]
  readonly limits: ProgramLimits
}

/** Reads a stored archive to its end and judges every entry; `trouble` is why it may not be extracted. */
export const checkArchive = (pipe: PipePrograms, { file, stages, limits }: StoredArchive, rules: EntryRules): Promise<ArchiveListing> =>
  listArchive(pipe, { stdin: { file }, stages, limits, judge: createEntryGuard(rules) })

/** Extracts an archive into an empty folder of ours, when all of its entries may be; undefined when it did, else why not. What was extracted before a failure stays. */
export const unpackArchive = async (
  pipe: PipePrograms,
  archive: StoredArchive,
  { directory, rules }: { readonly directory: string; readonly rules: EntryRules },
): Promise<string | undefined> => {
  const { trouble } = await checkArchive(pipe, archive, rules)
  if (trouble !== undefined) return trouble
  const stdout = { keepBytes: 1_024 }
  return pipelineTrouble(
    await pipe([...archive.stages, unpackStage(directory)], { ...archive.limits, stdin: { file: archive.file }, stdout }),
  )
}
