import { absent, hovering, recovered } from './close.ts'
import { escalated, seenBad } from './escalate.ts'
import { flapped } from './flap.ts'
import { explainedBy, inMaintenance } from './maintenance.ts'
import { withoutDetails } from './marker.ts'
import type { Case, Incident, Life, ReconcileInput } from './model.ts'
import { heldOpen, obeyed } from './obey.ts'
import { bornOf } from './update.ts'

const rules: Record<Case['word'], (life: Life, word: Case, input: ReconcileInput) => Life> = {
  bad: (life, word, input) => seenBad(flapped(life, word, input), word, input),
  good: (life, word, input) => recovered(flapped(life, word, input), word, input),
  uncleared: (life, word, input) => hovering(flapped(life, word, input), input),
  unseen: (life) => life,
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
