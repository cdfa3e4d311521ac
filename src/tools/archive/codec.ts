import type { PipelineStage, ProgramLimits, RunProgram } from '../../contract/process.ts'
import { gunzipStage, gzipStage, unzstdStage, zstdStage } from './stages.ts'

/** How an archive is packed. Node's own zstd is not used: its workers truncate, and it accepts garbage behind a frame. */
export type ArchiveCodec = {
  readonly name: 'zstd' | 'gzip'
  readonly suffix: string
  readonly pack: PipelineStage
  readonly unpack: PipelineStage
}

export const archiveCodecs: Readonly<Record<ArchiveCodec['name'], ArchiveCodec>> = {
  zstd: { name: 'zstd', suffix: 'tar.zst', pack: zstdStage, unpack: unzstdStage },
  gzip: { name: 'gzip', suffix: 'tar.gz', pack: gzipStage, unpack: gunzipStage },
}

/** zstd where there is its program, else gzip, which is everywhere. */
export const chooseCodec = async (run: RunProgram, limits: ProgramLimits): Promise<ArchiveCodec> => {
  const finished = await run('zstd', ['--version'], limits)
  return archiveCodecs[finished.ended === 'exit' && finished.exitCode === 0 ? 'zstd' : 'gzip']
}
