import { z } from 'zod'
import { definePart } from '../../part.ts'
import { databaseIds, runGlobals } from '../../run-database.ts'

export const part = definePart({
  name: 'globals',
  description: 'Roles, their memberships and settings, and tablespaces of the whole server, as `globals.sql`.',
  order: 20,
  options: {
    'globals-passwords': z.boolean().default(false).meta({
      description: 'Whether `globals` holds the verifiers of passwords, too: whoever reads them can guess at passwords, so encrypt them.',
    }),
  },
  ids: databaseIds,
  run: ({ 'globals-passwords': passwords }, site) => runGlobals(site, passwords),
})
