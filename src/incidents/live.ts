import { hovering, missing, recovered } from './close.ts'
import { escalated } from './escalate.ts'
import { absentGood, isGone } from './judge.ts'
import { bornOf, urgently } from './life.ts'
import { explainedBy, inMaintenance } from './maintenance.ts'
import { withoutDetails } from './marker.ts'
import type { Case, Incident, Life, ReconcileInput } from './model.ts'
import { obeyed } from './obey.ts'
import { flapped, seenBad } from './worsen.ts'

const reportOf = ({ marker }: Incident, { reports }: ReconcileInput, fits: (report: ReconcileInput['reports'][number]) => boolean) =>
  reports.find((report) => report.server === marker.server && report.action === marker.action && fits(report))

/** A person opened it again after we had closed it: it must prove itself anew. */
const heldOpen = (life: Life, input: ReconcileInput): Life =>
  life.marker.closed === undefined ? life : urgently(life, { closed: undefined, lastBad: input.now, gone: 0 }, 'update')

const rules: Record<Case['word'], (life: Life, word: Case, input: ReconcileInput) => Life> = {
  bad: (life, word, input) => seenBad(flapped(life, word, input), word, input),
  good: (life, word, input) => recovered(flapped(life, word, input), word, input),
  uncleared: (life, word, input) => hovering(flapped(life, word, input), input),
  unseen: (life) => life,
}

const absent = (life: Life, input: ReconcileInput): Life => {
  const { incident } = life
  const good = reportOf(incident, input, (report) => absentGood(incident.marker, report, input) !== undefined)
  const word = good === undefined ? undefined : absentGood(incident.marker, good, input)
  if (word !== undefined) return recovered({ ...life, word }, word, input)
  const gone = reportOf(incident, input, (report) => isGone(incident.marker, report, input))
  return gone === undefined ? life : missing(life, input)
}

/** Something known explains it: it goes on, and nobody is woken. */
const isExplained = ({ marker, word }: Life, { quiet = [], now, maintenance, timeZone }: ReconcileInput): boolean => {
  const { server, action, status } = marker
  const { id = marker.id, subject = marker.key } = word?.finding ?? {}
  return inMaintenance(maintenance, now, timeZone) || explainedBy(quiet, { server, action, id, subject, status }, now) !== undefined
}

/** All rules of an open incident, in their order. */
export const lived = (incident: Incident, word: Case | undefined, input: ReconcileInput): Life => {
  const known = input.publicRepository ? { ...incident, marker: withoutDetails(incident.marker) } : incident
  const begun = heldOpen(obeyed(bornOf(known, word), input), input)
  const judged = word === undefined ? absent(begun, input) : rules[word.word](begun, word, input)
  const isGood = judged.closing !== undefined || judged.word?.word === 'good' || judged.word?.word === 'uncleared'
  return isGood || isExplained(judged, input) ? judged : escalated(judged, input)
}
