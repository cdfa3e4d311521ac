import { didYouMeanOneOf } from '../../core/suggestion.ts'

/** A table as SQL means it: unquoted names are folded to lower case; without a schema the role's search path decides. */
export type TableName = {
  readonly schema: string | undefined
  readonly name: string
  /** `public.game`, without quotes: for subjects and titles. */
  readonly shown: string
}

const part = String.raw`(?:"((?:[^"\0]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))`
const written = new RegExp(`^${part}(?:\\.${part})?$`, 'u')
const column = new RegExp(`^${part}$`, 'u')

/** PostgreSQL cuts a longer one, and would then speak of another table. */
const longestBytes = 63

const nameOf = (quoted: string | undefined, plain: string | undefined): string | undefined => {
  const name = quoted?.replaceAll('""', '"') ?? plain?.toLowerCase()
  return name === undefined || Buffer.byteLength(name) > longestBytes ? undefined : name
}

/** `game`, `public.game`, `"Game"`; `undefined` for anything else, SQL included. */
export const readTableName = (text: string): TableName | undefined => {
  const match = written.exec(text)
  if (match === null) return undefined
  const [first, second] = [nameOf(match[1], match[2]), nameOf(match[3], match[4])]
  if (first === undefined) return undefined
  if (match[3] === undefined && match[4] === undefined) return { schema: undefined, name: first, shown: first }
  return second === undefined ? undefined : { schema: first, name: second, shown: `${first}.${second}` }
}

/** `day_date`, `"dayDate"`; `undefined` for anything else. */
export const readColumnName = (text: string): string | undefined => {
  const match = column.exec(text)
  return match === null ? undefined : nameOf(match[1], match[2])
}

const writePart = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

/** As a person writes it: quoted only where it must be. */
const writeName = ({ schema, name }: Pick<TableName, 'schema' | 'name'>): string =>
  [...(schema === undefined ? [] : [schema]), name].map(writePart).join('.')

/** Those of some names that somebody may have meant, with their schema when that was written: `; did you mean game?`, or nothing. */
export const tableNamesLike = (wanted: TableName, known: readonly Pick<TableName, 'schema' | 'name'>[]): string =>
  didYouMeanOneOf(
    writeName(wanted),
    known.map((one) => writeName(wanted.schema === undefined ? { schema: undefined, name: one.name } : one)),
  )
