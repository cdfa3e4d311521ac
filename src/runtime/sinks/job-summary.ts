import { appendFile, stat, truncate } from 'node:fs/promises'
import type { IncidentLine } from '../../core/render/incident-lines.ts'
import { renderSummary } from '../../core/render/summary.ts'
import type { Publication } from './publication.ts'

/** Where the summary stands in the step's summary file. */
export type SummaryPlace = { readonly path: string; readonly from: number; readonly to: number }

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size
  } catch {
    // The runner makes the file; on a plain terminal it appears with the first text.
    return 0
  }
}

const textOf = ({ lastLook, ...publication }: Publication, incidents: readonly IncidentLine[]): string => {
  const { report, runbooks, trend, timeZone, configuration } = publication
  return lastLook(renderSummary(report, { runbooks, trend, timeZone, configuration, incidents }))
}

/** Appends the summary to the step's summary file; nothing where there is none. */
export const writeJobSummary = async (publication: Publication): Promise<SummaryPlace | undefined> => {
  const path = publication.environment['GITHUB_STEP_SUMMARY'] ?? ''
  if (path === '') return undefined
  const from = await sizeOf(path)
  await appendFile(path, textOf(publication, []))
  return { path, from, to: await sizeOf(path) }
}

/** Once GitHub was asked, each incident stands beside what it is about: the verdict waits for nobody, and is written anew then. */
export const addIncidents = async (publication: Publication, place: SummaryPlace, incidents: readonly IncidentLine[]): Promise<void> => {
  if (incidents.length === 0) return
  // What stands behind it is somebody else's.
  if ((await sizeOf(place.path)) === place.to) await truncate(place.path, place.from)
  await appendFile(place.path, textOf(publication, incidents))
}
