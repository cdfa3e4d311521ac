import { z } from 'zod'
import { shown } from './shown.ts'
import { texts } from './texts.ts'

/** What a `read` function below made of the text: the value, or why it is not one. */
export type ParsedText<T> = { readonly value: T } | { readonly mistake: string }

export type TextKind<T> = {
  /** What was expected: `a duration such as 30s`. Told when something else than text is given. */
  readonly expected: string
  /** For the JSON schema only, so that editors help; `read` decides. */
  readonly pattern?: RegExp
  readonly read: (text: string) => ParsedText<T>
  /** False for secrets: what was written never stands in a message. */
  readonly showValue?: boolean
}

/** As `read` gets it: without the spaces around it. A pattern begins with `^` and may end with `$`, in each of its alternatives. */
const trimmed = ({ source }: RegExp): string => source.replaceAll(/(^|\|)\^/g, '$1^\\s*').replaceAll(/(?<!\\)\$(?=$|\|)/g, '\\s*$')

/** An option that is written as text and becomes something else: the one way to build durations, sizes, percentages, URLs. */
export const parsedText = <T>({ expected, pattern, read, showValue = true }: TextKind<T>): z.ZodType<T, string> => {
  const text = z.string({
    error: (issue) => {
      if (issue.input === undefined) return undefined
      const given = showValue ? shown(issue.input) : 'what is written here'
      const reading = typeof issue.input === 'number' ? read(String(issue.input)) : undefined
      return reading !== undefined && 'mistake' in reading && showValue ? reading.mistake : `${given} is not ${expected}`
    },
  })
  return (pattern === undefined ? text : text.register(texts, { pattern: trimmed(pattern) })).transform((given, context) => {
    const reading = read(given.trim())
    if ('value' in reading) return reading.value
    context.addIssue({ code: 'custom', message: reading.mistake })
    return z.NEVER
  })
}
