import { readFileSync } from 'node:fs'
import type { JudgedFinding } from '../../src/contract/finding.ts'
import { notCheckedText } from '../../src/core/render/view.ts'

/** As log and summary word it. */
const adviceOf = (one: JudgedFinding): string => (one.notChecked === undefined ? one.advice : `not checked: ${notCheckedText(one)}`)

/** Everything that a finding says to people and to those who read its numbers, a line each: what is empty is left out. */
export const toldOf = (given: JudgedFinding | readonly JudgedFinding[]): readonly string[] =>
  [given].flat().flatMap((one: JudgedFinding) => [
    `${one.status} ${one.id}: ${one.title}`,
    ...Object.entries({ observed: one.observed, expected: one.expected, advice: adviceOf(one) })
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `${name}: ${text}`),
    ...one.evidence.map((text) => `evidence: ${text}`),
    ...one.measurements.map(({ name, value, unit }) => `measured: ${name} ${value} ${unit}`),
    // Good, and yet no incident may be closed by it.
    ...(one.status === 'ok' && !one.cleared ? ['not cleared'] : []),
  ])

/** A page of what is to be told: `## <what>`, then its lines. A page reads as a person would read it, and a changed word is a changed line of it. */
export const toldOn = (path: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    readFileSync(path, 'utf8')
      .split(/^## /m)
      .slice(1)
      .map((section): readonly [string, readonly string[]] => {
        const [what = '', ...lines] = section.trimEnd().split('\n')
        return [what, lines]
      }),
  )
