import type { TlsWanted } from './database.ts'
import type { RunProgram } from './process.ts'

/** What a look in another process brought: its answer, or how that process ended over it: `SIGSEGV`, or why it never began. */
export type Isolated<Out> = { readonly lived: true; readonly value: Out } | { readonly lived: false; readonly ended: string }

/** The name of a look with the types of what it is made of, is asked and answers; all of it is copied on its way, functions are not. */
export type LookName<Setup, In, Out> = { readonly name: string; readonly types?: (setup: Setup, input: In) => Out }

/** Makes a look that runs in another process, so that what ends that one ends nothing else. Rejects what the look throws. */
export type Isolate = <Setup, In, Out>(look: LookName<Setup, In, Out>, setup: Setup) => (input: In) => Promise<Isolated<Out>>

/** What a look finds in the process where it runs. */
export type Inside = {
  /** Aborted when the run is, with the same reason. */
  readonly signal: AbortSignal
  readonly runProgram: RunProgram
}

/** The other side of a `LookName`: what runs in that process. One for each setup: it may remember. */
export type CreateLook<Setup, In, Out> = (setup: Setup, inside: Inside) => (input: In) => Promise<Out>

/** What a parent and a looker say to each other. */
export type ToLooker =
  | { readonly open: number; readonly look: string; readonly setup: unknown }
  | { readonly ask: number; readonly of: number; readonly input: unknown }
  | { readonly abort: unknown }
  /** Alone, with the connection. */
  | { readonly tunnel: TlsWanted }
/** Said in lists. */
export type FromLooker =
  | { readonly ready: true }
  | { readonly answered: number; readonly value: unknown }
  | { readonly answered: number; readonly thrown: string }
