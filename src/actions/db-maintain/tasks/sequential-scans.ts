import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'sequential-scans',
  description: 'Large tables that are read from end to end.',
  changes: false,
  options: {},
  run: async () => notDone(),
})
