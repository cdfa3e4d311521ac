import { z } from 'zod'
import { readJson } from '../../core/read-json.ts'
import type { Report, RoundReport } from '../../core/report.ts'
import { reportSchema, roundReportSchema } from '../../core/report-schema.ts'
import { plainLine } from '../../core/text/plain.ts'

/** A report as a file holds it, or why it is none. */
export type ReadReport =
  | { readonly kind: 'report'; readonly server: string; readonly round: string; readonly reports: readonly Report[] }
  | { readonly kind: 'mistake'; readonly cause: string }

const maxFindings = 5_000
/** 5,000 findings, and the past of 2,000 of them. */
const mostValues = 1_000_000
const serverGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const actionGrammar = /^[a-z][a-z0-9-]{0,40}$/
const idGrammar = /^[a-z][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){1,3}$/

const mistake = (cause: string): ReadReport => ({ kind: 'mistake', cause: plainLine(cause, 300) })

const firstIssue = ({ issues: [first] }: z.ZodError): string =>
  first === undefined ? 'it is no report' : `${first.path.length === 0 ? 'the file' : z.core.toDotPath(first.path)}: ${first.message}`

const isRound = (value: unknown): boolean => typeof value === 'object' && value !== null && 'reports' in value

/** What the schema cannot say: names that stand in titles, links and keys. */
const strange = ({ server, action, startedAt, findings, origin }: Report): string | undefined => {
  const id = findings.find((one) => !idGrammar.test(one.id))?.id
  if (!serverGrammar.test(server)) return `server: ${JSON.stringify(server)} is no name of a server`
  if (!actionGrammar.test(action) || action === 'merge') return `action: ${JSON.stringify(action)} is no action of a server`
  if (Number.isNaN(Date.parse(startedAt))) return `startedAt: ${JSON.stringify(startedAt)} is no time`
  if (findings.length > maxFindings) return `findings: ${findings.length}, more than ${maxFindings}`
  if (id !== undefined) return `findings: ${JSON.stringify(id)} is no id of a finding`
  return origin !== undefined && origin.project.length > 1_000 ? 'origin.project: is too long' : undefined
}

const judged = (given: Report | RoundReport): ReadReport => {
  const reports = 'reports' in given ? given.reports : [given]
  const cause = reports.map(strange).find((one) => one !== undefined)
  if (cause !== undefined) return mistake(cause)
  const other = reports.find((one) => one.server !== given.server)
  if (other !== undefined) return mistake(`server: the round is of ${given.server}, and holds a report of ${other.server}`)
  if (!serverGrammar.test(given.server)) return mistake(`server: ${JSON.stringify(given.server)} is no name of a server`)
  return { kind: 'report', server: given.server, round: 'round' in given ? given.round.slice(0, 100) : '', reports }
}

/** Reads a report that may come from anybody: validated by the published schema, bounded, its names checked. */
export const readReport = (text: string): ReadReport => {
  const json = readJson(text, mostValues)
  if ('trouble' in json) return mistake(json.trouble)
  const read = isRound(json.value) ? roundReportSchema.safeParse(json.value) : reportSchema.safeParse(json.value)
  return read.success ? judged(read.data) : mistake(firstIssue(read.error))
}
