import {
  type LockfileContent,
  type LockfileReader,
  listOf,
  lockfileContent,
  noteOfVersion,
  ownOf,
  textOf,
  unreadable,
} from '../lockfile.ts'
import { type PythonPackage, pythonEntries, unknownPackages } from './python-graph.ts'
import { readToml } from './toml-file.ts'

const known = 1

const isElsewhere = (value: unknown): boolean => ['vcs', 'directory'].some((kind) => ownOf(value, kind) !== undefined)

const isOfVersionControl = (value: unknown): boolean => ownOf(value, 'vcs') !== undefined

/** A marker that names a dependency group and no default: what only such a group brings. */
const isForGroups = (marker: string): boolean =>
  /\bin dependency_groups\b/.test(marker) && !/'default' in dependency_groups|"default" in dependency_groups/.test(marker)

const packageOf = ({ value, line }: { readonly value: unknown; readonly line: number }): readonly PythonPackage[] => {
  const [name, version] = [textOf(value, 'name'), textOf(value, 'version')]
  if (name === undefined || version === undefined || isElsewhere(value)) return []
  const wants = listOf(ownOf(value, 'dependencies')).flatMap((one) => textOf(one, 'name') ?? [])
  return [{ name, version, line, wants, scope: isForGroups(textOf(value, 'marker') ?? '') ? 'dev' : 'runtime' }]
}

const read = (text: string): LockfileContent => {
  const file = readToml(text, 'packages')
  if ('trouble' in file) return unreadable(file.trouble)
  const version = Math.floor(Number(textOf(file.value, 'lock-version')))
  if (Number.isNaN(version)) return unreadable('it is no pylock.toml: it has no lock-version')
  const tells = file.packages.some(({ value }) => ownOf(value, 'dependencies') !== undefined)
  const entries = pythonEntries(file.packages.flatMap(packageOf))
  // Most writers leave out who wants whom: then nothing is known of the way.
  const told = tells ? entries : entries.map((one) => ({ ...one, way: [] }))
  const unpinned = unknownPackages(file.packages, { isFromIndex: (value) => !isElsewhere(value), isElsewhere: isOfVersionControl })
  return lockfileContent({ entries: told, unpinned, notes: noteOfVersion('pylock.toml', version, known) })
}

/** PEP 751, as uv, pip and PDM write it. */
export const pylock: LockfileReader = {
  format: 'pylock.toml',
  ecosystem: 'PyPI',
  isName: (name) => /^pylock(?:\.[\w-]{1,100})?\.toml$/.test(name),
  read,
}
