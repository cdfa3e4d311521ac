import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

export const task = defineTask({
  name: 'vacuum',
  description: 'VACUUM (ANALYZE), table by table: dead rows make room, statistics are fresh.',
  changes: true,
  options: {},
  run: async () => notDone(),
})
