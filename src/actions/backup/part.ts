import type { Context } from '../../contract/context.ts'
import type { PostgresTarget } from '../../contract/database.ts'
import type { JudgedFinding } from '../../contract/finding.ts'
import { partsOf } from '../../core/parts.ts'
import type { BackupKind } from '../../domain/backup/layout.ts'
import type { BackupProof } from '../../domain/backup/manifest.ts'
import type { StoredBackup } from '../../domain/backup/stored.ts'
import type { BackupSteps, BackupWorld } from './steps.ts'

/** What every kind of backup may read besides its own options. */
export type BackupOptions = { readonly root: string; readonly kinds: readonly string[] }

/** Where backups are made: one for all kinds of a run. */
export type BackupSite = {
  readonly context: Context
  readonly root: string
  /** The private key's PEM; manifests are signed with it. */
  readonly signingKey: string
  /** The configured database; why there is none, as a finding, for kinds that need it. */
  readonly database: { readonly target: PostgresTarget } | { readonly findings: readonly JudgedFinding<'postgres.reachable'>[] }
  readonly steps: BackupSteps
  readonly encryption: BackupEncryption
  /** For steps of their own, which are taken back before the others. */
  readonly world: BackupWorld
  /** What was there before this run. */
  readonly stored: readonly StoredBackup[]
}

/** To whom artifacts are encrypted: to nobody when there are none. `drillKey` is a secret, with which the stored file is read again. */
export type BackupEncryption = { readonly recipients: readonly string[]; readonly drillKey: string | undefined }

/** A backup that is whole and in its place. */
export type MadeBackup = {
  readonly id: string
  /** Absolute. */
  readonly path: string
  readonly kind: BackupKind
  readonly name: string
  readonly bytes: number
  /** Of the newest one of its source before it. */
  readonly lastBytes: number | undefined
  readonly proof: BackupProof
  /** How it stands against those before it. */
  readonly size: JudgedFinding<'backup.suspect'>
}

type Told = {
  /** Something stays that must not: the ledger is kept. */
  readonly leftBehind?: true
  readonly backups?: readonly MadeBackup[]
  /** A part of the log's one line: `database quiz 612 MB, proven`. */
  readonly line?: string
}

/** A kind of backup: one folder in `parts/`. Throws for a bug alone. */
export const definePart = partsOf<{
  readonly options: BackupOptions
  readonly world: BackupSite
  readonly told: Told
  readonly marks: object
}>()
