import cvss from 'ae-cvss-calculator'
import type { OsvRecord } from './osv-record.ts'

export const severities = ['unknown', 'low', 'medium', 'high', 'critical'] as const
export type SeverityName = (typeof severities)[number]

/** How bad, and who says so: `CVSS 4.0 9.3`, `GHSA`. `score`: only where it was calculated. */
export type SeverityVerdict = { readonly name: SeverityName; readonly score: number | undefined; readonly source: string }

export const severityRank = (name: SeverityName): number => severities.indexOf(name)

const longestVector = 500

const calculators = [
  { version: '4.0', prefix: 'CVSS:4.0/', scoreOf: (vector: string) => new cvss.Cvss4P0(vector).calculateScores().overall },
  { version: '3.1', prefix: 'CVSS:3.1/', scoreOf: (vector: string) => new cvss.Cvss3P1(vector).calculateScores().base },
  { version: '3.0', prefix: 'CVSS:3.0/', scoreOf: (vector: string) => new cvss.Cvss3P0(vector).calculateScores().base },
]

const nameOf = (score: number): SeverityName => (score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low')

type Calculator = (typeof calculators)[number]

/** Nothing for a vector that leaves a base metric out: its score would be a guess. */
const scoreBy = ({ prefix, scoreOf }: Calculator, vector: string): number | undefined => {
  if (!vector.startsWith(prefix) || vector.length > longestVector) return undefined
  try {
    const score = scoreOf(vector)
    return typeof score === 'number' && Number.isFinite(score) ? score : undefined
  } catch {
    // A vector that is none: the next way to tell is tried.
    return undefined
  }
}

const vectorsOf = (record: OsvRecord): readonly string[] =>
  [...record.severity, ...record.affected.flatMap(({ severity }) => severity)].map(({ score }) => score)

const byVector = (records: readonly OsvRecord[]): SeverityVerdict | undefined => {
  const vectors = records.flatMap(vectorsOf)
  for (const calculator of calculators) {
    const scores = vectors.flatMap((vector) => scoreBy(calculator, vector) ?? [])
    const score = Math.max(...scores)
    if (scores.length > 0) return { name: nameOf(score), score, source: `CVSS ${calculator.version} ${score.toFixed(1)}` }
  }
  return undefined
}

/** Words that databases use: GitHub's, Ubuntu's, Debian's urgency. */
const words: Readonly<Record<string, SeverityName>> = {
  critical: 'critical',
  high: 'high',
  important: 'high',
  moderate: 'medium',
  medium: 'medium',
  low: 'low',
  negligible: 'low',
  unimportant: 'low',
}

const wordsOf = (record: OsvRecord): readonly string[] =>
  [
    record.database_specific.severity,
    ...record.affected.flatMap(({ ecosystem_specific: own }) => [own.severity, own.urgency]),
    ...vectorsOf(record),
  ].filter((one): one is string => typeof one === 'string')

const byWord = (records: readonly OsvRecord[]): SeverityVerdict | undefined => {
  const found = records.flatMap((record) =>
    wordsOf(record).flatMap((word) => {
      const key = word.toLowerCase()
      const name = Object.hasOwn(words, key) ? words[key] : undefined
      return name === undefined ? [] : [{ name, score: undefined, source: record.id.split('-')[0] ?? '' }]
    }),
  )
  return found.toSorted((a, b) => severityRank(b.name) - severityRank(a.name))[0]
}

/** How bad an advisory is, by all records of it: CVSS 4.0, 3.1, 3.0, what the database says, or unknown. Malware is critical. */
export const severityOf = (records: readonly OsvRecord[]): SeverityVerdict => {
  if (records.some(({ id }) => id.startsWith('MAL-'))) return { name: 'critical', score: undefined, source: 'malware' }
  return byVector(records) ?? byWord(records) ?? { name: 'unknown', score: undefined, source: 'no severity is published' }
}
