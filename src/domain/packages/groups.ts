/** Union-find with path halving: which of some names mean the same. */
const createSets = () => {
  const parents = new Map<string, string>()
  const find = (name: string): string => {
    let at = name
    for (;;) {
      const parent = parents.get(at) ?? at
      if (parent === at) return at
      const above = parents.get(parent) ?? parent
      parents.set(at, above)
      at = above
    }
  }
  return { find, join: (a: string, b: string): void => void parents.set(find(a), find(b)) }
}

/** What names one vulnerability: its id, its aliases, and the CVE that a distribution's own id is made of. */
export const namesOf = ({ id, aliases }: { readonly id: string; readonly aliases: readonly string[] }): readonly string[] => {
  const inside = /^(?:DEBIAN|UBUNTU|ALPINE|ECHO)-(CVE-\d{4}-\d{1,19})$/.exec(id)?.[1]
  return [...new Set([id, ...aliases, ...(inside === undefined ? [] : [inside])])]
}

/** Records that mean the same vulnerability, however long the chain of their aliases is. */
export const aliasGroups = <Record extends { readonly id: string; readonly aliases: readonly string[] }>(
  records: readonly Record[],
): readonly (readonly Record[])[] => {
  const { find, join } = createSets()
  for (const record of records) for (const name of namesOf(record)) join(record.id, name)
  return [...Map.groupBy(records, ({ id }) => find(id)).values()]
}

/** The first is what people search for. */
const order = ['MAL-', 'CVE-', 'GHSA-', 'PYSEC-']
const rankOf = (id: string): number => {
  const at = order.findIndex((prefix) => id.startsWith(prefix))
  return at === -1 ? order.length : at
}

/** All names of a group, the best known first. */
export const groupNames = (records: readonly { readonly id: string; readonly aliases: readonly string[] }[]): readonly string[] =>
  [...new Set(records.flatMap(namesOf))].toSorted((a, b) => rankOf(a) - rankOf(b) || (a < b ? -1 : 1))
