import type { PurgeSubject } from '../../about.ts'
import type { PurgeOptions } from '../../options.ts'
import { definePart, nothing } from '../../part.ts'
import { judgeDays } from './policy.ts'

const dayAbout = (options: PurgeOptions, about: PurgeSubject): PurgeSubject => {
  const shown = options['day-table']?.shown ?? ''
  return { ...about, subject: `table/${shown}`, shown, column: options['day-column'] ?? options['date-column'] }
}

export const part = definePart({
  name: 'day',
  description: 'The new day was opened, exactly once, and yesterday was not left out.',
  order: 40,
  options: {},
  ids: ['purge.day', 'purge.gap'],
  run: async (options, { database, about }) => {
    const days = database.seen ? database.value.days : undefined
    return days === undefined ? nothing : judgeDays(days, dayAbout(options, about))
  },
})
