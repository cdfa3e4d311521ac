import { list } from '../../../core/options/list.ts'
import { indexName } from '../../../core/options/sql-name.ts'
import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'indexes',
  description: 'Expected, invalid, duplicate and unused indexes, and tables that want one.',
  changes: false,
  options: {
    'expected-indexes': list(indexName(), { uniqueBy: ({ schema, name }) => JSON.stringify([schema, name]) })
      .default([])
      .meta({ description: 'Indexes that must be there, valid and in use.' }),
  },
  run: async () => notDone(),
})
