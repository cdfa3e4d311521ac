import { z } from 'zod'
import type { Instant } from '../../contract/seen.ts'
import { readJson } from '../../core/read-json.ts'
import type { BackupManifest, BackupProof } from './manifest.ts'
import type { RetainedBackup } from './retention.ts'
import type { MeasuredBackup } from './suspect.ts'

/** A whole backup as it lies in the root, signed by a key that is known. */
export type StoredBackup = {
  /** Absolute. */
  readonly path: string
  readonly manifest: BackupManifest
  /** Undefined where its signature is no known key's: then it is not proven. */
  readonly proof: BackupProof | undefined
  readonly marks: ReadonlySet<StoredMark>
  /** What became of its copies at each target; empty where none is configured. */
  readonly copies: readonly StoredCopy[]
}

/** What files in a backup's folder say besides manifest and proof. */
export type StoredMark = 'pin' | 'suspect' | 'accepted' | 'pre-restore'
export const storedMarks: readonly StoredMark[] = ['pin', 'suspect', 'accepted', 'pre-restore']

/** What a backup is of, whatever its server is called: a system identifier and a database, or a project and a volume. */
export const sourceKeyOf = (manifest: BackupManifest): string =>
  'systemIdentifier' in manifest.source
    ? JSON.stringify([manifest.source.systemIdentifier, manifest.source.database])
    : JSON.stringify([manifest.source.project, manifest.source.volume])

/** What a backup's folder is called by: the database, the volume, or the kind itself. */
export const nameOf = (manifest: BackupManifest): string => {
  if ('name' in manifest) return manifest.name
  return manifest.kind === 'globals' ? manifest.kind : manifest.source.database
}

export const startOf = ({ manifest }: Pick<StoredBackup, 'manifest'>): Instant => Date.parse(manifest.startedAt)

export const bytesOf = ({ artifacts }: BackupManifest): number => artifacts.reduce((sum, { bytes }) => sum + bytes, 0)

/** Rows of all tables that are saved; undefined for what has none. */
const rowsOf = (manifest: BackupManifest): number | undefined =>
  manifest.kind === 'database' ? manifest.relations.reduce((sum, { rows, by }) => sum + (by === 'excluded' ? 0 : rows), 0) : undefined

const isSuspect = ({ marks }: StoredBackup): boolean => marks.has('suspect') && !marks.has('accepted')

export const sizeOf = (manifest: BackupManifest) => ({ rows: rowsOf(manifest), bytes: bytesOf(manifest) })

export const asMeasured = (stored: StoredBackup): MeasuredBackup => ({
  ...sizeOf(stored.manifest),
  at: startOf(stored),
  suspect: isSuspect(stored),
  accepted: stored.marks.has('accepted'),
})

export const asRetained = (stored: StoredBackup, pinned: ReadonlySet<string>): RetainedBackup => ({
  id: stored.manifest.id,
  source: sourceKeyOf(stored.manifest),
  kind: stored.manifest.kind,
  at: startOf(stored),
  verified: stored.proof?.verified === true,
  suspect: isSuspect(stored),
  pinned: stored.marks.has('pin') || pinned.has(stored.manifest.id),
  preRestore: stored.marks.has('pre-restore'),
})

/** One entry for each target: whether a copy is there that was read back. */
const copiesShape = z.array(z.object({ target: z.string(), at: z.iso.datetime(), ok: z.boolean() }))
export type StoredCopy = z.output<typeof copiesShape>[number]

const mostValues = 10_000

/** The list of copies; what is no such list says that there is none. */
export const readCopies = (text: string): readonly StoredCopy[] => {
  const read = readJson(text, mostValues)
  return 'value' in read ? (copiesShape.safeParse(read.value).data ?? []) : []
}
