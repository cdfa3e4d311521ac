import { readJsonLines } from '../json-lines.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  listOf,
  lockfileContent,
  mappingOf,
  noteOfVersion,
  noVersion,
  ownOf,
  textOf,
  type UnpinnedEntry,
  unreadable,
} from '../lockfile.ts'
import { createNearest, type PlacedPackage } from '../nearest.ts'
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

/** A key in its folder and its name, which may have a scope. */
const placedAt = (place: string): PlacedPackage => {
  const slash = place.lastIndexOf('/')
  const before = place.lastIndexOf('/', slash - 1)
  const at = slash > 0 && place[before + 1] === '@' ? before : slash
  return { folder: at === -1 ? '' : place.slice(0, at), name: place.slice(at + 1), place }
}

function* foldersFrom(place: string): Generator<string> {
  for (let base = place; base !== ''; base = base.slice(0, Math.max(0, base.lastIndexOf('/')))) yield base
  yield ''
}

/** The nearest: `mkdirp/minimist` before `minimist`. */
type Resolve = ReturnType<typeof createNearest>

const parentsFrom = (
  packages: Packages,
  projects: readonly unknown[],
  { kinds, resolve }: { kinds: readonly string[]; resolve: Resolve },
) =>
  firstParents({
    roots: projects.flatMap((one) => namesIn(one, kinds).flatMap((name) => resolve(textOf(one, 'name') ?? '', name) ?? [])),
    wants: (key) => {
      const about = listOf(packages[key]).find((one) => typeof one === 'object')
      return namesIn(about, ofPackage).flatMap((name) => resolve(key, name) ?? [])
    },
  })

/** A workspace, a link or a file is of this repository. */
const isOwn = (entry: unknown): boolean => {
  const [ident] = listOf(entry)
  return typeof ident === 'string' && /@(?:workspace|link|file|root):/.test(ident)
}

const readPackages = (packages: Packages, projects: readonly unknown[], lineOf: (key: string) => number) => {
  const resolve = createNearest(Object.keys(packages).map(placedAt), foldersFrom)
  const runtime = parentsFrom(packages, projects, { kinds: ofPackage, resolve })
  const all = parentsFrom(packages, projects, { kinds: [...ofPackage, 'devDependencies'], resolve })
  const entries: LockfileEntry[] = []
  const unpinned: UnpinnedEntry[] = []
  for (const [key, entry] of Object.entries(packages)) {
    const ident = identOf(entry)
    const line = lineOf(key)
    if (ident === undefined && !isOwn(entry)) unpinned.push({ name: key, wanted: noVersion, line })
    if (ident === undefined) continue
    const isDev = !runtime.has(key) && all.has(key)
    const way = wayTo(key, isDev ? all : runtime).map((one) => identOf(packages[one])?.[0] ?? one)
    entries.push({ name: ident[0], version: ident[1], line, scope: isDev ? 'dev' : 'runtime', way })
  }
  return { entries, unpinned }
}

const read = (text: string): LockfileContent => {
  const file = readJsonLines(withoutTrailingCommas(text))
  if ('trouble' in file) return unreadable(file.trouble)
  const packages = ownOf(file.value, 'packages')
  if (packages === undefined) return unreadable('it is no lockfile of bun: it has no packages')
  const projects = Object.values(mappingOf(ownOf(file.value, 'workspaces')))
  const version = Number(ownOf(file.value, 'lockfileVersion') ?? 0)
  return lockfileContent({ ...readPackages(mappingOf(packages), projects, file.lineOf), notes: noteOfVersion('bun.lock', version, known) })
}

/** bun's text lockfile of versions 0 to 2. The binary `bun.lockb` is not read. */
export const bunLock: LockfileReader = { format: 'bun.lock', ecosystem: 'npm', isName: (name) => name === 'bun.lock', read }
