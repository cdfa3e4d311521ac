import type { TocEntry } from './dump-toc.ts'

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Named by schema and name. */
const inSchema: ReadonlySet<string> = new Set([
  'COLLATION',
  'CONVERSION',
  'DOMAIN',
  'FOREIGN TABLE',
  'MATERIALIZED VIEW',
  'SEQUENCE',
  'STATISTICS',
  'TABLE',
  'TEXT SEARCH CONFIGURATION',
  'TEXT SEARCH DICTIONARY',
  'TYPE',
  'VIEW',
])
const byName: ReadonlySet<string> = new Set([
  'EVENT TRIGGER',
  'FOREIGN DATA WRAPPER',
  'PROCEDURAL LANGUAGE',
  'PUBLICATION',
  'SCHEMA',
  'SERVER',
])
/** Named as pg_dump drops them, for they have arguments. */
const asDropped: ReadonlySet<string> = new Set(['AGGREGATE', 'FUNCTION', 'OPERATOR', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'PROCEDURE'])

/** `FUNCTION app.touch()` of `DROP FUNCTION app.touch();` and a line's end. */
const undropped = (drop: string): string => {
  let end = drop.length
  while (end > 0 && ';\n'.includes(drop.charAt(end - 1))) end -= 1
  return drop.slice('DROP '.length, end)
}

const digits = /^\d+$/

/** What `ALTER … OWNER TO` calls an entry; several for a list of large objects, none for what has no owner of its own. */
const objectsOf = ({ type, name, schema, drop, definition }: TocEntry): readonly string[] => {
  if (type === 'BLOB' && digits.test(name)) return [`LARGE OBJECT ${name}`]
  if (type === 'BLOB METADATA')
    return definition.split('\n').flatMap((one) => (digits.test(one.trim()) ? [`LARGE OBJECT ${one.trim()}`] : []))
  if (drop === '') return []
  if (inSchema.has(type)) return [`${type} ${quoted(schema)}.${quoted(name)}`]
  if (byName.has(type)) return [`${type} ${quoted(name)}`]
  return asDropped.has(type) ? [undropped(drop)] : []
}

/** Made by a superuser when all else is done: their owner is told again then. */
const later: ReadonlySet<string> = new Set(['EVENT TRIGGER', 'PUBLICATION'])

export const isLaterType = (type: string): boolean => later.has(type)

const statementsFor = (entries: readonly TocEntry[]): readonly string[] =>
  entries.flatMap((one) => (one.owner === '' ? [] : objectsOf(one).map((object) => `ALTER ${object} OWNER TO ${quoted(one.owner)}`)))

/** What gives everything that was loaded to whom it belongs. */
export const ownerStatements = (entries: readonly TocEntry[]): readonly string[] =>
  statementsFor(entries.filter(({ type }) => !isLaterType(type)))

/** The same of publications and event triggers. */
export const laterOwnerStatements = (entries: readonly TocEntry[]): readonly string[] =>
  statementsFor(entries.filter(({ type }) => isLaterType(type)))

/** All roles to whom something of a dump belongs. */
export const ownersIn = (entries: readonly TocEntry[]): ReadonlySet<string> =>
  new Set(entries.map(({ owner }) => owner).filter((one) => one !== ''))
