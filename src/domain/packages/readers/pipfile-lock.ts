import { readJsonLines } from '../json-lines.ts'
import { type LockfileContent, type LockfileReader, lockfileContent, mappingOf, ownOf, textOf, unreadable } from '../lockfile.ts'

const sections = [
  ['default', 'runtime'],
  ['develop', 'dev'],
] as const

const read = (text: string): LockfileContent => {
  const file = readJsonLines(text)
  if ('trouble' in file) return unreadable(file.trouble)
  if (ownOf(file.value, '_meta') === undefined) return unreadable('it is no lockfile of Pipenv: it has no _meta')
  const named = sections.flatMap(([section, scope]) =>
    Object.entries(mappingOf(ownOf(file.value, section))).map(([name, value]) => ({ name, value, scope, line: file.lineOf(name) })),
  )
  return lockfileContent({
    entries: named.flatMap(({ name, value, scope, line }) => {
      const version = textOf(value, 'version')
      return version?.startsWith('==') === true ? [{ name, version: version.replace(/^={2,3}/, ''), line, scope, way: [] }] : []
    }),
  })
}

/** Pipenv's lock. It does not tell who wants whom. */
export const pipfileLock: LockfileReader = { format: 'Pipfile.lock', ecosystem: 'PyPI', isName: (name) => name === 'Pipfile.lock', read }
