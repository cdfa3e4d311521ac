import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '../../contract/context.ts'
import type { JsonObject } from '../../contract/json.ts'
import { createWhole, syncFolder } from './files.ts'
import { prepareFolder } from './folder.ts'
import { deadJournals, type JournalHeader, journalFolder, journalName } from './journal-file.ts'
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
  const files = deadJournals(directory, now)
  return {
    recoveries: files
      .filter((file) => file.kind === 'journal')
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

export type JournalOptions = {
  readonly directory: string
  readonly action: string
  readonly project: string
  /** A name for this run; unique among the runs of this action and project. */
  readonly run: string
  readonly now: number
  readonly deadline: number
}

const concerns = (one: JournalHeader, other: JournalHeader): boolean => one.action === other.action && one.project === other.project

/**
 * The journal of one run: nothing on disk until the first step. `write` throws when the step is not safely on disk, for then it
 * must not be done. `troubles` tells which old journals could not be read; their steps are not among the pending ones.
 */
export const createJournal = (options: JournalOptions): Journal & { troubles(): readonly Trouble[] } => {
  const { directory, action, project, run, now, deadline } = options
  const header: JournalHeader = { ...ownIdentity(deadline), action, project, run, startedAt: now }
  const path = join(journalFolder(directory), journalName(header))
  let begun = false
  const recovered = new Set<string>()
  const ofThisAction = () => deadJournals(directory, now).filter((file) => file.kind === 'unreadable' || concerns(file.header, header))
  const begin = (step: JsonObject) => {
    const trouble = prepareFolder(directory) ?? prepareFolder(journalFolder(directory))
    if (trouble !== undefined) throw new Error(`the journal cannot be kept: ${trouble.cause}; ${trouble.advice}`)
    if (!createWhole(path, `${JSON.stringify(header)}\n${JSON.stringify(step)}\n`)) throw new Error(`${path}: another run has this name`)
    syncFolder(journalFolder(directory))
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
