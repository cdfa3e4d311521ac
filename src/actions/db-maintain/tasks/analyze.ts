import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'analyze',
  description: 'ANALYZE of what `vacuum` did not analyze: the planner sees the tables as they are.',
  changes: true,
  options: {},
  run: async () => notDone(),
})
