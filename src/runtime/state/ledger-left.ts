import type { Recovery } from '../../contract/context.ts'
import type { Site } from '../../contract/site.ts'
import { isSameSite, lockNames, siteKey } from '../../core/site.ts'
import { allLedgers, type LedgerFile } from './ledger-file.ts'
import { whoHolds } from './locks.ts'
import { isAlive, isOwn } from './owner.ts'
import type { StateTrouble } from './trouble.ts'

/** Ledgers of this very process that are still written. */
export type OwnLedgers = ReadonlySet<string>

/** Those whose run has ended, the latest first: its process has gone, or it is this one and has closed its turn. */
export const leftLedgers = (directory: string, own: OwnLedgers): readonly LedgerFile[] =>
  allLedgers(directory)
    .filter((one) => !own.has(one.path))
    .filter((one) => one.kind === 'unreadable' || isOwn(one.header) || !isAlive(one.header, Date.now()))
    .toReversed()

/** Whether a ledger is of this site: by its header, or where that cannot be read by its name. One of the release before knew a project only. */
export const isOfSite = (file: LedgerFile, site: Site): boolean => {
  if (file.kind === 'unreadable') return file.path.includes(`-${siteKey(site)}-`)
  const { version, project } = file.header
  if (version === 1) return project !== '' && [site.project, ...site.formerly].includes(project)
  return isSameSite(file.header, site)
}

const isOfRepository = (file: LedgerFile, repository: string): boolean =>
  file.kind === 'unreadable' || file.header.version === 1 || file.header.repository === repository

/** Why recoveries of this process did not succeed, by the path of the ledger. */
export type Tried = ReadonlyMap<string, string>

/** Somebody is at work on its site, and recovers it first; what this process tried in vain is told all the same. */
const isInHand = (directory: string, tried: Tried, file: LedgerFile): boolean =>
  file.kind === 'ledger' &&
  file.trouble === undefined &&
  !tried.has(file.path) &&
  lockNames(file.header, file.header.settings.compose.project).some((name) => whoHolds(directory, name, Date.now()).kind === 'held')

type Pending = { readonly recoveries: readonly Recovery[]; readonly troubles: readonly string[] }

/** Ledgers as findings need them, the oldest first. */
export const pendingOn = (files: readonly LedgerFile[], tried: Tried): Pending => {
  const told = ({ cause, advice }: StateTrouble): string => `${cause}; ${advice}`
  return {
    recoveries: files.toReversed().flatMap((file) => {
      if (file.kind === 'unreadable' || file.trouble !== undefined) return []
      const { action, project, startedAt } = file.header
      const cause = tried.get(file.path)
      return [{ action, project, startedAt, steps: file.steps.length, ...(cause === undefined ? {} : { cause }) }]
    }),
    troubles: files.toReversed().flatMap((file) => {
      if (file.kind === 'unreadable') return [told(file)]
      return file.trouble === undefined ? [] : [told(file.trouble)]
    }),
  }
}

/** All that ended runs of a repository left on this server, for the finding `recovery.pending`; what nobody can ascribe is told to all. */
export const pendingRecoveries = (
  directory: string,
  { repository, own = new Set(), tried = new Map() }: { readonly repository: string; readonly own?: OwnLedgers; readonly tried?: Tried },
): Pending =>
  pendingOn(
    leftLedgers(directory, own).filter((one) => isOfRepository(one, repository) && !isInHand(directory, tried, one)),
    tried,
  )
