import { z } from 'zod'
import { notDone } from '../not-done.ts'
import { defineTask } from '../task.ts'

const sessions = z
  .strictObject({
    policy: z
      .enum(['report', 'cancel', 'terminate'])
      .default('report')
      .meta({ description: 'What is done to a session beyond its critical limit: told, its query cancelled, or ended.' }),
  })
  .prefault({})
  .meta({ description: 'What is done about sessions that block, idle in a transaction, or run for long.' })

export const task = defineTask({
  name: 'sessions',
  description: 'Sessions idle in a transaction, long queries, and who blocks whom; told, cancelled or ended.',
  changes: true,
  options: { sessions },
  run: async () => notDone(),
})
