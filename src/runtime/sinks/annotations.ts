import { renderAnnotations } from '../../core/render/annotations.ts'
import { inWorkflow } from '../print.ts'
import type { Publication } from './publication.ts'

/** Annotates the run; on a plain terminal the log has said it all. */
export const writeAnnotations = ({ report, environment, printer }: Publication): void => {
  if (!inWorkflow(environment)) return
  const { annotations, rest } = renderAnnotations(report)
  for (const { kind, title, message, location } of annotations)
    printer.command(kind, { title, ...(location === undefined ? {} : { file: location.path, line: location.line }) }, message)
  if (rest !== '') printer.line(rest)
}
