import { z } from 'zod'
import type { ActionOptions } from '../../contract/action.ts'
import { duration } from '../../core/options/duration.ts'
import { list } from '../../core/options/list.ts'
import { parsedText } from '../../core/options/parsed-text.ts'
import { shown } from '../../core/options/shown.ts'
import { longestSilenceMs, maxPatternChars, mostPatterns } from '../../incidents/texts/silence-issue.ts'

const expected = `a pattern of at most ${maxPatternChars} characters, in which * stands for any others`

const pattern = () =>
  parsedText({
    expected,
    pattern: /^.{1,200}$/,
    read: (given) =>
      given !== '' && given.length <= maxPatternChars ? { value: given } : { mistake: `${shown(given)} is not ${expected}` },
  })

const patterns = () => list(pattern()).check(z.minLength(1), z.maxLength(mostPatterns))

const which = /^(?:all|#?[1-9]\d{0,9})$/
const toEnd = 'the number of a silence such as 12, or `all`'

export const options = {
  for: duration({ minMs: 60_000, maxMs: longestSilenceMs, usual: 'h' })
    .optional()
    .meta({ description: 'How long, such as `2h`; at most `7d`.' }),
  id: patterns().optional().meta({ description: 'Ids of findings, such as `endpoint.*`. Default: all.' }),
  subject: patterns().optional().meta({ description: 'Subjects of findings, such as `https://quiz.example/*`. Default: all.' }),
  servers: patterns()
    .optional()
    .meta({ description: 'Names of servers, such as `quiz-*`. Default: the input `server`, else `server:` of the configuration.' }),
  'up-to': z
    .enum(['warning', 'critical'])
    .default('critical')
    .meta({ description: '`warning`: what is or gets critical opens all the same.' }),
  reason: z.string().max(300).default('').meta({ description: 'Why; stands in the issue.' }),
  end: parsedText({
    expected: toEnd,
    pattern: which,
    read: (given) => (which.test(given) ? { value: given.replace('#', '') } : { mistake: `${shown(given)} is not ${toEnd}` }),
  })
    .optional()
    .meta({ description: 'Ends a silence early instead: its number, or `all` of this server.' }),
}

export const reads = ['time-zone'] as const
export type SilenceOptions = ActionOptions<typeof options, (typeof reads)[number]>
