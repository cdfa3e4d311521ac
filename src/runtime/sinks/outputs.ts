import { appendFile } from 'node:fs/promises'
import { renderHeadline } from '../../core/render/headline.ts'
import { plainLine } from '../../core/text/plain.ts'
import { prepareKeyValueMessage } from '../toolkit.ts'
import type { Publication } from './publication.ts'

const maxOutputChars = 1_000

const maxOutputLines = 50

/** Several values stand one a line; each line is made plain by itself. */
const plainOutput = (text: string): string =>
  text
    .split('\n')
    .slice(0, maxOutputLines)
    .map((line) => plainLine(line, maxOutputChars))
    .join('\n')

const badCount = ({ report }: Publication): number =>
  ('reports' in report ? report.reports : [report]).flatMap((one) => one.findings).filter((finding) => finding.status !== 'ok').length

/** The step's outputs: the action's own, then the common ones, which none of its own can replace. `reportPath` is empty when there is no file. */
export const outputsOf = (publication: Publication, reportPath: string): Readonly<Record<string, string>> => {
  const own = Object.entries(publication.outputs).map(([name, value]) => [
    name,
    publication.redact(plainOutput(publication.redact(String(value)))),
  ])
  return {
    ...Object.fromEntries(own),
    status: publication.report.status,
    report: reportPath,
    summary: publication.redact(renderHeadline(publication.report)),
    findings: String(badCount(publication)),
  }
}

/** Appends the outputs to the step's output file; nothing where there is none. */
export const writeOutputs = async (publication: Publication, reportPath: string): Promise<void> => {
  const path = publication.environment['GITHUB_OUTPUT'] ?? ''
  if (path === '') return
  const entries = Object.entries(outputsOf(publication, reportPath))
  await appendFile(path, entries.map(([name, value]) => `${prepareKeyValueMessage(name, value)}\n`).join(''))
}
