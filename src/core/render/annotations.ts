import type { Report, RoundReport } from '../../contract/report.ts'
import { inertLine } from '../text/inert.ts'
import { counted } from './headline.ts'
import { firstLine, type ViewRow, viewOf } from './view.ts'

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
const kindOf = ({ finding }: ViewRow): Annotation['kind'] => (finding.status === 'warning' ? 'warning' : 'error')

const annotate = (row: ViewRow): Annotation => ({
  kind: kindOf(row),
  title: inertLine(`${row.finding.status}: ${row.group}`, maxTitleChars),
  message: inertLine(firstLine(row.finding), maxMessageChars),
  location: row.finding.location,
})

/** The first line of the worst findings, and one line about how many more there are (empty when there are none). */
export const renderAnnotations = (report: Report | RoundReport): { readonly annotations: readonly Annotation[]; readonly rest: string } => {
  const { bad } = viewOf(report)
  const kinds = (['error', 'warning'] as const).map((kind) => bad.filter((row) => kindOf(row) === kind))
  const left = kinds.reduce((sum, rows) => sum + Math.max(0, rows.length - maxOfAKind), 0)
  return {
    annotations: kinds.flatMap((rows) => rows.slice(0, maxOfAKind).map(annotate)),
    rest: left === 0 ? '' : `${counted(left, 'more finding')} without an annotation: see the job summary and the JSON report`,
  }
}
