import { appendFile } from 'node:fs/promises'
import { renderSummary } from '../../core/render/summary.ts'
import type { Publication } from './publication.ts'

/** Appends the summary to the step's summary file; nothing where there is none. */
export const writeJobSummary = async ({ report, environment, runbooks, trend, lastLook }: Publication): Promise<void> => {
  const path = environment['GITHUB_STEP_SUMMARY'] ?? ''
  if (path === '') return
  await appendFile(path, lastLook(renderSummary(report, { runbooks, trend })))
}
