import type { Action } from './action.ts'

/** The actions of this release by name, each loaded when it is needed. */
export type Registry = Readonly<Record<string, () => Promise<{ readonly action: Action }>>>
