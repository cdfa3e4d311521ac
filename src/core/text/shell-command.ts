/** What a name of each kind may look like; none may start with `-` (it would be an option) or hold what a shell or a terminal obeys. */
const grammars = {
  service: /^[a-z0-9][a-z0-9._-]{0,62}$/i,
  project: /^[a-z0-9][a-z0-9_-]{0,62}$/,
  container: /^[a-z0-9][a-z0-9_.-]{0,127}$/i,
  volume: /^[a-z0-9][a-z0-9_.-]{0,127}$/i,
  image: /^[a-z0-9][a-z0-9._:/@-]{0,254}$/i,
  /** Absolute, without `..`. */
  path: /^\/(?!(?:.*\/)?\.\.(?:\/|$))[a-z0-9 ._@+=:,~%/-]{0,1023}$/i,
  user: /^[a-z_][a-z0-9_-]{0,31}$/,
  /** An SQL name that needs no quotes. */
  database: /^[a-z_][a-z0-9_]{0,62}$/i,
  host: /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|[0-9a-f:]{2,45})$/i,
  unit: /^[a-z0-9][a-z0-9:_.@-]{0,254}$/i,
  package: /^(?:@[a-z0-9][a-z0-9._-]{0,100}\/)?[a-z0-9][a-z0-9._-]{0,213}$/i,
  /** `django==4.2.16`, `lodash@4.17.21` */
  requirement: /^(?:@[a-z0-9][a-z0-9._-]{0,100}\/)?[a-z0-9][a-z0-9._-]{0,213}(?:==|@)[a-z0-9][a-z0-9.!+_-]{0,100}$/i,
  number: /^\d{1,15}$/,
} as const

export type NameKind = keyof typeof grammars
/** A word of a command: text of ours, or a name that was read somewhere, with its kind. */
export type Word = string | { readonly kind: NameKind; readonly name: string }

const needsNoQuotes = /^[a-z0-9_@%+=:,./-]+$/i
const quoted = (word: string): string => (needsNoQuotes.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** A command to copy into a POSIX shell; `undefined` when a name does not match the grammar of its kind, so that none is offered. */
export const shellCommand = (words: readonly Word[]): string | undefined => {
  const fits = words.every((word) => typeof word === 'string' || grammars[word.kind].test(word.name))
  return fits ? words.map((word) => quoted(typeof word === 'string' ? word : word.name)).join(' ') : undefined
}
