import type { JudgedFinding } from '../../../../contract/finding.ts'

/** An endpoint by its label, with what was judged of it. */
export type EndpointVerdict = { readonly label: string; readonly findings: readonly JudgedFinding[] }

const shown = 4
const longest = 40

const short = (label: string): string => (label.length > longest ? `${label.slice(0, longest - 1)}…` : label)

const words = ({ label, findings }: EndpointVerdict): string => {
  const bad = findings.find((one) => one.status !== 'ok')
  const latency = findings.find((one) => one.id === 'endpoint.latency')
  if (bad !== undefined && bad !== latency) return `${short(label)}: ${bad.status}`
  return latency === undefined ? `${short(label)} answers` : `${short(label)} ${latency.observed}`
}

/** `api health 38 ms (limit 200 ms), home 51 ms (limit 500 ms)`: what is wrong first, four at most. */
export const endpointsLine = (judged: readonly EndpointVerdict[]): string => {
  const isBad = ({ findings }: EndpointVerdict) => findings.some((one) => one.status !== 'ok')
  const first = [...judged.filter(isBad), ...judged.filter((one) => !isBad(one))].slice(0, shown)
  const left = judged.length - first.length
  return [...first.map(words), ...(left === 0 ? [] : [`${left} more`])].join(', ')
}
