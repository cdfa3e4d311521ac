/** What a role finds a name by that nobody has set otherwise. */
const usual = '"$user", public'

const name = /\s*(?:"((?:[^"]|"")*)"|([^\s",]+))\s*(?:,|$)/gy

/** The schemas of a search_path as PostgreSQL keeps it, in their order, for this role; a text that is none gives none. */
export const schemasOf = (setting: string | undefined, user: string): readonly string[] => {
  const text = setting ?? usual
  const schemas: string[] = []
  name.lastIndex = 0
  for (let match = name.exec(text); match !== null; match = name.exec(text)) {
    schemas.push(match[1] === undefined ? (match[2] ?? '').toLowerCase() : match[1].replaceAll('""', '"'))
    if (name.lastIndex >= text.length) break
  }
  return schemas.map((one) => (one === '$user' ? user : one))
}
