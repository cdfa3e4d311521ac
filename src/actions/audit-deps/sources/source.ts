import type { Obstacle } from '../../../contract/seen.ts'
import type { OsvRecord } from '../../../domain/packages/osv-record.ts'
import type { LockedPackage } from '../../../domain/packages/package.ts'

/** Why a source could not say everything; the scan is then incomplete. */
export type SourceTrouble = Obstacle & { readonly subject: string }

/** What a source knows of some packages. */
export type SourceAnswer = {
  /** Records that may be about a package, by its key; whether they are is judged by whoever asked. */
  readonly records: ReadonlyMap<string, readonly OsvRecord[]>
  readonly troubles: readonly SourceTrouble[]
  /** What is to be known of the answer: from when it is. */
  readonly notes: readonly string[]
}

/** Where advisories come from: OSV's API, or its files. Never throws for what is wrong with it. */
export type AdvisorySource = (packages: readonly LockedPackage[]) => Promise<SourceAnswer>
