import type { PackageScope } from './package.ts'

/** A package as a lockfile names it. */
export type LockfileEntry = {
  /** As written; made canonical by whoever takes it over. */
  readonly name: string
  readonly version: string
  readonly line: number
  readonly scope: PackageScope
  /** Names from a direct dependency to it, both included; empty where the file does not tell. */
  readonly way: readonly string[]
}

/** What is wanted without an exact version, so that nobody can say what will be installed. */
export type UnpinnedEntry = { readonly name: string; readonly wanted: string; readonly line: number }

/** What is wanted of an entry that names none: what it brings is known to nobody, and is told and not passed over. */
export const noVersion = 'no version'

/** A file that another one names. `constraints`: it only pins what others want. */
export type IncludedFile = { readonly path: string; readonly line: number; readonly kind: 'requirements' | 'constraints' }

/** What a reader made of a file. */
export type LockfileContent = {
  readonly entries: readonly LockfileEntry[]
  readonly unpinned: readonly UnpinnedEntry[]
  readonly includes: readonly IncludedFile[]
  /** Why not all of it could be read; then it does not count as looked at. */
  readonly troubles: readonly string[]
  /** Which of the tools that write a file of this name wrote it, where there are several. */
  readonly tool?: string
  /** What is odd and was read all the same: a version of the format that is newer than this reader. */
  readonly notes: readonly string[]
}

/** Reads one kind of file. Pure: it neither executes, resolves nor fetches anything, and throws only for a bug. */
export type LockfileReader = {
  /** `poetry.lock` */
  readonly format: string
  readonly ecosystem: 'PyPI' | 'npm'
  readonly isName: (basename: string) => boolean
  readonly read: (text: string, basename: string) => LockfileContent
}

const empty: LockfileContent = { entries: [], unpinned: [], includes: [], troubles: [], notes: [] }

export const lockfileContent = (given: Partial<LockfileContent>): LockfileContent => ({ ...empty, ...given })
export const unreadable = (trouble: string): LockfileContent => lockfileContent({ troubles: [trouble] })

type Mapping = Readonly<Record<string, unknown>>

/** A mapping, or an empty one in the place of anything else. */
export const mappingOf = (value: unknown): Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {}

/** A list, or an empty one in the place of anything else. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The text of an own property, or undefined. */
export const textOf = (value: unknown, key: string): string | undefined => {
  const found = ownOf(value, key)
  return typeof found === 'string' ? found : undefined
}

/** An own property, or undefined. */
export const ownOf = (value: unknown, key: string): unknown => (Object.hasOwn(mappingOf(value), key) ? mappingOf(value)[key] : undefined)

/** Says that a format is newer than what was known when this was written; it is read all the same. */
export const noteOfVersion = (format: string, version: number, known: number): readonly string[] =>
  version > known ? [`${format}: version ${version} is newer than the ${known} that this release knows; read as that`] : []
