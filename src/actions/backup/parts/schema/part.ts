import { definePart } from '../../part.ts'
import { databaseIds, runDatabase } from '../../run-database.ts'

export const part = definePart({
  name: 'schema',
  description: 'The definitions of the database without its rows, as `schema.sql`, proven by making them anew in a scratch server.',
  order: 30,
  options: {},
  ids: databaseIds,
  run: (_options, site) => runDatabase(site, 'schema'),
})
