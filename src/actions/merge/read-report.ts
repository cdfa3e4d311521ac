import { z } from 'zod'
import type { Finding } from '../../contract/finding.ts'
import type { Report, RoundReport } from '../../contract/report.ts'
import { readJson } from '../../core/read-json.ts'
import { reportSchema, roundReportSchema } from '../../core/report-schema.ts'
import { plainLine } from '../../core/text/plain.ts'
import { findingOfAnyRelease, findingOfToday, pastOfToday } from './older-report.ts'

/** A report as a file holds it, or why it is none. */
export type ReadReport =
  | { readonly kind: 'report'; readonly server: string; readonly round: string; readonly reports: readonly Report[] }
  | { readonly kind: 'mistake'; readonly cause: string }

const maxFindings = 5_000
/** 5,000 findings, and the past of many of them: more than a file of 4 MiB holds. */
const maxReports = 100
const mostValues = 400_000
const serverGrammar = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
const actionGrammar = /^[a-z][a-z0-9-]{0,40}$/
const idGrammar = /^[a-z][a-z0-9-]{0,40}(?:\.[a-z0-9-]{1,40}){1,3}$/

const mistake = (cause: string): ReadReport => ({ kind: 'mistake', cause: plainLine(cause, 300) })

const firstIssue = ({ issues: [first] }: z.ZodError, at: string): string => {
  if (first === undefined) return 'it is no report'
  const path = [at, z.core.toDotPath(first.path)].filter((one) => one !== '').join('.')
  return `${path === '' ? 'the file' : path}: ${first.message}`
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** Up to its first mistake: a shape would list a hundred thousand of them, and word each. */
const ofAction = (value: unknown, at: string): Report | string => {
  const findings: Finding[] = []
  const given = isObject(value) && Array.isArray(value['findings']) ? value['findings'] : []
  const action = isObject(value) && typeof value['action'] === 'string' ? value['action'] : ''
  if (given.length > maxFindings) return `${at}findings: ${given.length}, more than ${maxFindings}`
  for (const [index, one] of given.entries()) {
    const read = findingOfAnyRelease.safeParse(one)
    if (!read.success) return firstIssue(read.error, `${at}findings[${index}]`)
    findings.push(findingOfToday(read.data, action))
  }
  const read = reportSchema.safeParse(given.length === 0 ? value : { ...(value as object), findings: [] })
  return read.success ? pastOfToday({ ...read.data, findings }) : firstIssue(read.error, at.slice(0, -1))
}

const ofRound = (value: Readonly<Record<string, unknown>>, given: readonly unknown[]): ReadReport => {
  if (given.length > maxReports) return mistake(`reports: ${given.length}, more than ${maxReports}`)
  const reports: Report[] = []
  for (const [index, one] of given.entries()) {
    const read = ofAction(one, `reports[${index}].`)
    if (typeof read === 'string') return mistake(read)
    reports.push(read)
  }
  const round = roundReportSchema.safeParse({ ...value, reports: [] })
  return round.success ? judged({ ...round.data, reports }) : mistake(firstIssue(round.error, ''))
}

/** What the schema cannot say: names that stand in titles, links and keys. */
const strange = ({ server, action, startedAt, findings, origin }: Report): string | undefined => {
  const id = findings.find((one) => !idGrammar.test(one.id))?.id
  if (!serverGrammar.test(server)) return `server: ${JSON.stringify(server)} is no name of a server`
  if (!actionGrammar.test(action) || action === 'merge') return `action: ${JSON.stringify(action)} is no action of a server`
  if (Number.isNaN(Date.parse(startedAt))) return `startedAt: ${JSON.stringify(startedAt)} is no time`
  const check = findings.find((one) => one.check !== '' && !actionGrammar.test(one.check))?.check
  if (check !== undefined) return `findings: ${JSON.stringify(check)} is no check`
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
  if (isObject(json.value) && Array.isArray(json.value['reports'])) return ofRound(json.value, json.value['reports'])
  const read = ofAction(json.value, '')
  return typeof read === 'string' ? mistake(read) : judged(read)
}
