import { type LockfileContent, type LockfileReader, listOf, lockfileContent, mappingOf, ownOf, textOf, unreadable } from '../lockfile.ts'
import type { PackageScope } from '../package.ts'
import { type PythonPackage, pythonEntries, unknownPackages } from './python-graph.ts'
import { readToml } from './toml-file.ts'

/** Poetry 2 writes groups, 1.4 and before a category. */
const scopeOf = (value: unknown): PackageScope => {
  const groups = listOf(ownOf(value, 'groups'))
  if (groups.length > 0) return groups.includes('main') ? 'runtime' : 'dev'
  return textOf(value, 'category') === 'dev' ? 'dev' : 'runtime'
}

const kindOf = (value: unknown): string | undefined => textOf(ownOf(value, 'source'), 'type')
const isElsewhere = (value: unknown): boolean => ['git', 'url'].includes(kindOf(value) ?? '')

const isFromIndex = (value: unknown): boolean => {
  const kind = kindOf(value)
  return kind === undefined || kind === 'legacy'
}

const packageOf = ({ value, line }: { readonly value: unknown; readonly line: number }): readonly PythonPackage[] => {
  const [name, version] = [textOf(value, 'name'), textOf(value, 'version')]
  if (name === undefined || version === undefined || !isFromIndex(value)) return []
  return [{ name, version, line, wants: Object.keys(mappingOf(ownOf(value, 'dependencies'))), scope: scopeOf(value) }]
}

const read = (text: string): LockfileContent => {
  const file = readToml(text, 'package')
  if ('trouble' in file) return unreadable(file.trouble)
  if (ownOf(file.value, 'metadata') === undefined)
    return unreadable('it is no lockfile of Poetry, or its end is missing: it has no metadata')
  const unpinned = unknownPackages(file.packages, { isFromIndex, isElsewhere })
  return lockfileContent({ entries: pythonEntries(file.packages.flatMap(packageOf)), unpinned })
}

/** Poetry's lock, from 1 to 2.1 of its format. */
export const poetryLock: LockfileReader = { format: 'poetry.lock', ecosystem: 'PyPI', isName: (name) => name === 'poetry.lock', read }
