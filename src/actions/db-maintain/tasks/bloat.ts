import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'bloat',
  description: 'Bloat, dead rows, age of the last vacuum, wraparound, sequences and collations.',
  changes: false,
  options: {},
  run: async () => notDone(),
})
