import { renderLog } from '../../core/render/log.ts'
import type { Publication } from './publication.ts'

/** Prints the report for the person who reads the log. */
export const writeLog = ({ report, printer, runbooks, configuration }: Publication): void => {
  for (const part of renderLog(report, { runbooks, configuration })) {
    if (part.kind === 'line') printer.line(part.text)
    else printer.group(part.title, part.lines)
  }
}
