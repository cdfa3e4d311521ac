import { readJsonLines } from '../json-lines.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  lockfileContent,
  mappingOf,
  noVersion,
  ownOf,
  textOf,
  type UnpinnedEntry,
  unreadable,
} from '../lockfile.ts'

/** Other names than `develop` are categories of a person's own. */
const scopeOf = (section: string): LockfileEntry['scope'] => (section === 'develop' ? 'dev' : 'runtime')

const isOwn = (value: unknown): boolean =>
  ['path', 'file', 'editable'].some((kind) => ownOf(value, kind) !== undefined) && ownOf(value, 'git') === undefined

const read = (text: string): LockfileContent => {
  const file = readJsonLines(text)
  if ('trouble' in file) return unreadable(file.trouble)
  if (ownOf(file.value, '_meta') === undefined) return unreadable('it is no lockfile of Pipenv: it has no _meta')
  const entries: LockfileEntry[] = []
  const unpinned: UnpinnedEntry[] = []
  for (const [section, packages] of Object.entries(mappingOf(file.value)))
    for (const [name, value] of section === '_meta' ? [] : Object.entries(mappingOf(packages))) {
      const [version = '', line] = [textOf(value, 'version'), file.lineOf(name)]
      if (version.startsWith('==')) entries.push({ name, version: version.replace(/^={2,3}/, ''), line, scope: scopeOf(section), way: [] })
      else if (!isOwn(value)) unpinned.push({ name, wanted: version || noVersion, line })
    }
  return lockfileContent({ entries, unpinned })
}

/** Pipenv's lock. It does not tell who wants whom. */
export const pipfileLock: LockfileReader = { format: 'Pipfile.lock', ecosystem: 'PyPI', isName: (name) => name === 'Pipfile.lock', read }
