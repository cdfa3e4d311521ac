import { type LockfileEntry, noVersion, textOf, type UnpinnedEntry } from '../lockfile.ts'
import type { PackageScope } from '../package.ts'
import { firstParents, unwanted, wayTo } from '../ways.ts'

/** A package of a lock of Python, by its name. */
export type PythonPackage = {
  readonly name: string
  readonly version: string
  readonly line: number
  readonly wants: readonly string[]
  /** Where the lock says it; else it follows from what is direct. */
  readonly scope?: PackageScope
}

/** What a project wants itself, where the lock says it. */
export type PythonRoots = { readonly runtime: readonly string[]; readonly dev: readonly string[] }

const plain = (name: string): string => name.toLowerCase().replace(/[-_.]{1,200}/g, '-')

/** Entries with scope and way. Without roots, what nothing else wants counts as direct. */
export const pythonEntries = (packages: readonly PythonPackage[], roots?: PythonRoots): readonly LockfileEntry[] => {
  const byName = Map.groupBy(packages, ({ name }) => plain(name))
  const wants = (key: string) => (byName.get(key) ?? []).flatMap((one) => one.wants.map(plain)).filter((one) => byName.has(one))
  const runtime = firstParents({ roots: (roots?.runtime ?? unwanted([...byName.keys()], wants)).map(plain), wants })
  const dev = firstParents({ roots: (roots?.dev ?? []).map(plain), wants })
  return packages.map(({ name, version, line, scope }) => {
    const key = plain(name)
    const isDev = scope === undefined ? dev.has(key) && !runtime.has(key) : scope === 'dev'
    return { name, version, line, scope: isDev ? 'dev' : 'runtime', way: wayTo(key, isDev && dev.has(key) ? dev : runtime) }
  })
}

type LockedTable = { readonly value: unknown; readonly line: number }

/** What a lock brings, and nobody can look up: from an index without a version, or from a place of its own, which `isElsewhere` tells. */
export const unknownPackages = (
  tables: readonly LockedTable[],
  { isFromIndex, isElsewhere }: Readonly<Record<'isFromIndex' | 'isElsewhere', (value: unknown) => boolean>>,
): readonly UnpinnedEntry[] =>
  tables.flatMap(({ value, line }) => {
    const name = textOf(value, 'name')
    if (name === undefined) return []
    if (isElsewhere(value)) return [{ name, wanted: 'a place of its own', line }]
    return isFromIndex(value) && textOf(value, 'version') === undefined ? [{ name, wanted: noVersion, line }] : []
  })
