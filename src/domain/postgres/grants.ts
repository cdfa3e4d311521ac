import { sqlIdentifier } from './names.ts'

/** The statements of `docs/least-role.sql`, one text for each right; names as SQL writes them. */
export const grants = {
  monitor: (role: string): string => `GRANT pg_monitor TO ${role};`,
  connect: (database: string, role: string): string => `GRANT CONNECT ON DATABASE ${database} TO ${role};`,
  usage: (schema: string, role: string): string => `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
  select: (table: string, role: string): string => `GRANT SELECT ON ${table} TO ${role};`,
  selectAll: (schema: string, role: string): string => `GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role};`,
  sequences: (schema: string, role: string): string => `GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role};`,
  signal: (role: string): string => `GRANT pg_signal_backend TO ${role};`,
  maintain: (role: string): string => `GRANT pg_maintain TO ${role};`,
  /** Before PostgreSQL 17 only an owner may maintain. */
  member: (owner: string, role: string): string => `GRANT ${owner} TO ${role};`,
}

/** These rights for one role; none when its name is too odd to stand in a statement. */
export const grantsFor = (user: string, ...wanted: readonly ((role: string) => string)[]): readonly string[] => {
  const role = sqlIdentifier(user)
  return role === undefined ? [] : wanted.map((one) => one(role))
}

/** The right that lets a role see other roles' sessions, as a command when the role's name allows one. */
export const grantMonitor = (user: string): string => {
  const [statement] = grantsFor(user, grants.monitor)
  return statement === undefined ? 'grant pg_monitor to the role that looks' : `as a superuser: ${statement}`
}

const ofCatalogue = /^permission denied for (?:view|table) (pg_\w+)$/

/** What is missing when the server refuses one of its own views, by its message: somebody took it from PUBLIC. */
export const catalogueGrants = (message: string, user: string): readonly string[] => {
  const [, name] = ofCatalogue.exec(message) ?? []
  return name === undefined ? [] : grantsFor(user, (role) => `GRANT SELECT ON pg_catalog.${name} TO ${role};`)
}

/** What a role may do with a table whose rows it was to read. `hidden`: row-level security hides some from it. */
export type ReadRights = {
  readonly schema: string
  readonly name: string
  readonly usage: boolean
  readonly select: boolean
  readonly hidden: boolean
}

const mostNamed = 3

const ofSchema = (schema: string, tables: readonly ReadRights[]): readonly ((role: string) => string)[] => {
  const own = sqlIdentifier(schema)
  const unread = tables.filter((one) => !one.select)
  const names = unread.map((one) => sqlIdentifier(one.name))
  if (own === undefined || names.includes(undefined)) return []
  return [
    ...(tables.every((one) => one.usage) ? [] : [(role: string) => grants.usage(own, role)]),
    ...(names.length > mostNamed
      ? [(role: string) => grants.selectAll(own, role)]
      : names.map((name) => (role: string) => grants.select(`${own}.${name}`, role))),
  ]
}

/** The statements that give what is missing and nothing more; a policy is gone round by an attribute of the role alone. */
export const missingGrants = (tables: readonly ReadRights[], user: string): readonly string[] => {
  const bySchema = [...Map.groupBy(tables, (one) => one.schema)]
  const wanted = bySchema.flatMap(([schema, own]) => ofSchema(schema, own))
  const hidden = tables.some((one) => one.hidden) ? [(role: string) => `ALTER ROLE ${role} BYPASSRLS;`] : []
  return grantsFor(user, ...wanted, ...hidden)
}
