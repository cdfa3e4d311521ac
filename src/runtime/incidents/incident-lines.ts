import type { IncidentLine } from '../../core/render/incident-lines.ts'
import { closedByIdentity, knownIncidents, shareIssues } from '../../incidents/identify.ts'
import { verdictsByIdentity } from '../../incidents/judge.ts'
import type { ReconcileInput } from '../../incidents/model.ts'
import type { IncidentLog, IssuesRead, WritingOutcome } from './model.ts'

const titlesOf = ({ inputs, plan }: IssuesRead, { created }: WritingOutcome): ReadonlyMap<number, string> => {
  const titles = new Map<number, string>()
  const issues = inputs.slice(0, 1).flatMap((one) => [...(one.issues.closed ?? []), ...one.issues.open])
  for (const { number, title } of issues) titles.set(number, title)
  for (const write of plan.writes) {
    const number = write.kind === 'create' ? created.get(write.fingerprint) : write.kind === 'update' ? write.number : undefined
    if (number !== undefined && 'title' in write && write.title !== undefined) titles.set(number, write.title)
  }
  return titles
}

type About = NonNullable<IncidentLine['about']>

/** Which findings of this run each issue is about. */
const findingsOf = (input: ReconcileInput, { deeds, created }: WritingOutcome): readonly (readonly [number, About])[] => {
  const open = knownIncidents(input).incidents
  const closed = closedByIdentity(input)
  return [...verdictsByIdentity(input)].flatMap(([identity, { says, findings }]) => {
    const again = closed.get(identity)?.issue.number
    const reopened = again !== undefined && deeds.has(again) ? again : undefined
    const number = open.get(identity)?.issue.number ?? created.get(identity) ?? reopened
    if (number === undefined || says !== 'bad') return []
    return [[number, findings.map(({ id, subject }) => ({ id, subject }))] as const]
  })
}

/** Every incident that is open or that this run wrote, for the summary. */
export const incidentLines = (read: IssuesRead, done: WritingOutcome, { issuesUrl }: IncidentLog): readonly IncidentLine[] => {
  const { inputs, plan } = read
  const titles = titlesOf(read, done)
  const shared = shareIssues(inputs)
  const about = Map.groupBy(
    shared.flatMap((one) => findingsOf(one, done)),
    ([number]) => number,
  )
  const unspoken = new Set(plan.facts.unspoken.map(({ number }) => number))
  const open = shared.flatMap((one) => [...knownIncidents(one).incidents.values()].map(({ issue }) => issue.number))
  const numbers = [...new Set([...done.deeds.keys(), ...open, ...unspoken])].toSorted((a, b) => a - b)
  return numbers.map((number) => ({
    number,
    deed: done.deeds.get(number) ?? (unspoken.has(number) ? 'open, and nothing looks at it' : 'open'),
    title: titles.get(number) ?? '',
    url: `${issuesUrl}${number}`,
    about: (about.get(number) ?? []).flatMap(([, findings]) => findings),
  }))
}
