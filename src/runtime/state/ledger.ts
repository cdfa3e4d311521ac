import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ledger } from '../../contract/context.ts'
import type { JsonObject } from '../../contract/json.ts'
import type { SiteWords } from '../../contract/site.ts'
import { createWhole, syncFolder } from './files.ts'
import { prepareFolder } from './folder.ts'
import { type LedgerHeader, type LedgerSettings, ledgerFolder, ledgerName, ledgerVersion } from './ledger-file.ts'
import { ownIdentity } from './owner.ts'

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
  readonly site: SiteWords
  /** How the site is reached, for a recovery that has no options. */
  readonly settings?: LedgerSettings
  /** A name for this run; unique among the runs of this action and site. */
  readonly run: string
  readonly now: number
  readonly deadline: number
}

/** The ledger of a run, as the runtime has it. */
export type OpenLedger = Ledger & {
  readonly path: string
  /** Whether a step stands in it that nobody closed. */
  isOpen(): boolean
  /** Nothing is left to recover. */
  close(): void
}

/** Nothing of it is left to recover. */
export const removeLedger = (path: string): void => rmSync(path, { force: true })

/** The ledger of one run: nothing on disk until the first step. `write` throws when the step is not safely on disk, for then it must not be done. */
export const createLedger = (options: LedgerOptions): OpenLedger => {
  const { directory, action, run, now, deadline, settings = { compose: {}, database: {} } } = options
  const { repository, server, project } = options.site
  const of = { action, repository, server, project, run, version: ledgerVersion }
  const header: LedgerHeader = { ...ownIdentity(deadline), ...of, startedAt: now, settings }
  const path = join(ledgerFolder(directory), ledgerName(header))
  let begun = false
  const begin = (step: JsonObject) => {
    const trouble = prepareFolder(directory) ?? prepareFolder(ledgerFolder(directory))
    if (trouble !== undefined) throw new Error(`the ledger cannot be kept: ${trouble.cause}; ${trouble.advice}`)
    if (!createWhole(path, `${JSON.stringify(header)}\n${JSON.stringify(step)}\n`)) throw new Error(`${path}: another run has this name`)
    syncFolder(ledgerFolder(directory))
    begun = true
  }
  return {
    path,
    write: (step) => (begun ? append(path, `${JSON.stringify(step)}\n`) : begin(step)),
    pending: () => [],
    isOpen: () => begun,
    close: () => {
      if (begun) removeLedger(path)
      begun = false
    },
  }
}
