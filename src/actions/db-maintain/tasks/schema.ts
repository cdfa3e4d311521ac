import { z } from 'zod'
import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'schema',
  description: 'The schema against its snapshot, and constraints that are not valid.',
  changes: false,
  options: {
    'schema-snapshot': z
      .string()
      .min(1, 'is empty')
      .optional()
      .meta({ description: 'File of the schema snapshot, in the workspace; kept in the repository.' }),
    'update-snapshot': z.boolean().default(false).meta({ description: 'Write the snapshot anew instead of comparing with it.' }),
  },
  run: async () => notDone(),
})
