import { type LockfileContent, type LockfileReader, listOf, lockfileContent, mappingOf, ownOf, unreadable } from '../lockfile.ts'
import type { PackageScope } from '../package.ts'
import { requirementOf } from './requirement.ts'
import { readToml } from './toml-file.ts'

type Wanted = { readonly text: string; readonly scope: PackageScope }

const textsIn = (value: unknown, scope: PackageScope): readonly Wanted[] =>
  listOf(value).flatMap((one) => (typeof one === 'string' ? [{ text: one, scope }] : []))

const groupsIn = (value: unknown, scope: PackageScope): readonly Wanted[] =>
  Object.values(mappingOf(value)).flatMap((group) => textsIn(group, scope))

const wantedIn = (value: unknown): readonly Wanted[] => [
  ...textsIn(ownOf(ownOf(value, 'project'), 'dependencies'), 'runtime'),
  ...groupsIn(ownOf(ownOf(value, 'project'), 'optional-dependencies'), 'runtime'),
  ...groupsIn(ownOf(value, 'dependency-groups'), 'dev'),
]

/** The line of the first place that holds the requirement as it is written. */
const createLineOf = (text: string) => {
  const ends: number[] = []
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) ends.push(at)
  return (wanted: string): number => {
    const place = text.indexOf(wanted)
    const before = ends.findIndex((end) => end >= place)
    return place === -1 ? 1 : (before === -1 ? ends.length : before) + 1
  }
}

/** Each is looked for in the whole text: no project has as many, or as long a file. */
const mostWanted = 2_000
const mostChars = 1_000_000

const read = (text: string): LockfileContent => {
  if (text.length > mostChars) return unreadable(`it is longer than ${mostChars} characters`)
  const file = readToml(text, 'package')
  if ('trouble' in file) return unreadable(file.trouble)
  const lineOf = createLineOf(text)
  const all = wantedIn(file.value)
  if (all.length > mostWanted) return unreadable(`it names more than ${mostWanted} requirements`)
  const found = all.map(({ text: wanted, scope }) => {
    const one = requirementOf(wanted) ?? { name: wanted.slice(0, 200), wanted: 'not a name with a version', pinned: undefined }
    return { ...one, scope, line: lineOf(wanted) }
  })
  return lockfileContent({
    entries: found.flatMap(({ name, pinned, scope, line }) =>
      pinned === undefined ? [] : [{ name, version: pinned, line, scope, way: [name] }],
    ),
    unpinned: found.flatMap(({ name, wanted, pinned, line }) =>
      pinned === undefined ? [{ name, wanted: wanted.startsWith('@') ? 'a place of its own' : wanted || 'any version', line }] : [],
    ),
  })
}

/** The pins of a project, where no lockfile stands beside it. */
export const pyproject: LockfileReader = { format: 'pyproject.toml', ecosystem: 'PyPI', isName: (name) => name === 'pyproject.toml', read }
