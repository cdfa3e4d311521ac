import { type LockfileContent, type LockfileReader, listOf, lockfileContent, ownOf, textOf, unreadable } from '../lockfile.ts'
import { type PythonPackage, pythonEntries, unknownPackages } from './python-graph.ts'
import { requirementOf } from './requirement.ts'
import { readToml } from './toml-file.ts'

const isLocal = (value: unknown): boolean => ['path', 'git', 'url'].some((kind) => textOf(value, kind) !== undefined)

const isElsewhere = (value: unknown): boolean => ['git', 'url'].some((kind) => textOf(value, kind) !== undefined)

const wantsOf = (value: unknown): readonly string[] =>
  listOf(ownOf(value, 'dependencies')).flatMap((one) => (typeof one === 'string' ? (requirementOf(one)?.name ?? []) : []))

const packageOf = ({ value, line }: { readonly value: unknown; readonly line: number }): readonly PythonPackage[] => {
  const [name, version, groups] = [textOf(value, 'name'), textOf(value, 'version'), listOf(ownOf(value, 'groups'))]
  if (name === undefined || version === undefined || isLocal(value)) return []
  const scope = groups.length === 0 || groups.includes('default') ? 'runtime' : 'dev'
  return [{ name, version, line, wants: wantsOf(value), scope }]
}

const read = (text: string): LockfileContent => {
  const file = readToml(text, 'package')
  if ('trouble' in file) return unreadable(file.trouble)
  if (ownOf(file.value, 'metadata') === undefined) return unreadable('it is no lockfile of PDM: it has no metadata')
  const unpinned = unknownPackages(file.packages, { isFromIndex: (value) => !isLocal(value), isElsewhere })
  return lockfileContent({ entries: pythonEntries(file.packages.flatMap(packageOf)), unpinned })
}

/** PDM's lock. */
export const pdmLock: LockfileReader = { format: 'pdm.lock', ecosystem: 'PyPI', isName: (name) => name === 'pdm.lock', read }
