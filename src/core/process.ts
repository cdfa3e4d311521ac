import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

export type ProgramOptions = {
  /** Added to the allow-listed environment (PATH, HOME, LC_ALL=C, DOCKER_HOST, …). */
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  readonly stdin?: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** What is kept of each of stdout and stderr; the rest is read and dropped. Default 8 MiB. */
  readonly maxBytes?: number
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

/** How a program ended. Its text is untrusted. */
export type Finished = {
  readonly stdout: string
  readonly stderr: string
  /** Something was dropped because it was over `maxBytes`. */
  readonly truncated: boolean
  readonly durationMs: number
} & (
  | { readonly ended: 'exit'; readonly exitCode: number }
  | { readonly ended: 'signal'; readonly signal: string }
  | { readonly ended: 'timeout' }
  | { readonly ended: 'cancelled' }
  /** It never started: no such program, or it may not be executed. */
  | { readonly ended: 'not-started'; readonly cause: string }
)

/** Starts a program with an argument array, never a shell; never throws for what the program does. */
export type RunProgram = (program: string, args: readonly string[], options: ProgramOptions) => Promise<Finished>
