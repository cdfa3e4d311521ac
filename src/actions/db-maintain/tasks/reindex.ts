import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'reindex',
  description: 'REINDEX INDEX CONCURRENTLY of indexes that are invalid or bloated.',
  changes: true,
  onlyNamed: true,
  options: {},
  run: async () => notDone(),
})
