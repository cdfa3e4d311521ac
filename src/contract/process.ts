import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type ProgramLimits = {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** How a child is started. */
export type ProgramSetting = {
  /** Added to the allow-listed environment (PATH, HOME, LC_ALL=C, DOCKER_HOST, …). */
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** Another user than ours; only root may ask for one. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

export type ProgramOptions = ProgramLimits &
  ProgramSetting & {
    readonly stdin?: string
    /** What is kept of each of stdout and stderr; the rest is read and dropped. Default 8 MiB. */
    readonly maxBytes?: number
    /** Of stdout. `latin1`: each byte is one character, for what may be no text. Default UTF-8. */
    readonly encoding?: 'utf8' | 'latin1'
    /** The program is a Node of ours, and this is told how to talk with it as soon as it was started. */
    readonly conversation?: (conversation: Conversation) => void
    /** Give the conversation its line. */
    readonly line?: boolean
  }

/** Messages to and from a child, copied as structured clones. What is said to one that is gone is dropped. */
export type Conversation = {
  /** A connection that goes with it is the child's from then on. */
  readonly say: (message: object, connection?: Socket) => void
  readonly hear: (heard: (message: unknown) => void) => void
  /** For bytes in both directions; descriptor 4 of the child. */
  readonly line: Duplex | undefined
}

/** How a program ended. */
export type ProgramEnding =
  | { readonly ended: 'exit'; readonly exitCode: number }
  | { readonly ended: 'signal'; readonly signal: string }
  | { readonly ended: 'timeout' }
  | { readonly ended: 'cancelled' }
  /** It never started: no such program, or it may not be executed. */
  | { readonly ended: 'not-started'; readonly cause: string }

/** A program that has ended. Its text is untrusted. */
export type Finished = {
  readonly stdout: string
  readonly stderr: string
  /** Something was dropped because it was over `maxBytes`. */
  readonly truncated: boolean
  readonly durationMs: number
} & ProgramEnding

/** Starts a program with an argument array, never a shell; never throws for what the program does. */
export type RunProgram = (program: string, args: readonly string[], options: ProgramOptions) => Promise<Finished>

/** One program of a pipeline. */
export type PipelineStage = ProgramSetting & { readonly program: string; readonly args: readonly string[] }

/** What the first program reads; by default nothing. A file is opened for reading; chunks are pulled as fast as the program takes them. */
export type PipelineInput = string | Uint8Array | AsyncIterable<Uint8Array> | { readonly file: string } | { readonly descriptor: number }

/**
 * Where the output of the last program goes. A file is made anew with mode 0600, is on the disk when the pipeline has ended well, and is taken
 * away when it has not; `each` gets every chunk and holds the program up until it has resolved; `keepBytes` keeps that much and counts an
 * output that is longer as failed.
 */
export type PipelineOutput =
  | { readonly file: string }
  | { readonly descriptor: number }
  | { readonly each: (chunk: Uint8Array) => Promise<void> | void }
  | { readonly keepBytes: number }

export type PipelineOptions = ProgramLimits & { readonly stdin?: PipelineInput; readonly stdout: PipelineOutput }

/** How one program of a pipeline ended, with the head of what it said on stderr (64 KiB, untrusted). */
export type StageEnding = ProgramEnding & { readonly program: string; readonly stderr: string }

/**
 * How a pipeline ended: well only when every program exited with 0 and everything was read and written. `trouble` is what failed on our side,
 * in words: a file that cannot be opened, a disk that is full, an input that broke.
 */
export type PipelineEnding = {
  readonly ok: boolean
  readonly stages: readonly StageEnding[]
  readonly trouble?: string
  /** Only with `keepBytes`. */
  readonly bytes: Uint8Array
  readonly durationMs: number
}

/** Runs programs of which each reads what the one before it writes, without the bytes going through this process. Never throws for what they do. */
export type PipePrograms = (stages: readonly PipelineStage[], options: PipelineOptions) => Promise<PipelineEnding>

/** A child that lives until it ends, is stopped, or the run ends. Its output is untrusted. */
export type LongLivedProgram = {
  /** Sends bytes and waits until they are taken; what a child that has gone does not read is lost silently: its ending tells. */
  write(bytes: string | Uint8Array): Promise<void>
  /** The end of its input. */
  end(): void
  /** Its output as it comes. */
  readonly output: AsyncIterable<Uint8Array>
  /** Resolves when it and its group have gone. */
  readonly ended: Promise<ProgramEnding & { readonly stderr: string }>
  /** SIGTERM to its group, SIGKILL two seconds later; resolves with `ended`. */
  stop(): Promise<void>
}

export type StartProgram = (stage: PipelineStage, limits: ProgramLimits) => Promise<LongLivedProgram>

/** The three ways to use programs. None of them uses a shell, and no child outlives the action, however it ends. */
export type Programs = { readonly run: RunProgram; readonly pipe: PipePrograms; readonly start: StartProgram }
