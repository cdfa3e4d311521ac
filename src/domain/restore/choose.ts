import type { StoredBackup } from '../backup/stored.ts'
import { sizeOf, sourceKeyOf, startOf } from '../backup/stored.ts'

export type ChosenBackup = { readonly backup: StoredBackup } | { readonly refused: string; readonly advice: string }

export const latestVerified = 'latest-verified'

const newestFirst = (stored: readonly StoredBackup[]): readonly StoredBackup[] => stored.toSorted((a, b) => startOf(b) - startOf(a))

const isProven = ({ proof }: StoredBackup): boolean => proof?.verified === true

const leastShare = 0.5

/** A rebuilt, empty database backs up perfectly. */
const fellFrom = ([newest, before]: readonly StoredBackup[]): string | undefined => {
  if (newest === undefined || before === undefined || newest.marks.has('accepted')) return undefined
  const [rows, earlier] = [sizeOf(newest.manifest).rows, sizeOf(before.manifest).rows]
  return rows !== undefined && earlier !== undefined && rows < earlier * leastShare
    ? `${newest.manifest.id} has ${rows} rows, and ${before.manifest.id} before it had ${earlier}`
    : undefined
}

const latest = (candidates: readonly StoredBackup[]): ChosenBackup => {
  // What a restore saved before it replaced it is what somebody wanted to be rid of.
  const proven = newestFirst(candidates.filter((one) => isProven(one) && !one.marks.has('pre-restore')))
  const [newest] = proven
  if (newest === undefined)
    return {
      refused: candidates.length === 0 ? 'there is no backup of it' : `none of its ${candidates.length} backups is proven`,
      advice: 'name the id of a backup; unproven ones are restored only by their id',
    }
  const sources = new Set(proven.map(({ manifest }) => sourceKeyOf(manifest)))
  if (sources.size > 1)
    return {
      refused: `backups of ${sources.size} sources could be meant: ${newestFirst(proven)
        .slice(0, 5)
        .map(({ manifest }) => manifest.id)
        .join(', ')}`,
      advice: 'name the id of the backup',
    }
  const fell = fellFrom(proven)
  return fell === undefined ? { backup: newest } : { refused: fell, advice: 'name the id of the backup that you mean' }
}

/** `candidates`: backups of the wanted kind and source; `all`: every backup that lies there, for an id may name any. */
export const chooseBackup = (wanted: string, candidates: readonly StoredBackup[], all: readonly StoredBackup[]): ChosenBackup => {
  if (wanted === latestVerified) return latest(candidates)
  const backup = all.find(({ manifest }) => manifest.id === wanted)
  return backup === undefined
    ? {
        refused: `there is no backup ${wanted} that a known key signed`,
        advice: 'see the candidates in the plan of `latest-verified`, or `trusted-keys`',
      }
    : { backup }
}

/** The newest ones, for the plan. */
export const newestCandidates = (candidates: readonly StoredBackup[], most = 5): readonly StoredBackup[] =>
  newestFirst(candidates).slice(0, most)
