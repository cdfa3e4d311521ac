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

/** The first line that holds the requirement as it is written. */
const createLineOf = (text: string) => {
  const lines = text.split('\n')
  return (wanted: string): number => lines.findIndex((line) => line.includes(wanted)) + 1 || 1
}

const mostWanted = 2_000

const read = (text: string): LockfileContent => {
  const file = readToml(text, 'package')
  if ('trouble' in file) return unreadable(file.trouble)
  const lineOf = createLineOf(text)
  const all = wantedIn(file.value).slice(0, mostWanted)
  const found = all.flatMap(({ text: wanted, scope }) => {
    const one = requirementOf(wanted)
    return one === undefined ? [] : [{ ...one, scope, line: lineOf(wanted) }]
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
