import { createLineOf, readJsonLines } from '../json-lines.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
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
import { firstParents, wayTo } from '../ways.ts'
import { readTree } from './package-lock-tree.ts'

const known = 3
const folder = 'node_modules/'

type Places = Readonly<Record<string, unknown>>

const nameAt = (place: string, entry: unknown): string => textOf(entry, 'name') ?? place.slice(place.lastIndexOf(folder) + folder.length)

const wantedBy = (entry: unknown, kinds: readonly string[]): readonly string[] =>
  kinds.flatMap((kind) => Object.keys(mappingOf(ownOf(entry, kind))))

const ofPackage = ['dependencies', 'optionalDependencies', 'peerDependencies']
const ofProject = [...ofPackage, 'devDependencies']

const isProject = (place: string): boolean => !place.includes(folder)

const placedAt = (place: string): PlacedPackage => {
  const at = place.lastIndexOf(folder)
  return { folder: place.slice(0, at), name: place.slice(at + folder.length), place }
}

/** Where Node looks for a package from a place: the nearest `node_modules` on the way up. A link leads to the folder of a workspace. */
function* foldersFrom(place: string): Generator<string> {
  for (let base = place; base !== ''; base = base.includes(folder) ? base.slice(0, Math.max(0, base.lastIndexOf(folder) - 1)) : '')
    yield `${base}/`
  yield ''
}

const parentsIn = (places: Places) => {
  const all = Object.keys(places)
  const resolve = createNearest(all.filter((place) => !isProject(place)).map(placedAt), foldersFrom)
  const wants = (place: string, kinds: readonly string[]): readonly string[] =>
    wantedBy(places[place], kinds).flatMap((name) => resolve(place, name) ?? [])
  const isLink = (place: string): boolean => ownOf(places[place], 'link') === true
  const roots = all
    .filter(isProject)
    .flatMap((place) => wants(place, ofProject))
    .filter((place) => !isLink(place))
  return firstParents({ roots, wants: (place) => wants(place, ofPackage) })
}

const isForeign = (place: string, entry: unknown): boolean => !isProject(place) && ownOf(entry, 'link') !== true

const entriesOf = (places: Places, lineOf: (key: string) => number): Pick<LockfileContent, 'entries' | 'unpinned'> => {
  const parents = parentsIn(places)
  const entries: LockfileEntry[] = []
  const unpinned: UnpinnedEntry[] = []
  for (const [place, entry] of Object.entries(places)) {
    const [version, line, name] = [textOf(entry, 'version'), lineOf(place), nameAt(place, entry)]
    if (!isForeign(place, entry)) continue
    const way = wayTo(place, parents).map((one) => nameAt(one, places[one]))
    if (version === undefined) unpinned.push({ name, wanted: noVersion, line })
    else entries.push({ name, version, line, scope: ownOf(entry, 'dev') === true ? 'dev' : 'runtime', way })
  }
  return { entries, unpinned }
}

/** npm 6 and before installs by `dependencies`, and passes `packages` over: what stands only there is read too. */
const onlyInTree = (tree: unknown, entries: readonly LockfileEntry[], lineOf: (key: string) => number): readonly LockfileEntry[] => {
  const known = new Set(entries.map(({ name, version }) => `${name}@${version}`))
  return readTree(tree, lineOf).filter(({ name, version }) => /^\d/.test(version) && !known.has(`${name}@${version}`))
}

const read = (text: string): LockfileContent => {
  const file = readJsonLines(text)
  if ('trouble' in file) return unreadable(file.trouble)
  const version = ownOf(file.value, 'lockfileVersion')
  const places = ownOf(file.value, 'packages')
  const notes = typeof version === 'number' ? noteOfVersion('package-lock.json', version, known) : []
  const tree = ownOf(file.value, 'dependencies')
  if (places !== undefined) {
    const { entries, unpinned } = entriesOf(mappingOf(places), file.lineOf)
    return lockfileContent({ entries: [...entries, ...onlyInTree(tree, entries, createLineOf(text))], unpinned, notes })
  }
  if (tree !== undefined) return lockfileContent({ entries: readTree(tree, createLineOf(text)), notes })
  return version === undefined
    ? unreadable('it is no lockfile of npm: neither packages nor dependencies are in it')
    : lockfileContent({ notes })
}

/** npm's lockfile of versions 1 to 3; npm 12 writes 3. */
export const packageLock: LockfileReader = {
  format: 'package-lock.json',
  ecosystem: 'npm',
  isName: (name) => name === 'package-lock.json' || name === 'npm-shrinkwrap.json',
  read,
}
