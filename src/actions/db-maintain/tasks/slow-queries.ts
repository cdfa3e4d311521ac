import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'slow-queries',
  description: 'Queries that take long, by `pg_stat_statements`, since the last run.',
  changes: false,
  options: {},
  run: async () => notDone(),
})
