/** Which package wants which, by their keys. */
export type PackageGraph = {
  /** Direct dependencies. */
  readonly roots: readonly string[]
  readonly wants: (key: string) => readonly string[]
}

/** Who led to a package first, by breadth: the shortest way. A root was led to by nobody. */
export type FirstParents = ReadonlyMap<string, string | undefined>

export const firstParents = ({ roots, wants }: PackageGraph): FirstParents => {
  const parents = new Map<string, string | undefined>(roots.map((root) => [root, undefined]))
  const queue = [...parents.keys()]
  for (const key of queue)
    for (const next of wants(key)) {
      if (parents.has(next)) continue
      parents.set(next, key)
      queue.push(next)
    }
  return parents
}

const longestWay = 50

/** The keys from a direct dependency to a package, both included; empty when nothing leads to it. */
export const wayTo = (key: string, parents: FirstParents): readonly string[] => {
  if (!parents.has(key)) return []
  const way = [key]
  for (let at = parents.get(key); at !== undefined && way.length < longestWay; at = parents.get(at)) way.push(at)
  return way.toReversed()
}

/** For files that do not say what is direct: what nothing else wants. */
export const unwanted = (keys: readonly string[], wants: PackageGraph['wants']): readonly string[] => {
  const wanted = new Set(keys.flatMap((key) => wants(key).filter((one) => one !== key)))
  return keys.filter((key) => !wanted.has(key))
}
