import type { Finding } from '../../contract/finding.ts'
import { link, markdownAdvice, markdownText } from '../text/markdown.ts'
import { counted } from './headline.ts'
import { type Cause, firstLine } from './view.ts'

const free = { inTable: false } as const
const maxFollowing = 20

const sentence = (text: string): string => (text === '' || /[.!?…]$/.test(text) ? text : `${text}.`)

/** Only an id of ours leads to a page. */
const runbookLink = (id: string, base: string | undefined): string =>
  base !== undefined && /^[\w.-]+$/.test(id) ? link('Runbook', `${base}${id}.md`) : ''

const seenAndExpected = ({ observed, expected }: Finding): string =>
  [
    ['Seen', observed],
    ['Expected', expected],
  ]
    .filter(([, text]) => text !== '')
    .map(([word, text]) => sentence(`${word}: ${markdownText(text ?? '', free)}`))
    .join(' ')

const toDo = ({ advice, id }: Finding, runbooks: string | undefined): string => {
  const told = advice === '' ? '' : `**Do:** ${sentence(markdownAdvice(advice, free))}`
  return [told, runbookLink(id, runbooks)].filter((one) => one !== '').join(' ')
}

const following = ({ follows }: Cause): string => {
  if (follows.length === 0) return ''
  const shown = follows.slice(0, maxFollowing).map(({ finding }) => markdownText(firstLine(finding), free))
  const left = follows.length - shown.length
  return sentence(`Follows from it: ${[...shown, ...(left === 0 ? [] : [counted(left, 'more finding')])].join('; ')}`)
}

type CauseSurroundings = { readonly runbooks: string | undefined; readonly link: (finding: Finding) => string }

/** One cause as a phone shows it: what it is with its incident, what was seen, what to do, what follows from it. */
export const causeBlock = (cause: Cause, { runbooks, link: incidentOf }: CauseSurroundings): string => {
  const { finding } = cause.row
  const incident = incidentOf(finding)
  const head = `### ${finding.status}: ${markdownText(finding.title, free)}${incident === '' ? '' : ` · ${incident}`}`
  return [head, seenAndExpected(finding), toDo(finding, runbooks), following(cause)]
    .filter((one) => one !== '')
    .join('\n\n')
    .concat('\n')
}
