import { formatDuration } from '../../core/quantity.ts'
import { codeBlock, codeSpan, markdownAdvice, markdownText } from '../../core/text/markdown.ts'
import { plainLine } from '../../core/text/plain.ts'
import { sparkline } from '../../core/text/sparkline.ts'
import { writeMarker } from '../marker.ts'
import { childLine, contactsText, quietTitle, runbookLink, runLinks, verdictLine } from './phrases.ts'
import type { IssueView } from './view.ts'

/** GitHub refuses bodies above 65,536 characters. */
const maxBodyChars = 60_000
const maxTitleChars = 256
const maxEvidenceLines = 100
const maxEvidenceChars = 500
const maxChildrenShown = 30
const free = { inTable: false } as const

/** `[quiz-prod] game: rows older than the business date`; in a public repository the id. */
export const issueTitle = ({ finding, marker, publicRepository }: Pick<IssueView, 'finding' | 'marker' | 'publicRepository'>): string => {
  const { subject, title } = finding
  const named = title.startsWith(`${subject}:`) || title.includes(':') ? title : `${subject}: ${title}`
  const text = publicRepository ? marker.id : named
  return quietTitle(plainLine(`[${marker.server}] ${text}`, maxTitleChars - 16))
}

const seenCell = ({ finding, marker }: IssueView): string => {
  const seen = finding.observed === '' ? finding.title : finding.observed
  const worst = marker.worst.observed
  return worst === '' || worst === seen ? markdownText(seen) : `${markdownText(seen)}; worst ${markdownText(worst)}`
}

/** Not in the table: an address does not break in a cell, and a phone would show half of every row. */
const whatLine = ({ finding, marker, publicRepository }: IssueView): string => {
  const what = codeSpan(publicRepository ? marker.id : finding.subject, free)
  const name = publicRepository || finding.label === undefined ? '' : markdownText(finding.label, free)
  if (what === '') return ''
  return `**What:** ${name === '' ? what : `${name} (${what})`}`
}

