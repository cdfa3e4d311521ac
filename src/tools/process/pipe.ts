import type { ChildProcess } from 'node:child_process'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type {
  PipelineEnding,
  PipelineInput,
  PipelineOptions,
  PipelineOutput,
  PipelineStage,
  PipePrograms,
  StageEnding,
} from '../../contract/process.ts'
import { capture } from './capture.ts'
import type { Launch, Launcher } from './launch.ts'
import { keeper, pumpInto, pumpOut } from './pump.ts'
import { release, type Supervised, supervise } from './supervise.ts'

const stderrBytes = 64 * 1024

type Opened = { readonly descriptor?: number; close(well: boolean): Promise<void> }
const nothingToClose: Opened = { close: async () => {} }

const openInput = async (input: PipelineInput | undefined): Promise<Opened> => {
  if (typeof input !== 'object' || !('file' in input)) return nothingToClose
  const handle = await open(input.file, 'r')
  return { descriptor: handle.fd, close: () => handle.close() }
}

const closeFile = (handle: FileHandle, path: string) => async (well: boolean) => {
  try {
    if (well) await handle.sync()
  } finally {
    await handle.close()
    if (!well) await unlink(path)
  }
}

const openOutput = async (output: PipelineOutput): Promise<Opened> => {
  if (!('file' in output)) return nothingToClose
  const handle = await open(output.file, 'wx', 0o600)
  return { descriptor: handle.fd, close: closeFile(handle, output.file) }
}

const asChunks = (input: PipelineInput | undefined): AsyncIterable<Uint8Array> | undefined => {
  if (typeof input === 'string' || input instanceof Uint8Array) return Readable.from([Buffer.from(input)])
  return input !== undefined && Symbol.asyncIterator in input ? input : undefined
}

const stdinOf = (input: PipelineInput | undefined, opened: Opened): 'ignore' | 'pipe' | number => {
  if (input === undefined) return 'ignore'
  if (typeof input === 'object' && 'descriptor' in input) return input.descriptor
  return opened.descriptor ?? 'pipe'
}

type Stage = { readonly program: string; readonly child?: ChildProcess; readonly supervised: Supervised; readonly stderr: () => string }

const neverStarted = (program: string, ended: StageEnding): Stage => ({
  program,
  supervised: { ended: Promise.resolve(ended), stop: () => {} },
  stderr: () => '',
})

/**
 * Starts all programs in one turn of the loop: each gets our end of the pipe that the one before it writes to, and we let go of it before
 * anything was read from it.
 */
const startStages = (
  launch: Launch,
  stages: readonly PipelineStage[],
  ends: { first: 'ignore' | 'pipe' | number; last: 'pipe' | number },
  limits: PipelineOptions,
): readonly Stage[] => {
  let before: ChildProcess['stdout'] | 'ignore' | 'pipe' | number = ends.first
  return stages.map((stage, index): Stage => {
    const isLast = index === stages.length - 1
    const launched = launch({ ...stage, stdio: [before, isLast ? ends.last : 'pipe', 'pipe'] })
    if (typeof before === 'object') before?.destroy()
    before = 'ignore'
    if (!launched.started) return neverStarted(stage.program, { ...launched.ending, program: stage.program, stderr: '' })
    const { child } = launched
    if (!isLast) before = child.stdout
    const stderr = capture(child.stderr, stderrBytes)
    return { program: stage.program, child, supervised: supervise(child, limits), stderr: stderr.text }
  })
}

const endedWell = (ending: { readonly ended: string; readonly exitCode?: number }): boolean =>
  ending.ended === 'exit' && ending.exitCode === 0

/** Waits for all; a program that ends badly ends those before it, which nobody reads any more. */
const endingsOf = (stages: readonly Stage[]): Promise<readonly StageEnding[]> =>
  Promise.all(
    stages.map(async ({ program, supervised, stderr }, index) => {
      const ending = await supervised.ended
      if (!endedWell(ending)) for (const one of stages.slice(0, index)) one.supervised.stop('cancelled')
      return { ...ending, program, stderr: stderr() }
    }),
  )

const causeOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error))

type Each = ((chunk: Uint8Array) => Promise<void> | void) | undefined

/** What we read and write ourselves beside the programs: `undefined` when all went well, else the first failure in words, which stops them all. */
const pump = (stages: readonly Stage[], { stdin }: PipelineOptions, each: Each) => {
  const stop = (error: unknown): string => {
    for (const one of stages) one.supervised.stop('cancelled')
    return causeOf(error)
  }
  const [chunks, into, from] = [asChunks(stdin), stages[0]?.child?.stdin, stages.at(-1)?.child?.stdout]
  const given =
    chunks === undefined || !into
      ? undefined
      : pumpInto(chunks, into).then((all) => (all ? undefined : 'not all of the input was read'), stop)
  const taken = each === undefined || !from ? undefined : pumpOut(from, each).then(() => undefined, stop)
  return { given: given ?? Promise.resolve(undefined), taken: taken ?? Promise.resolve(undefined) }
}

/** An output that somebody else keeps open, and an input that never comes, end with the deadline or the abort. */
const within = async (work: Promise<string | undefined>, { signal }: PipelineOptions, deadline: number): Promise<string | undefined> => {
  const late = Promise.withResolvers<string>()
  const abort = () => late.resolve('cancelled')
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  const timer = setTimeout(
    () => late.resolve('the output was not closed before the deadline'),
    Math.max(0, Math.min(deadline - performance.now(), 2 ** 31 - 1)),
  )
  const told = await Promise.race([work, late.promise])
  clearTimeout(timer)
  signal.removeEventListener('abort', abort)
  return told
}

const runStages = async (
  launch: Launch,
  given: readonly PipelineStage[],
  options: PipelineOptions,
  files: { input: Opened; output: Opened },
) => {
  const { stdin, stdout } = options
  const deadline = performance.now() + options.timeoutMs
  const kept = 'keepBytes' in stdout ? keeper(stdout.keepBytes) : undefined
  const each = 'each' in stdout ? stdout.each : kept?.each
  const last = 'descriptor' in stdout ? stdout.descriptor : (files.output.descriptor ?? 'pipe')
  const stages = startStages(launch, given, { first: stdinOf(stdin, files.input), last }, options)
  const pumping = pump(stages, options, each)
  const endings = await endingsOf(stages)
  const untaken = await within(pumping.taken, options, deadline)
  // Nobody reads the input any more: what has not been given by now never will be.
  const ungiven = await Promise.race([
    pumping.given,
    new Promise<string>((soon) => setTimeout(() => soon('not all of the input was read'), 0)),
  ])
  return { stages, endings, trouble: untaken ?? ungiven, bytes: kept?.bytes() ?? new Uint8Array() }
}

const unopened = (error: unknown, startedAt: number): PipelineEnding => ({
  ok: false,
  stages: [],
  trouble: causeOf(error),
  bytes: new Uint8Array(),
  durationMs: Math.round(performance.now() - startedAt),
})

/** Programs of which each reads what the one before it writes. */
export const createPipe =
  ({ load, forget }: Launcher): PipePrograms =>
  async (given, options) => {
    const startedAt = performance.now()
    const launch = await load()
    let input = nothingToClose
    let output = nothingToClose
    try {
      input = await openInput(options.stdin)
      output = await openOutput(options.stdout)
    } catch (error) {
      await input.close(false)
      return unopened(error, startedAt)
    }
    const { stages, endings, bytes, trouble: pumped } = await runStages(launch, given, options, { input, output })
    for (const { child } of stages) {
      if (child?.pid !== undefined) forget(child.pid)
      if (child !== undefined) release(child)
    }
    const well = pumped === undefined && endings.every(endedWell)
    const closed = await Promise.all([input.close(well), output.close(well)]).then(() => undefined, causeOf)
    const trouble = pumped ?? closed
    return {
      ok: well && closed === undefined,
      stages: endings,
      ...(trouble === undefined ? {} : { trouble }),
      bytes,
      durationMs: Math.round(performance.now() - startedAt),
    }
  }
