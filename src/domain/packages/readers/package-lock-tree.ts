import { type LockfileEntry, mappingOf, ownOf, textOf } from '../lockfile.ts'

/** `npm:lodash@4.17.20` -> what it really is. */
const realName = (name: string, version: string): readonly [name: string, version: string] => {
  const at = version.lastIndexOf('@')
  return version.startsWith('npm:') && at > 4 ? [version.slice(4, at), version.slice(at + 1)] : [name, version]
}

/** npm 6 and before: packages inside packages, without what is direct. The way is that of the folders. */
export const readTree = (tree: unknown, lineOf: (key: string) => number, above: readonly string[] = []): readonly LockfileEntry[] =>
  Object.entries(mappingOf(tree)).flatMap(([key, entry]) => {
    const line = lineOf(key)
    const [name, version] = realName(key, textOf(entry, 'version') ?? '')
    const way = [...above, name]
    // What is read as JSON is bounded in its depth.
    const below = readTree(ownOf(entry, 'dependencies'), lineOf, way)
    const isLocal = version.startsWith('file:') || ownOf(entry, 'bundled') === 'link'
    const scope = ownOf(entry, 'dev') === true ? 'dev' : 'runtime'
    return isLocal ? below : [{ name, version, line, scope, way: above.length === 0 ? [] : way }, ...below]
  })
