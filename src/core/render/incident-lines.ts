import type { Finding } from '../../contract/finding.ts'
import { link, markdownText } from '../text/markdown.ts'

/** An incident of a run, and what the run did with it; `open` when nothing. */
export type IncidentLine = {
  readonly number: number
  readonly deed: 'opened' | 'reopened' | 'updated' | 'closed' | 'open' | 'open, and nothing looks at it'
  /** As it stands on GitHub: untrusted. */
  readonly title: string
  readonly url: string
  /** The findings of this run that it is about. */
  readonly about?: readonly { readonly id: string; readonly subject: string }[]
}

const mostLines = 50
const keyOf = ({ id, subject }: { readonly id: string; readonly subject: string }): string => `${id}\0${subject}`

/** `[#42](…)` of the incident that a finding is told by; empty when there is none. */
export const linksOf = (incidents: readonly IncidentLine[]): ((finding: Finding) => string) => {
  const known = new Map(
    incidents.filter(({ deed }) => deed !== 'closed').flatMap((one) => (one.about ?? []).map((about) => [keyOf(about), one] as const)),
  )
  return (finding) => {
    const one = known.get(keyOf(finding))
    return one === undefined ? '' : link(`#${one.number}`, one.url)
  }
}

/** What the run did with each, also with those that closed and stand beside no finding. */
export const incidentList = (incidents: readonly IncidentLine[]): readonly string[] => {
  if (incidents.length === 0) return []
  const lines = incidents.slice(0, mostLines).map(({ number, deed, title, url }) => {
    const name = link(`Issue ${number}`, url)
    return `- ${deed}: ${markdownText(title, { inTable: false })} ${name === '' ? `issue ${number}` : name}`
  })
  const left = incidents.length - lines.length
  return ['**Incidents**', '', ...lines, ...(left === 0 ? [] : [`- ${left} more`]), '']
}
