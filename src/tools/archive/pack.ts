import type { PipelineStage, PipePrograms, ProgramLimits, StageEnding } from '../../contract/process.ts'
import { createHandoff } from '../../core/handoff.ts'
import { type StoredArtifact, writeArtifact } from '../artifact.ts'
import type { ArchiveCodec } from './codec.ts'
import { type ArchiveListing, listArchive } from './list.ts'

export type PackWanted = {
  /** Writes the archive to stdout: tar here, or in a container. */
  readonly from: PipelineStage
  readonly codec: ArchiveCodec
  readonly file: string
  readonly recipients: readonly string[]
  readonly limits: ProgramLimits
  /** Told what has been packed so far, in bytes. */
  readonly progress?: (bytes: number) => void
}

/** `inconsistent`: what changed or vanished while it was read, in tar's words; the archive holds what was read of it. */
export type PackedArchive =
  | ({
      readonly ok: true
      readonly entries: number
      readonly entryBytes: number
      readonly inconsistent: readonly string[]
    } & StoredArtifact)
  | { readonly ok: false; readonly cause: string }

const changedWhileRead =
  /(?:file changed as we read it|File removed before we read it|file shrank by \d+ bytes|Directory renamed before|socket ignored)/

const linesOf = (stderr: string): readonly string[] => stderr.split('\n').filter((line) => line.trim() !== '')

/** tar's 1: some files differ. It says which; another 1 is of another program (`docker run` has it too). */
const onlyChanged = (ending: StageEnding): boolean => {
  const lines = linesOf(ending.stderr)
  return ending.ended === 'exit' && ending.exitCode === 1 && lines.some((line) => changedWhileRead.test(line))
}

const inconsistenciesOf = (endings: readonly StageEnding[]): readonly string[] => {
  const [tar] = endings
  if (tar === undefined || !onlyChanged(tar)) return []
  return linesOf(tar.stderr)
    .filter((line) => changedWhileRead.test(line) && !line.includes('socket ignored'))
    .map((line) => line.replace(/^tar: /, ''))
}

/** Packs into a file. The stream is read back as it goes by, so that an archive which tar cannot read never counts; both hashes come of the same pass. */
export const packArchive = async (pipe: PipePrograms, wanted: PackWanted): Promise<PackedArchive> => {
  const { from, codec, file, recipients, limits, progress } = wanted
  const beside = createHandoff<Uint8Array>()
  const listing: Promise<ArchiveListing> = listArchive(pipe, { stdin: beside.taken, stages: [codec.unpack], limits }).then((one) => {
    beside.leave()
    return one
  })
  let bytes = 0
  const watch = async (chunk: Uint8Array) => {
    await beside.give(chunk)
    bytes += chunk.length
    progress?.(bytes)
  }
  const stored = await writeArtifact(pipe, { stages: [from, codec.pack], accepts: onlyChanged, file, recipients, limits, watch })
  if (stored.ok) beside.end()
  else beside.fail(stored.cause)
  const { entries, bytes: entryBytes, trouble } = await listing
  if (!stored.ok)
    return {
      ok: false,
      cause: stored.stages.length > 0 && stored.stages.every((one) => one.ended === 'cancelled') ? (trouble ?? stored.cause) : stored.cause,
    }
  if (trouble !== undefined) return { ok: false, cause: `the archive cannot be read back: ${trouble}` }
  const { stages, ...artifact } = stored
  return { ...artifact, ok: true, entries, entryBytes, inconsistent: inconsistenciesOf(stages) }
}
