import { createLineOf, readJsonLines } from '../json-lines.ts'
import {
  type LockfileContent,
  type LockfileEntry,
  type LockfileReader,
  lockfileContent,
  mappingOf,
  noteOfVersion,
  ownOf,
  textOf,
  unreadable,
} from '../lockfile.ts'
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

/** Where Node finds a package from a place: the nearest `node_modules` on the way up. A link leads to the folder of a workspace. */
const resolve = (places: Places, from: string, name: string): string | undefined => {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf(folder) - 1))) {
    const place = `${base === '' ? '' : `${base}/`}${folder}${name}`
    if (Object.hasOwn(places, place)) return place
    if (base === '') return undefined
    if (!base.includes(folder)) base = ''
  }
}

const isProject = (place: string): boolean => !place.includes(folder)

const parentsIn = (places: Places) => {
  const wants = (place: string, kinds: readonly string[]): readonly string[] =>
    wantedBy(places[place], kinds).flatMap((name) => resolve(places, place, name) ?? [])
  const projects = Object.keys(places).filter(isProject)
  const isLink = (place: string): boolean => ownOf(places[place], 'link') === true
  const roots = projects.flatMap((place) => wants(place, ofProject)).filter((place) => !isLink(place))
  return firstParents({ roots, wants: (place) => wants(place, ofPackage) })
}

const entriesOf = (places: Places, lineOf: (key: string) => number): readonly LockfileEntry[] => {
  const parents = parentsIn(places)
  return Object.entries(places).flatMap(([place, entry]) => {
    const version = textOf(entry, 'version')
    const line = lineOf(place)
    if (isProject(place) || ownOf(entry, 'link') === true || version === undefined) return []
    const way = wayTo(place, parents).map((one) => nameAt(one, places[one]))
    return [{ name: nameAt(place, entry), version, line, scope: ownOf(entry, 'dev') === true ? 'dev' : 'runtime', way }]
  })
}

const read = (text: string): LockfileContent => {
  const file = readJsonLines(text)
  if ('trouble' in file) return unreadable(file.trouble)
  const version = ownOf(file.value, 'lockfileVersion')
  const places = ownOf(file.value, 'packages')
  const notes = typeof version === 'number' ? noteOfVersion('package-lock.json', version, known) : []
  if (places !== undefined) return lockfileContent({ entries: entriesOf(mappingOf(places), file.lineOf), notes })
  const tree = ownOf(file.value, 'dependencies')
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
