import { z } from 'zod'
import { once } from '../once.ts'
import { grammar } from './grammar.ts'
import { list } from './list.ts'
import { parsedText } from './parsed-text.ts'
import { shown } from './shown.ts'
import { texts } from './texts.ts'

const text = once(() => z.string().min(1, 'is empty'))

const dayPattern = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`)
  // A date that is in no calendar is another one when it is written again.
  return dayPattern.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}
const day = () => {
  const expected = 'a date such as 2026-12-01'
  return parsedText({
    expected,
    pattern: dayPattern,
    read: (text) => (isDay(text) ? { value: text } : { mistake: `${shown(text)} is not ${expected}` }),
  })
}
const timeOfDay = () => grammar(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as 02:00')

/** A time of the year with its own rounds. */
export const season = once(() =>
  z
    .strictObject({
      name: text().register(texts, { description: 'What it is called.', examples: ['campaign'] }),
      from: day().register(texts, { description: 'Its first day, in `time-zone`.', examples: ['2026-12-01'] }),
      to: day().register(texts, { description: 'Its last day.', examples: ['2026-12-24'] }),
      rounds: list(text())
        .min(1, 'is empty: nothing would run in this season')
        .register(texts, { description: 'Which rounds run in it.', examples: [['quick', 'daily']] }),
    })
    .refine((one) => one.from <= one.to, { error: '`from` is after `to`', path: ['from'] }),
)

/** Hours in which no incident opens. */
export const maintenanceWindow = once(() =>
  z
    .strictObject({
      days: list(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
        .min(1, 'is empty: the window would be on no day')
        .optional()
        .register(texts, { description: 'On which days it begins. Default: every day.', examples: [['sat', 'sun']] }),
      from: timeOfDay().register(texts, { description: 'When it begins, in `time-zone`.', examples: ['02:00'] }),
      to: timeOfDay().register(texts, { description: 'When it ends; before `from`, it ends on the next day.', examples: ['04:00'] }),
    })
    .refine(({ from, to }) => from.replace('24:', '00:') !== to, {
      error: '`to` is `from`: the window would be empty; for a whole day write from 00:00 to 24:00',
      path: ['to'],
    }),
)
