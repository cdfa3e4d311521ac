import type { Instant } from './seen.ts'

/** How far the clock of this server was from GitHub's when it was last compared; positive is ahead. */
export type SeenClock = { readonly offsetMs: number; readonly at: Instant }
