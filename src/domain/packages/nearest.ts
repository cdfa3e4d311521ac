import { pushTo } from './push-to.ts'

/** A package that lies in a folder: `place` is its key in the lockfile. */
export type PlacedPackage = { readonly folder: string; readonly name: string; readonly place: string }

/** No tree of a real project is as deep; what lies deeper has no way that is told. */
const mostFolders = 50

/**
 * Where a name is found from a list of folders, the nearest first. A name costs one look for each folder, however long the keys are and however
 * many names somebody wrote: `foldersFrom` is asked once for each place.
 */
export const createNearest = (packages: Iterable<PlacedPackage>, foldersFrom: (place: string) => Iterable<string>) => {
  const byName = new Map<string, PlacedPackage[]>()
  for (const one of packages) pushTo(byName, one.name, one)
  const placesOf = new Map([...byName].map(([name, all]) => [name, new Map(all.map(({ folder, place }) => [folder, place]))]))
  const known = new Map<string, readonly string[]>()
  const foldersOf = (from: string): readonly string[] => {
    const before = known.get(from)
    if (before !== undefined) return before
    const found: string[] = []
    for (const folder of foldersFrom(from)) if (found.push(folder) >= mostFolders) break
    known.set(from, found)
    return found
  }
  return (from: string, name: string): string | undefined => {
    const places = placesOf.get(name)
    if (places === undefined) return undefined
    const folder = foldersOf(from).find((one) => places.has(one))
    return folder === undefined ? undefined : places.get(folder)
  }
}
