import type { IncidentUpdate, Marker, PlannedWrites, ReconcileInput } from './model.ts'

const longMs = 30 * 60_000
/** The label of an incident that people should look back at. */
export const postMortemLabel = 'postmortem-needed'

/** Rule 9: it escalated, lasted long or came back again and again. */
export const needsPostMortem = ({ escalated, since, reopened }: Marker, { now }: ReconcileInput): boolean =>
  escalated || now - since > longMs || reopened >= 2

/** What a closed incident leaves for the journal. */
export const closedFact = ({ closing, marker, incident }: IncidentUpdate, { now }: ReconcileInput): PlannedWrites['closed'] =>
  closing === undefined
    ? undefined
    : {
        number: incident.issue.number,
        url: incident.issue.url,
        title: incident.issue.title,
        since: marker.since,
        until: now,
        cause: marker.cause,
        fix: marker.fix,
        postMortem: closing.postMortem,
      }
