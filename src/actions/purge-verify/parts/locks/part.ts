import { definePart, nothing } from '../../part.ts'
import { judgeLocks } from './policy.ts'

export const part = definePart({
  name: 'locks',
  description: 'Nobody keeps the table from being used.',
  order: 50,
  options: {},
  ids: ['purge.locks'],
  run: async (_options, { database, about }) => {
    const { locks, rows } = database.seen ? database.value : {}
    return locks === undefined ? nothing : judgeLocks(locks, about, rows?.seen === false)
  },
})
