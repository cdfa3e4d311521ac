import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import type { PipelineEnding, PipelineStage, PipePrograms, ProgramLimits, StageEnding } from '../contract/process.ts'
import { createHandoff } from '../core/handoff.ts'
import { encryptStage } from './age.ts'

export type ArtifactSource = {
  /** Programs of which the last one writes what is kept. */
  readonly stages: readonly PipelineStage[]
  /** Whether a program that did not exit with 0 did its work all the same; by default none did. */
  readonly accepts?: (ending: StageEnding) => boolean
}

export type ArtifactRequest = ArtifactSource & {
  /** Absolute; made anew with mode 0600, and taken away when it is not whole. */
  readonly file: string
  /** To whom it is encrypted; empty: it is not. */
  readonly recipients: readonly string[]
  readonly limits: ProgramLimits
  /** Sees every chunk before it is encrypted, and holds the work up until it has resolved. */
  readonly watch?: (chunk: Uint8Array) => Promise<void> | void
}

/** `sha256Plain` is of what was encrypted; the same as `sha256` where nothing is. */
export type StoredArtifact = { readonly bytes: number; readonly sha256: string; readonly sha256Plain: string }

export type ArtifactOutcome =
  | ({ readonly ok: true; readonly stages: readonly StageEnding[] } & StoredArtifact)
  | { readonly ok: false; readonly cause: string; readonly stages: readonly StageEnding[] }

const exitedWell = (ending: StageEnding): boolean => ending.ended === 'exit' && ending.exitCode === 0

const howEnded = (ending: StageEnding): string => {
  if (ending.ended === 'not-started') return ending.cause
  if (ending.ended === 'exit') return `${ending.program} ended with ${ending.exitCode}`
  if (ending.ended === 'signal') return `${ending.program} was ended by ${ending.signal}`
  return ending.ended === 'timeout' ? `${ending.program} did not end before the deadline` : `${ending.program} was stopped`
}

/** Lines with which tar, age and others end whatever they had to say. */
const saysNothing = /exiting now|due to previous errors|report unexpected or unhelpful errors|^\s*$/

const lastLine = (text: string): string =>
  text
    .split('\n')
    .findLast((line) => !saysNothing.test(line))
    ?.trim() ?? ''

const told = (ending: StageEnding): string => [howEnded(ending), lastLine(ending.stderr)].filter((one) => one !== '').join(': ')

/** Why a pipeline failed, in one line: the program that failed first by itself, not one that was stopped for it. Undefined when it did not fail. */
export const pipelineTrouble = ({ stages, trouble }: PipelineEnding, accepts = exitedWell): string | undefined => {
  const bad = stages.filter((one) => !exitedWell(one) && !accepts(one))
  const own = bad.find(({ ended }) => ended !== 'cancelled') ?? bad[0]
  return own === undefined ? trouble : told(own)
}

const writeAll = async (handle: FileHandle, chunk: Uint8Array): Promise<void> => {
  let from = 0
  while (from < chunk.length) from += (await handle.write(chunk, from)).bytesWritten
}

type Written = { readonly bytes: () => number; readonly sha256: () => string; readonly take: (chunk: Uint8Array) => Promise<void> }

const writerTo = (handle: FileHandle): Written => {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    bytes: () => bytes,
    sha256: () => hash.digest('hex'),
    take: async (chunk) => {
      hash.update(chunk)
      bytes += chunk.length
      await writeAll(handle, chunk)
    },
  }
}

type Ran = { readonly cause: string | undefined; readonly stages: readonly StageEnding[] }

const ran = (ending: PipelineEnding, accepts: ArtifactSource['accepts']): Ran => ({
  cause: pipelineTrouble(ending, accepts),
  stages: ending.stages,
})

/** What the source writes goes by here, and on to age, which cannot be given its end before the source has ended well. */
const runEncrypted = async (
  pipe: PipePrograms,
  request: ArtifactRequest,
  seen: (chunk: Uint8Array) => Promise<void>,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<Ran> => {
  const { stages, limits, recipients, accepts } = request
  const between = createHandoff<Uint8Array>()
  const encrypting = pipe([encryptStage(recipients)], { ...limits, stdin: between.taken, stdout: { each: write } }).then((ending) => {
    between.leave()
    return ending
  })
  const source = await pipe(stages, {
    ...limits,
    stdout: {
      each: async (chunk) => {
        await seen(chunk)
        await between.give(chunk)
      },
    },
  })
  const made = ran(source, accepts)
  if (made.cause === undefined) between.end()
  else between.fail(made.cause)
  const age = ran(await encrypting, exitedWell)
  // When age fails first the source is stopped for it, and tells nothing.
  const first =
    source.stages.some((one) => one.ended === 'cancelled') && !request.limits.signal.aborted ? (age.cause ?? made.cause) : made.cause
  return { cause: first ?? age.cause, stages: [...made.stages, ...age.stages] }
}

const produce = async (pipe: PipePrograms, request: ArtifactRequest, written: Written): Promise<Ran & { readonly plain: string }> => {
  const { stages, limits, recipients, accepts, watch } = request
  if (recipients.length === 0) {
    const each = async (chunk: Uint8Array) => {
      await watch?.(chunk)
      await written.take(chunk)
    }
    return { ...ran(await pipe(stages, { ...limits, stdout: { each } }), accepts), plain: '' }
  }
  const hash = createHash('sha256')
  const seen = async (chunk: Uint8Array) => {
    hash.update(chunk)
    await watch?.(chunk)
  }
  const done = await runEncrypted(pipe, request, seen, written.take)
  return { ...done, plain: hash.digest('hex') }
}

const openNew = async (file: string): Promise<FileHandle | string> => {
  try {
    return await open(file, 'wx', 0o600)
  } catch (error) {
    return Error.isError(error) ? error.message : String(error)
  }
}

const closed = async (handle: FileHandle, well: boolean): Promise<string | undefined> => {
  try {
    if (well) await handle.sync()
    await handle.close()
    return undefined
  } catch (error) {
    return Error.isError(error) ? error.message : String(error)
  }
}

/** Writes the output of programs into a file, encrypted or not, with the hashes of both, in one pass. What is not whole is taken away. */
export const writeArtifact = async (pipe: PipePrograms, request: ArtifactRequest): Promise<ArtifactOutcome> => {
  const handle = await openNew(request.file)
  if (typeof handle === 'string') return { ok: false, cause: handle, stages: [] }
  const written = writerTo(handle)
  const { cause, stages, plain } = await produce(pipe, request, written)
  const trouble = (await closed(handle, cause === undefined)) ?? undefined
  const failed = cause ?? trouble
  if (failed !== undefined) {
    await unlink(request.file)
    return { ok: false, cause: failed, stages }
  }
  const sha256 = written.sha256()
  return { ok: true, bytes: written.bytes(), sha256, sha256Plain: plain === '' ? sha256 : plain, stages }
}

/** The sha256 and the size of a file as it lies there now. */
export const hashFile = async (file: string, signal: AbortSignal): Promise<{ readonly sha256: string; readonly bytes: number }> => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576, signal })) {
    hash.update(chunk as Buffer)
    bytes += (chunk as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}
