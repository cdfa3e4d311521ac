import { finding, type JudgedFinding, type Measurement } from '../../contract/finding.ts'
import { judge, type Threshold } from '../../core/threshold.ts'

/** One thing that was looked at: its name, its number in the unit of the threshold, and what is said of it. */
export type MeasuredThing = { readonly name: string; readonly value: number; readonly words: string }

type Telling<Id extends string> = {
  readonly id: Id
  readonly subject: string
  readonly threshold: Threshold
  readonly looked: readonly MeasuredThing[]
  /** Continues the subject: `no table with many dead rows`. */
  readonly healthy: string
  /** What is said of the worst one: `public.game has 48 % dead rows`. */
  readonly title: (worst: MeasuredThing) => string
  readonly expected: string
  readonly advice: (bad: readonly MeasuredThing[]) => string
  readonly measure: Pick<Measurement, 'name' | 'unit'>
}

const mostEvidence = 20

/** One finding about many things: the worst decides, and all that are beyond the limit stand in the evidence, the worst first. */
export const judgeWorst = <const Id extends string>({ threshold, looked, ...telling }: Telling<Id>): JudgedFinding<Id> => {
  const { id, subject, healthy, title, expected, advice, measure } = telling
  const sorted = looked.toSorted((a, b) => (threshold.worse === 'above' ? b.value - a.value : a.value - b.value))
  const bad = sorted.filter((one) => judge(one.value, threshold).status !== 'ok')
  const [worst] = sorted
  const word = worst === undefined ? ({ status: 'ok', cleared: true } as const) : judge(worst.value, threshold)
  const more = bad.length > 1 ? ` and ${bad.length - 1} more` : ''
  return finding({
    id,
    subject,
    ...word,
    title: worst === undefined || bad.length === 0 ? `${subject}: ${healthy}` : `${subject}: ${title(worst)}${more}`,
    observed: worst === undefined ? healthy : `${worst.name}: ${worst.words}`,
    expected,
    advice: bad.length === 0 ? '' : advice(bad),
    evidence: bad.slice(0, mostEvidence).map((one) => `${one.name}: ${one.words}`),
    audience: 'technical',
    measurements: worst === undefined ? [] : [{ ...measure, value: worst.value }],
  })
}
