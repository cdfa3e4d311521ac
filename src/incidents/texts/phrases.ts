import type { Instant } from '../../contract/seen.ts'
import { formatDuration } from '../../core/quantity.ts'
import { codeSpan, link, markdownText } from '../../core/text/markdown.ts'
import { wholeTime } from '../../core/time/local-time.ts'
import { agreedNow } from '../marker.ts'
import type { IncidentChild, Marker, Severity } from '../model.ts'
import type { IssueView } from './view.ts'

const free = { inTable: false } as const

export const severityWord: Record<Severity, string> = { warning: 'Warning', critical: 'Critical' }

/** The runs that saw it first and last; one link when they are one. */
export const runLinks = ({ firstRun, latestRun }: Pick<Marker, 'firstRun' | 'latestRun'>): readonly string[] =>
  (firstRun === latestRun ? [link('Run', latestRun)] : [link('First run', firstRun), link('Latest run', latestRun)]).filter(
    (one) => one !== '',
  )

/** The page of a finding id. */
export const runbookLink = (id: string, base: string | undefined): string =>
  base !== undefined && /^[\w.-]+$/.test(id) ? link('Runbook', `${base}${id}.md`) : ''

const mention = /^@[a-z\d](?:[a-z\d-]{0,38})(?:\/[a-z\d][\w.-]{0,99})?$/i

/** Mentions as they are; anything else is free text that only shows itself, and stays out of a public repository. */
export const contactsText = ({ contacts, publicRepository }: Pick<IssueView, 'contacts' | 'publicRepository'>): string =>
  contacts
    .filter((one) => !publicRepository || mention.test(one))
    .map((one) => (mention.test(one) ? one : markdownText(one, free)))
    .join(', ')

/** A login of GitHub's, without telling its owner again. */
export const person = (login: string): string => codeSpan(login, { ...free, maxChars: 60 })

/** With its date and ` (UTC+4)`: an issue is read days later, and by people elsewhere. */
export const time = (at: Instant, { timeZone }: Pick<IssueView, 'timeZone'>): string => wholeTime(at, timeZone)

export const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)

/** Says nothing of a duration that is only that of the run. */
const since = (view: IssueView): string => {
  const lastedMs = view.now - view.marker.since
  const lasted = lastedMs < 60_000 ? '' : `, ${formatDuration(lastedMs)}`
  return `since ${time(view.marker.since, view)}${lasted}, seen ${times(view.marker.seen)}.`
}

const where = ({ marker }: IssueView): string =>
  `Server ${markdownText(marker.server, free)}, action ${markdownText(marker.action, free)}${marker.id.includes('.') ? '' : `, ${markdownText(marker.id, free)}`}.`

const agreed = (view: IssueView): readonly string[] => {
  const acknowledged = agreedNow(view.marker, 'acknowledged', view.now)
  const silenced = agreedNow(view.marker, 'silenced', view.now)
  return [
    ...(acknowledged === undefined ? [] : [`Acknowledged by ${person(acknowledged.by)} until ${time(acknowledged.until, view)}.`]),
    ...(silenced === undefined ? [] : [`Silenced by ${person(silenced.by)} until ${time(silenced.until, view)}.`]),
  ]
}

/** The first line of the body: how bad, since when, how often, where. */
export const verdictLine = (view: IssueView): string => {
  const { marker } = view
  const flapping = marker.flapping ? ' Flapping.' : ''
  return [`**${severityWord[marker.status]}** ${since(view)}${flapping} ${where(view)}`, ...agreed(view)].join(' ')
}

/** The same when it is over. */
export const closedLine = (view: IssueView, how: string): string =>
  `**Closed** ${time(view.now, view)}: ${how}. It lasted ${formatDuration(Math.max(0, view.now - view.marker.since))}, was ${view.marker.worst.status} at its worst, seen ${times(view.marker.seen)}. ${where(view)}`

/** The worst value, where it may be told. */
export const worstText = ({ marker, publicRepository }: IssueView): string =>
  publicRepository || marker.worst.observed === '' ? '' : markdownText(marker.worst.observed, free)

/** What fails with it: a key that is only a digest says nothing to people. */
export const childLine = ({ id, key, status }: IncidentChild, publicRepository: boolean): string =>
  publicRepository || key.startsWith('sha256:')
    ? `- ${status} ${codeSpan(id, free)}`
    : `- ${status} ${codeSpan(key, free)} ${markdownText(id, free)}`

/** Breaks mentions and references: titles are plain text, and GitHub still links them. */
export const quietTitle = (text: string): string => text.replace(/[@#](?=\w)/g, '$&\u200B').replace(/\bGH-(?=\d)/gi, '$&\u200B')
