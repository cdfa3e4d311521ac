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
