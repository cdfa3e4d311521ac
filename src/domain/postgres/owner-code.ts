import { grants } from './grants.ts'

/** Something of a table whose planning would run code of somebody else with more rights than that one has. */
export type OwnerCode = {
  /** `index public.game_evil` */
  readonly object: string
  /** `public.evil_i(integer)`; empty where the code is not a function of this database, as behind a foreign table. */
  readonly code: string
  /** Whose it is. */
  readonly owner: string
  /** What our role may that this owner may not: `is a superuser`. */
  readonly power: string
}

/** The names of a database as SQL writes them, for advice: `public`, `"Game"`. */
export type LeastRoleNames = {
  readonly database: string
  readonly schema: string
  /** Undefined: all tables of the schema. */
  readonly table: string | undefined
}

/** `index public.game_evil calls public.evil_i(integer) of role app` */
export const ownerCodeWords = ({ object, code, owner }: OwnerCode): string =>
  code === '' ? `${object} is served by what role ${owner} named` : `${object} calls ${code} of role ${owner}`

/** Why a table was left alone, as a whole clause. */
export const whyNotPlanned = (found: OwnerCode, role: string): string =>
  `${ownerCodeWords(found)}; to read the table would run it with the rights of ${role}, which ${found.power}`

const odd = /[^\w$."@-]/

/** A name that SQL wrote, if it may stand in advice: an odd one is left to the reader. */
const named = (name: string, otherwise: string): string => (odd.test(name) ? otherwise : name)

type Statement = (role: string) => string

/** The statements that make the least role for this database, to be copied, and what to do with it; a role of that name is not in the way. */
export const leastRoleAdvice = ({ database, schema, table }: LeastRoleNames, user: string, more: readonly Statement[] = []): string => {
  const role = user === 'ronde' ? 'ronde_least' : 'ronde'
  const inSchema = named(schema, '…')
  const rights = [
    grants.monitor(role),
    grants.connect(named(database, '…'), role),
    grants.usage(inSchema, role),
    table === undefined ? grants.selectAll(inSchema, role) : grants.select(named(table, '…'), role),
    ...more.map((one) => one(role)),
  ]
  return `let Ronde log in with the least rights (docs/least-role.sql): CREATE ROLE ${role} LOGIN PASSWORD '…'; ${rights.join(' ')} Then database.user: ${role}`
}
