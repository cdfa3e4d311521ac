import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '../../contract/context.ts'
import type { JsonObject } from '../../contract/json.ts'
import { createWhole, syncFolder } from './files.ts'
import { prepareFolder } from './folder.ts'
import { deadLedgers, type LedgerHeader, ledgerFolder, ledgerName } from './ledger-file.ts'
import { ownIdentity } from './owner.ts'
import type { Trouble } from './trouble.ts'

/** A run that died and left work to recover. */
export type PendingRecovery = {
  readonly action: string
  readonly project: string
  readonly run: string
  readonly startedAt: number
  readonly steps: number
}

/** All that dead runs left on this server, whatever their action and project, for the finding `recovery.pending`. */
export const pendingRecoveries = (
  directory: string,
  now: number,
): { readonly recoveries: readonly PendingRecovery[]; readonly troubles: readonly Trouble[] } => {
  const files = deadLedgers(directory, now)
  return {
    recoveries: files
      .filter((file) => file.kind === 'ledger')
      .map(({ header: { action, project, run, startedAt }, steps }) => ({ action, project, run, startedAt, steps: steps.length })),
    troubles: files.filter((file) => file.kind === 'unreadable').map(({ cause, advice }) => ({ cause, advice })),
  }
}

/** Appends one line and syncs it; a line that did not fit is cut off again, so that the next one does not run into it. */
const append = (path: string, line: string) => {
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const sizeBefore = fstatSync(descriptor).size
  try {
    writeFileSync(descriptor, line)
    fsyncSync(descriptor)
  } catch (error) {
    ftruncateSync(descriptor, sizeBefore)
    throw error
  } finally {
    closeSync(descriptor)
  }
}

export type LedgerOptions = {
  readonly directory: string
  readonly action: string
  readonly project: string
  /** A name for this run; unique among the runs of this action and project. */
  readonly run: string
  readonly now: number
  readonly deadline: number
}

const concerns = (one: LedgerHeader, other: LedgerHeader): boolean => one.action === other.action && one.project === other.project

/**
 * The ledger of one run: nothing on disk until the first step. `write` throws when the step is not safely on disk, for then it
 * must not be done. `troubles` tells which old ledgers could not be read; their steps are not among the pending ones.
 */
export const createLedger = (options: LedgerOptions): Ledger & { troubles(): readonly Trouble[] } => {
  const { directory, action, project, run, now, deadline } = options
  const header: LedgerHeader = { ...ownIdentity(deadline), action, project, run, startedAt: now }
  const path = join(ledgerFolder(directory), ledgerName(header))
  let begun = false
  const recovered = new Set<string>()
  const ofThisAction = () => deadLedgers(directory, now).filter((file) => file.kind === 'unreadable' || concerns(file.header, header))
  const begin = (step: JsonObject) => {
    const trouble = prepareFolder(directory) ?? prepareFolder(ledgerFolder(directory))
    if (trouble !== undefined) throw new Error(`the ledger cannot be kept: ${trouble.cause}; ${trouble.advice}`)
    if (!createWhole(path, `${JSON.stringify(header)}\n${JSON.stringify(step)}\n`)) throw new Error(`${path}: another run has this name`)
    syncFolder(ledgerFolder(directory))
    begun = true
  }
  return {
    write: (step) => (begun ? append(path, `${JSON.stringify(step)}\n`) : begin(step)),
    pending: () =>
      ofThisAction().flatMap((file) => {
        if (file.kind === 'unreadable') return []
        recovered.add(file.path)
        return file.steps
      }),
    close: () => {
      for (const done of begun ? [...recovered, path] : recovered) rmSync(done, { force: true })
      recovered.clear()
      begun = false
    },
    troubles: () => ofThisAction().filter((file) => file.kind === 'unreadable'),
  }
}
