import {
  type LockfileContent,
  type LockfileReader,
  listOf,
  lockfileContent,
  mappingOf,
  noteOfVersion,
  ownOf,
  textOf,
  unreadable,
} from '../lockfile.ts'
import { type PythonPackage, pythonEntries, unknownPackages } from './python-graph.ts'
import { readToml } from './toml-file.ts'

const known = 1

const namesIn = (value: unknown): readonly string[] => listOf(value).flatMap((one) => textOf(one, 'name') ?? [])
const namesInGroups = (value: unknown): readonly string[] => Object.values(mappingOf(value)).flatMap(namesIn)

/** The project itself and the members of its workspace. */
const isProject = (value: unknown): boolean => {
  const source = mappingOf(ownOf(value, 'source'))
  return ['virtual', 'editable'].some((kind) => Object.hasOwn(source, kind))
}
const isFromIndex = (value: unknown): boolean => Object.hasOwn(mappingOf(ownOf(value, 'source')), 'registry')

const isElsewhere = (value: unknown): boolean => ['git', 'url'].some((kind) => Object.hasOwn(mappingOf(ownOf(value, 'source')), kind))

const wantsOf = (value: unknown): readonly string[] => [
  ...namesIn(ownOf(value, 'dependencies')),
  ...namesInGroups(ownOf(value, 'optional-dependencies')),
]

const packageOf = ({ value, line }: { readonly value: unknown; readonly line: number }): readonly PythonPackage[] => {
  const [name, version] = [textOf(value, 'name'), textOf(value, 'version')]
  return name === undefined || version === undefined || !isFromIndex(value) ? [] : [{ name, version, line, wants: wantsOf(value) }]
}

const read = (text: string): LockfileContent => {
  const file = readToml(text, 'package')
  if ('trouble' in file) return unreadable(file.trouble)
  const version = ownOf(file.value, 'version')
  if (typeof version !== 'number') return unreadable('it is no lockfile of uv: it has no version')
  const projects = file.packages.map(({ value }) => value).filter(isProject)
  const roots = {
    runtime: projects.flatMap(wantsOf),
    dev: projects.flatMap((one) => namesInGroups(ownOf(one, 'dev-dependencies'))),
  }
  return lockfileContent({
    entries: pythonEntries(file.packages.flatMap(packageOf), roots),
    unpinned: unknownPackages(file.packages, { isFromIndex, isElsewhere }),
    notes: noteOfVersion('uv.lock', version, known),
  })
}

/** uv's lock, version 1 of any revision: a revision changes nothing that is read here. */
export const uvLock: LockfileReader = { format: 'uv.lock', ecosystem: 'PyPI', isName: (name) => name === 'uv.lock', read }
