import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'size',
  description: 'Size of the database, its tables and its volume, and when that is full.',
  changes: false,
  options: {},
  run: async () => ({ completed: true, findings: [] }),
})
