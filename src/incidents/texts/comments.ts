import { formatDuration } from '../../core/quantity.ts'
import { link, markdownAdvice, markdownText } from '../../core/text/markdown.ts'
import type { IncidentChild, IncidentClosing, Severity } from '../model.ts'
import { childLine, contactsText, person, runbookLink, runLinks, severityWord, time, times, worstText } from './phrases.ts'
import type { IssueView } from './view.ts'

const free = { inTable: false } as const

const seen = ({ finding, publicRepository }: IssueView): string =>
  publicRepository ? '' : ` ${sentence(markdownText(finding.observed, free))}`
const sentence = (text: string): string => (text === '' || /[.!?…]$/.test(text) ? text : `${text}.`)
const run = ({ marker }: IssueView): string => {
  const latest = link('Run', marker.latestRun)
  return latest === '' ? '' : ` ${latest}`
}
const lasted = ({ marker, now }: IssueView): string => formatDuration(Math.max(0, now - marker.since))

const change =
  (word: string) =>
  (view: IssueView, was: Severity): string =>
    `**${word}**: ${was} before, now ${view.marker.status}.${seen(view)}${run(view)}`

export const worseComment = change('Worse')
export const betterComment = change('Better')

const told = (view: IssueView): string => {
  const contacts = contactsText(view)
  return contacts === '' ? '' : ` Contacts: ${contacts}. \`/ack\` tells that somebody is on it.`
}

const advice = ({ finding }: IssueView): string =>
  finding.advice === '' ? '' : `\n\n**Do:** ${sentence(markdownAdvice(finding.advice, free))}`

/** Tells the contacts: critical, and nobody acknowledged it. */
export const escalationComment = (view: IssueView): string =>
  `**Escalated**: ${severityWord[view.marker.status].toLowerCase()} for ${formatDuration(view.now - (view.marker.criticalSince ?? view.marker.since))} and not acknowledged.${seen(view)}${told(view)}${advice(view)} ${runbookLink(view.finding.id, view.runbooks)}`.trimEnd()

/** Tells the contacts again, while nobody acknowledges it. */
export const reminderComment = (view: IssueView, most: number): string =>
  `**Still ${view.marker.status}** after ${lasted(view)}, not acknowledged (reminder ${view.marker.reminders.count} of ${most}).${seen(view)}${told(view)}`

/** Tells that comments are muted, and that they are no more. */
export const flappingComment = (view: IssueView, isGood: boolean): string =>
  view.marker.flapping
    ? '**Flapping**: it comes and goes. It stays open, and there are no comments until it is steady.'
    : `**Steady** again: ${isGood ? 'good' : view.marker.status}.${seen(view)}`

export const childrenComment = (view: IssueView, children: readonly IncidentChild[]): string =>
  [
    '**Fails with it now:**',
    '',
    ...children.slice(0, 20).map((one) => childLine(one, view.publicRepository)),
    ...(children.length > 20 ? [`- ${children.length - 20} more`] : []),
  ].join('\n')

const reopenReasons = {
  again: 'bad again within 24 hours',
  'still-bad': 'closed by a person 24 hours ago or more, and still bad',
  worse: 'closed by a person as a warning, and got worse',
  unsure: 'closed by a person, bad now, and no state tells whether it was good in between',
} as const
/** Why the same issue is opened again. */
export type ReopenReason = keyof typeof reopenReasons

export const reopenedComment = (view: IssueView, why: ReopenReason): string =>
  `**Reopened**: ${reopenReasons[why]}. Now ${view.marker.status}.${seen(view)}${run(view)}`

const timeline = (view: IssueView): string => {
  const rows = view.marker.events.map((one) => `| ${time(one.at, view)} | ${markdownText(one.what)} |`)
  const written = ['| When | What |', '|---|---|', ...rows, `| ${time(view.now, view)} | closed |`]
  return [
    '',
    '',
    '**Post-mortem**, to be completed: what was noticed, what was tried, what will keep it from coming back.',
    '',
    ...written,
  ].join('\n')
}

/** How long, the worst value, what made it good, and where it can be read. */
export const closedComment = (view: IssueView, { how, postMortem }: IncidentClosing): string => {
  const { marker } = view
  const worst = worstText(view)
  const links = [...runLinks(marker), runbookLink(marker.id, view.runbooks)]
  const stated = (text: string): string => (text === '' ? 'not stated' : markdownText(text, free))
  const later = marker.cause === '' || marker.fix === '' ? ' `/cause …` and `/fix …` still reach the journal.' : ''
  return [
    `**Closed** after ${lasted(view)}: ${sentence(how)} Seen ${times(marker.seen)}, ${marker.worst.status} at its worst${worst === '' ? '' : `: ${sentence(worst)}`}${worst === '' ? '.' : ''}`,
    `Cause: ${sentence(stated(marker.cause))} Fix: ${sentence(stated(marker.fix))}${later}`,
    links.filter((one) => one !== '').join(' '),
  ]
    .filter((one) => one !== '')
    .join('\n\n')
    .concat(postMortem ? timeline(view) : '')
}

export const duplicateComment = (kept: number): string => `**Closed**: the same incident as #${kept}, which stays open.`

/** What of people's commands could not be followed, each kind once, and how it is written. */
export const misreadComment = (all: readonly { readonly command: string; readonly advice: string; readonly by: string }[]): string =>
  [...new Map(all.map((one) => [one.command, one])).values()]
    .map(({ command, advice, by }) => `**Not understood**: \`/${command}\` of ${person(by)}: ${advice}.`)
    .join('\n')

/** A line of the timeline about what a person asked for. */
export const askedFor = (what: string, by: string): string => `${what} by ${by}`
