import { catalogueGrants, grants, grantsFor } from '../../domain/postgres/grants.ts'
import { sqlIdentifier } from '../../domain/postgres/names.ts'
import type { MaintainedDatabase } from './part.ts'

const denied = /^permission denied for (schema|table|materialized view|sequence) (.+)$/

/** What would have let a statement that the server refused: by its message a schema or a table, else its own views and functions. */
export const rightsRefused = ({ server, tables }: Pick<MaintainedDatabase, 'server' | 'tables'>, message: string): readonly string[] => {
  const ofCatalogue = catalogueGrants(message, server.user)
  if (ofCatalogue.length > 0) return ofCatalogue
  const [, kind, name = ''] = denied.exec(message) ?? []
  const schema = sqlIdentifier(name)
  if (kind === 'schema') return schema === undefined ? [] : grantsFor(server.user, (role) => grants.usage(schema, role))
  const schemas = tables.filter((one) => one.name === name).flatMap((one) => sqlIdentifier(one.schema) ?? [])
  if (kind === undefined || schema === undefined || schemas.length === 0) return grantsFor(server.user, grants.monitor)
  return grantsFor(server.user, ...schemas.slice(0, 3).map((one) => (role: string) => grants.select(`${one}.${schema}`, role)))
}
