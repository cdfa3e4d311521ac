import type { Report, RoundReport } from '../../contract/report.ts'
import { inertLine } from '../text/inert.ts'
import { counted } from './headline.ts'
import { type Cause, firstLine, viewOf } from './view.ts'

export type Annotation = {
  readonly kind: 'error' | 'warning'
  readonly title: string
  readonly message: string
  readonly location: { readonly path: string; readonly line: number } | undefined
}

/** The runner keeps no more of a kind in a step. */
const maxOfAKind = 10
const maxMessageChars = 4_096
const maxTitleChars = 200

/** `unknown` fails a step as `critical` does, so it must be told as loudly. */
const kindOf = ({ row: { finding } }: Cause): Annotation['kind'] => (finding.status === 'warning' ? 'warning' : 'error')

/** How many follow from it: each of their own would hide those of other causes. */
const andMore = ({ follows }: Cause): string => (follows.length === 0 ? '' : ` (${counted(follows.length, 'more finding')} from it)`)

const annotate = (cause: Cause): Annotation => ({
  kind: kindOf(cause),
  title: inertLine(`${cause.row.finding.status}: ${cause.row.group}`, maxTitleChars),
  message: inertLine(`${firstLine(cause.row.finding)}${andMore(cause)}`, maxMessageChars),
  location: cause.row.finding.location,
})

/** The first line of the worst causes, and one line about how many more there are (empty when there are none). */
export const renderAnnotations = (report: Report | RoundReport): { readonly annotations: readonly Annotation[]; readonly rest: string } => {
  const { causes } = viewOf(report)
  const kinds = (['error', 'warning'] as const).map((kind) => causes.filter((one) => kindOf(one) === kind))
  const left = kinds.reduce((sum, rows) => sum + Math.max(0, rows.length - maxOfAKind), 0)
  return {
    annotations: kinds.flatMap((rows) => rows.slice(0, maxOfAKind).map(annotate)),
    rest: left === 0 ? '' : `${counted(left, 'more finding')} without an annotation: see the job summary and the JSON report`,
  }
}
