import type { Instant } from '../../contract/seen.ts'
import { isInstant } from '../../core/time/instant.ts'

/** One line of a log, at most 4,096 characters; `at` when its time is known. Untrusted. */
export type LogLine = { readonly at: Instant | undefined; readonly text: string }

/** The lines of a log since a moment, in any order; `cut` when there was more than is read. */
export type LogText = { readonly lines: readonly LogLine[]; readonly cut: boolean }

export const longestLine = 4_096

const stamped = /^(\S+) (.*)$/s

/** Lines that a program wrote with their time before them; one without is the continuation of the line before. */
export const stampedLines = (output: string, timeOf: (stamp: string) => number): readonly LogLine[] => {
  let at: Instant | undefined
  return output.split('\n').flatMap((line) => {
    if (line === '') return []
    const [, stamp = '', rest = ''] = stamped.exec(line) ?? []
    const own = timeOf(stamp)
    if (isInstant(own)) at = own
    return [{ at, text: (isInstant(own) ? rest : line).slice(0, longestLine) }]
  })
}
