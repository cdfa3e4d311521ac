/** Objects that a scratch copy cannot hold, since only a superuser may make them, who runs nothing of a dump: told, not compared. */
const excluded: ReadonlySet<string> = new Set([
  'EVENT TRIGGER',
  'PUBLICATION',
  'PUBLICATION TABLE',
  'PUBLICATION TABLES IN SCHEMA',
  'SUBSCRIPTION',
  // Stands in the text that pg_restore makes of a dump.
  'MATERIALIZED VIEW DATA',
])

const heading = /^-- (?:Data for )?Name: (.*); Type: ([A-Z ]+); Schema: (.*); Owner: ?(.*)$/

/** An object of a schema's text: what pg_dump says above it, and its statements. */
export type SchemaObject = { readonly name: string; readonly type: string; readonly text: string }

/** Random, so that nobody can write into a dump what psql would obey. */
const isRandom = (line: string): boolean => /^\\(?:un)?restrict /.test(line)

const isLast = (line: string): boolean => line === '-- PostgreSQL database dump complete'

/** What stands between two objects belongs to neither. */
const trimmed = (lines: readonly string[]): string =>
  lines.slice(0, lines.findLastIndex((line) => line !== '' && line !== '--') + 1).join('\n')

/** Cuts the text of `pg_dump --schema-only` where pg_dump begins a new object; the first one holds the settings at its head. */
export const schemaObjects = (text: string): readonly SchemaObject[] => {
  const objects: { name: string; type: string; lines: string[] }[] = [{ name: '', type: 'settings', lines: [] }]
  for (const line of text.split('\n')) {
    const [, name, type] = heading.exec(line) ?? (isLast(line) ? [line, '', 'end'] : [])
    if (name !== undefined && type !== undefined) objects.push({ name, type, lines: [line] })
    else if (!isRandom(line)) objects.at(-1)?.lines.push(line)
  }
  return objects.map(({ name, type, lines }) => ({ name, type, text: trimmed(lines) }))
}

/** A comment, a grant or an owner of an excluded object goes with it. */
const isExcluded = ({ name, type }: SchemaObject): boolean => excluded.has(type) || [...excluded].some((one) => name.startsWith(`${one} `))

export type SchemaComparison = {
  /** Objects that differ, by their names; empty when both texts are equal. */
  readonly differences: readonly string[]
  /** Objects of the source that were not compared. */
  readonly notCompared: readonly string[]
}

const labelOf = ({ name, type }: SchemaObject): string =>
  type === 'settings' || type === 'end'
    ? `${type} of the dump`
    : name.toUpperCase().startsWith(`${type} `)
      ? name
      : `${type.toLowerCase()} ${name}`

const texts = (objects: readonly SchemaObject[]): ReadonlyMap<string, readonly SchemaObject[]> => Map.groupBy(objects, ({ text }) => text)

/** Names what stands on one side more often than on the other. */
const oneSided = (of: readonly SchemaObject[], other: readonly SchemaObject[], how: string): readonly string[] => {
  const there = texts(other)
  return [...texts(of)].flatMap(([text, same]) => {
    const [first] = same
    return first === undefined || same.length <= (there.get(text)?.length ?? 0) ? [] : [`${labelOf(first)} ${how}`]
  })
}

const orderFault = (source: readonly SchemaObject[], copy: readonly SchemaObject[]): readonly string[] => {
  const at = source.findIndex(({ text }, nth) => copy[nth]?.text !== text)
  const first = source[at]
  return first === undefined ? [] : [`${labelOf(first)} stands in another place`]
}

/** The texts of `pg_dump --schema-only` of a source and its copy by the same program: equal byte for byte, less the lines that are random. */
export const compareSchemas = (source: string, copy: string): SchemaComparison => {
  const [all, others] = [schemaObjects(source), schemaObjects(copy)]
  const [compared, copied] = [all, others].map((list) => list.filter((one) => !isExcluded(one)))
  if (compared === undefined || copied === undefined) throw new Error('both were cut')
  const missing = oneSided(compared, copied, 'is missing or differs')
  const extra = oneSided(copied, compared, 'is not so in the source')
  const differences = [...missing, ...extra]
  return {
    differences: differences.length > 0 ? differences : orderFault(compared, copied),
    notCompared: all.filter(isExcluded).map(labelOf),
  }
}
