import { markdownText } from '../../core/text/markdown.ts'
import { link } from './phrases.ts'

/** An incident of a run, and what the run did with it; `open` when nothing. */
export type IncidentLine = {
  readonly number: number
  readonly deed: 'opened' | 'reopened' | 'updated' | 'closed' | 'open' | 'open, and nothing looks at it'
  /** As it stands on GitHub: untrusted. */
  readonly title: string
  readonly url: string
}

const mostLines = 50

/** The incidents of a run as a part of its job summary; nothing when there are none. */
export const renderIncidents = (incidents: readonly IncidentLine[]): string => {
  if (incidents.length === 0) return ''
  const lines = incidents.slice(0, mostLines).map(({ number, deed, title, url }) => {
    const name = link(`Issue ${number}`, url)
    return `- ${deed}: ${markdownText(title, { inTable: false })} ${name === '' ? `issue ${number}` : name}`
  })
  const left = incidents.length - lines.length
  return ['', '**Incidents**', '', ...lines, ...(left === 0 ? [] : [`- ${left} more`]), ''].join('\n')
}
