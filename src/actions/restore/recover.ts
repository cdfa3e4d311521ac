import { mkdir } from 'node:fs/promises'
import type { Context } from '../../contract/context.ts'
import { undoSteps } from '../../core/steps.ts'
import { locateServer } from './locate.ts'
import { leftToUndo, type RestoreWorld, restoreSteps } from './steps.ts'

export const worldOf = (context: Context): RestoreWorld => ({
  progress: context.progress,
  compose: context.compose,
  runProgram: context.runProgram,
  target: () => locateServer(context),
  make: async (path) => {
    await mkdir(path, { mode: 0o700 })
  },
})

/** Takes back what a dead restore left: services run again, and the database is what it was, unless what took its place was found good. */
export const recover = (context: Context): Promise<void> => undoSteps(restoreSteps, leftToUndo(context.ledger.pending()), worldOf(context))
