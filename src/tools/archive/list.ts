import { StringDecoder } from 'node:string_decoder'
import type { PipelineInput, PipelineStage, PipePrograms, ProgramLimits } from '../../contract/process.ts'
import { type ArchiveEntry, archiveEntryOf } from '../../domain/backup/archive-entry.ts'
import { pipelineTrouble } from '../artifact.ts'
import { listStage } from './stages.ts'

export type ArchiveListing = { readonly entries: number; readonly bytes: number; readonly trouble?: string }

export type ListingWanted = {
  readonly stdin: PipelineInput
  /** What comes before tar: decryption, decompression. */
  readonly stages: readonly PipelineStage[]
  readonly limits: ProgramLimits
  /** Sees each entry; what it returns is why the archive is refused. */
  readonly judge?: (entry: ArchiveEntry) => string | undefined
}

/** Longer than any name that a file system takes, in C's notation. */
const longestLine = 64 * 1024

const lineReader = (each: (line: string) => void) => {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  return (chunk: Uint8Array) => {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new Error('the listing has a line without an end')
    for (const line of lines) each(line)
  }
}

/** Reads an archive to its end, as tar sees it, and counts what is in it. Nothing is extracted. */
export const listArchive = async (pipe: PipePrograms, wanted: ListingWanted): Promise<ArchiveListing> => {
  const { stdin, stages, limits, judge } = wanted
  let entries = 0
  let bytes = 0
  let refused: string | undefined
  const read = lineReader((line) => {
    const entry = archiveEntryOf(line)
    refused ??= entry === undefined ? `tar lists what is no entry: ${JSON.stringify(line.slice(0, 200))}` : judge?.(entry)
    // What stops the programs; what they say then is no news.
    if (refused !== undefined || entry === undefined) throw new Error(refused)
    entries += 1
    bytes += entry.bytes
  })
  const ending = await pipe([...stages, listStage], { ...limits, stdin, stdout: { each: read } })
  const trouble = refused ?? pipelineTrouble(ending)
  return { entries, bytes, ...(trouble === undefined ? {} : { trouble }) }
}
