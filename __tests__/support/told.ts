import { readFileSync } from 'node:fs'
import type { Finding } from '../../src/contract/finding.ts'

/** Everything that a finding says to people and to those who read its numbers, a line each: what is empty is left out. */
export const toldOf = (given: Finding | readonly Finding[]): readonly string[] =>
  [given].flat().flatMap((one: Finding) => [
    `${one.status} ${one.id}: ${one.title}`,
    ...Object.entries({ observed: one.observed, expected: one.expected, advice: one.advice })
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `${name}: ${text}`),
    ...one.evidence.map((text) => `evidence: ${text}`),
    ...one.measurements.map(({ name, value, unit }) => `measured: ${name} ${value} ${unit}`),
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
