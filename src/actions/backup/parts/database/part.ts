import { definePart } from '../../part.ts'
import { databaseIds, runDatabase } from '../../run-database.ts'

export const part = definePart({
  name: 'database',
  description: 'The database, proven by restoring it into a scratch server.',
  order: 10,
  options: {},
  ids: databaseIds,
  run: (_options, site) => runDatabase(site, 'database'),
})
