import { readJsonLines } from '../json-lines.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  listOf,
  lockfileContent,
  mappingOf,
  noteOfVersion,
  ownOf,
  textOf,
  unreadable,
} from '../lockfile.ts'
import { withoutTrailingCommas } from '../trailing-commas.ts'
import { firstParents, wayTo } from '../ways.ts'

const known = 2

type Packages = Readonly<Record<string, unknown>>
const ofPackage = ['dependencies', 'optionalDependencies', 'peerDependencies']

const namesIn = (value: unknown, kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => Object.keys(mappingOf(ownOf(value, kind))))

/** `name@version` of a package; nothing for a workspace, a link or a file. */
const identOf = (entry: unknown): readonly [name: string, version: string] | undefined => {
  const [ident] = listOf(entry)
  if (typeof ident !== 'string') return undefined
  const at = ident.indexOf('@', 1)
  const version = ident.slice(at + 1)
  return at === -1 || !/^\d/.test(version) ? undefined : [ident.slice(0, at), version]
}

/** The nearest: `mkdirp/minimist` before `minimist`. */
const resolve = (packages: Packages, from: string, name: string): string | undefined => {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/')))) {
    const key = base === '' ? name : `${base}/${name}`
    if (Object.hasOwn(packages, key)) return key
    if (base === '') return undefined
  }
}

const wantsOf = (packages: Packages, key: string): readonly string[] => {
  const about = listOf(packages[key]).find((one) => typeof one === 'object')
  return namesIn(about, ofPackage).flatMap((name) => resolve(packages, key, name) ?? [])
}

const parentsFrom = (packages: Packages, projects: readonly unknown[], kinds: readonly string[]) =>
  firstParents({
    roots: projects.flatMap((one) => namesIn(one, kinds).flatMap((name) => resolve(packages, textOf(one, 'name') ?? '', name) ?? [])),
    wants: (key) => wantsOf(packages, key),
  })

const entriesOf = (packages: Packages, projects: readonly unknown[], lineOf: (key: string) => number): readonly LockfileEntry[] => {
  const runtime = parentsFrom(packages, projects, ofPackage)
  const all = parentsFrom(packages, projects, [...ofPackage, 'devDependencies'])
  return Object.entries(packages).flatMap(([key, entry]) => {
    const ident = identOf(entry)
    const line = lineOf(key)
    if (ident === undefined) return []
    const isDev = !runtime.has(key) && all.has(key)
    const way = wayTo(key, isDev ? all : runtime).map((one) => identOf(packages[one])?.[0] ?? one)
    return [{ name: ident[0], version: ident[1], line, scope: isDev ? 'dev' : 'runtime', way }]
  })
}

const read = (text: string): LockfileContent => {
  const file = readJsonLines(withoutTrailingCommas(text))
  if ('trouble' in file) return unreadable(file.trouble)
  const packages = ownOf(file.value, 'packages')
  if (packages === undefined) return unreadable('it is no lockfile of bun: it has no packages')
  const projects = Object.values(mappingOf(ownOf(file.value, 'workspaces')))
  const version = Number(ownOf(file.value, 'lockfileVersion') ?? 0)
  const entries = entriesOf(mappingOf(packages), projects, file.lineOf)
  return lockfileContent({ entries, notes: noteOfVersion('bun.lock', version, known) })
}

/** bun's text lockfile of versions 0 to 2. The binary `bun.lockb` is not read. */
export const bunLock: LockfileReader = { format: 'bun.lock', ecosystem: 'npm', isName: (name) => name === 'bun.lock', read }