const tableOf = (view: IssueView): readonly string[] => {
  const { finding, marker } = view
  if (view.publicRepository) return []
  const rows = [
    ['Seen', seenCell(view)],
    ['Expected', markdownText(finding.expected)],
    ['Trend', marker.values.length < 2 ? '' : `${sparkline(marker.values)} (last ${marker.values.length} runs)`],
  ].filter(([, text]) => text !== '')
  return [['| | |', '|---|---|', ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join('\n')]
}

const doLine = ({ finding, runbooks, marker }: IssueView): readonly string[] => {
  const page = runbookLink(marker.id === finding.id ? finding.id : marker.id, runbooks)
  const advice = markdownAdvice(finding.advice, free)
  if (advice === '') return page === '' ? [] : [page]
  return [`**Do:** ${/[.!?…]$/.test(advice) ? advice : `${advice}.`}${page === '' ? '' : ` ${page}`}`]
}

const childrenTitle = '**Fails with it:**'

const childrenList = ({ marker, publicRepository }: IssueView): readonly string[] => {
  if (marker.children.length === 0) return []
  const shown = marker.children.slice(0, maxChildrenShown).map((one) => childLine(one, publicRepository))
  const left = marker.children.length - shown.length
  return [[childrenTitle, '', ...shown, ...(left === 0 ? [] : [`- ${left} more`])].join('\n')]
}

const evidenceFold = ({ finding, publicRepository }: IssueView, maxLines: number): readonly string[] => {
  const lines = finding.evidence
  if (publicRepository || lines.length === 0 || maxLines === 0) return []
  const block = codeBlock(lines.join('\n'), { maxLines, maxChars: maxEvidenceChars })
  return [`<details><summary>Evidence</summary>\n\n${block}\n\n</details>`]
}

const notes = ({ marker }: IssueView): readonly string[] => {
  const parts = [
    ...(marker.cause === '' ? [] : [`**Cause:** ${markdownText(marker.cause, free)}`]),
    ...(marker.fix === '' ? [] : [`**Fix:** ${markdownText(marker.fix, free)}`]),
  ]
  return parts.length === 0 ? [] : [parts.join('\n\n')]
}

const closesLine = ({ closesAfter: { runs, settleMs } }: IssueView): string =>
  `Closes by itself after ${runs === 1 ? '1 good run' : `${runs} good runs`}${settleMs < 1_000 ? '' : ` and ${formatDuration(settleMs)}`}.`
const commandsLine = '`/ack`, `/silence 2h`, `/unsilence`, `/cause …`, `/fix …` work as comments.'

const footer = (view: IssueView): string => {
  const contacts = contactsText(view)
  return [
    ...(contacts === '' ? [] : [`Contacts: ${contacts}.`]),
    closesLine(view),
    commandsLine,
    ...(view.earlier === undefined ? [] : [`Earlier: #${view.earlier}.`]),
    ...runLinks(view.marker),
  ].join(' ')
}

const partsOfBody = (view: IssueView, evidence: readonly string[]): string =>
  [
    writeMarker(view.marker),
    verdictLine(view),
    whatLine(view),
    ...tableOf(view),
    ...doLine(view),
    ...childrenList(view),
    ...evidence,
    ...notes(view),
    ...(view.publicRepository ? ['Details stay on the server: this repository is public.'] : []),
    footer(view),
  ]
    .filter((one) => one !== '')
    .join('\n\n')

/** The whole body: the marker, the verdict, what to do, then the evidence. Above 60,000 characters the evidence is cut, and it says so. */
export const issueBody = (view: IssueView): string => {
  for (const maxLines of [maxEvidenceLines, 50, 20, 5]) {
    const body = partsOfBody(view, evidenceFold(view, maxLines))
    if (body.length <= maxBodyChars) return body
  }
  const without = partsOfBody(view, ['Evidence left out here, it is too long; the JSON report of the run holds it.'])
  if (without.length <= maxBodyChars) return without
  const cut = [writeMarker(view.marker), verdictLine(view), 'Everything else was left out, it is too long; the JSON report holds it.']
  return cut.join('\n\n')
}

/** What only an open one needs goes: what to do, what fails now, how it closes. What a person wrote stays. */
export const withoutOrders = (rest: string): string =>
  rest
    .replace(/^\*\*Do:\*\* .*(?:\r?\n)*/m, '')
    .replace(childrenTitle, '**Failed with it:**')
    .replace(/Closes by itself after \d+ good runs?(?: and [\w ]+)?\. /, '')
    .replace(`${commandsLine} `, '')

/** The line that a body of ours has as its verdict; what a person wrote in bold is none. */
const isVerdict = (line: string): boolean =>
  /^\*\*(?:Warning|Critical)\*\* since .*\bServer /.test(line) || /^\*\*Closed\*\*(?: .*\bServer |: the same as #)/.test(line)

/** Without our last verdict, wherever a note of a person moved it. */
const withoutVerdict = (rest: string): string => {
  const lines = rest.split('\n')
  const at = lines.findIndex((line) => isVerdict(line))
  if (at === -1) return rest
  const isBlank = (line: string | undefined): boolean => line?.trim() === ''
  return lines.toSpliced(at, isBlank(lines[at + 1]) ? 2 : 1).join('\n')
}

/** An existing body with another marker and verdict; the rest, perhaps a person's, stays. */
export const bodyWithVerdict = (
  rest: string,
  { marker, verdict }: { marker: Parameters<typeof writeMarker>[0]; verdict: string },
): string => {
  const kept = withoutVerdict(rest)
  const body = [writeMarker(marker), verdict, kept].filter((one) => one !== '').join('\n\n')
  return body.length <= maxBodyChars ? body : [writeMarker(marker), verdict].join('\n\n')
}
