import type { Status } from '../../contract/status.ts'
import { plainLine, plainLines, shorten } from '../../core/text/plain.ts'
import { identityOf } from '../marker.ts'
import type { IncidentNotification, IncidentVerdict, Marker, Notification, NotificationKind, ReconcileInput } from '../model.ts'
import { contactsOf, viewFor } from './view.ts'

export const listenerKinds = ['webhook', 'slack', 'ntfy'] as const
export type ListenerKind = (typeof listenerKinds)[number]

/** What is posted, and where: ntfy takes JSON at its root only, with the topic inside. */
type NotificationPayload = { readonly url: URL; readonly body: object }

/** ntfy takes 4,096 bytes; a character has three at most. */
const maxTextChars = 1_000
const maxTitleChars = 200

const words: Record<NotificationKind, string> = {
  opened: 'opened',
  worsened: 'got worse',
  closed: 'closed',
}

const bounded = (one: Notification): Notification => ({
  ...one,
  title: plainLine(one.title, maxTitleChars),
  server: plainLine(one.server, maxTitleChars),
  text: shorten(plainLines(one.text, { maxLines: 20, maxChars: 300 }).join('\n'), maxTextChars),
})

const zeroWidthSpace = '\u200B'
/** Slack's three entities; and no mention or link of Markdown for services that read it as such. */
const slackText = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', `@${zeroWidthSpace}`)
    .replaceAll('](', `]${zeroWidthSpace}(`)

const headlineOf = ({ server, title, status, kind }: Notification): string =>
  kind === 'closed' ? `[${server}] closed: ${title}` : `[${server}] ${status}: ${title} (${words[kind]})`

const slack = (url: URL, one: Notification): NotificationPayload => {
  const lines = [headlineOf(one), one.text].filter((line) => line !== '').map(slackText)
  return { url, body: { text: [...lines, ...(one.url === undefined ? [] : [one.url])].join('\n'), mrkdwn: false } }
}

const priorities: Record<Status, number> = { critical: 5, unknown: 4, warning: 3, ok: 2 }

const ntfy = (url: URL, one: Notification): NotificationPayload => {
  const root = new URL(url)
  const topic = root.pathname.split('/').findLast((part) => part !== '') ?? ''
  root.pathname = '/'
  const body = {
    topic,
    title: headlineOf(one),
    message: one.text === '' ? headlineOf(one) : one.text,
    priority: one.kind === 'closed' ? priorities.ok : priorities[one.status],
    ...(one.url === undefined ? {} : { click: one.url }),
  }
  return { url: root, body }
}

const renderers: Record<ListenerKind, (url: URL, one: Notification) => NotificationPayload> = {
  webhook: (url, { kind, title, server, status, url: issue, text }) => ({
    url,
    body: { source: 'ronde', kind, title, server, status, url: issue ?? null, text },
  }),
  slack,
  ntfy,
}

/** A notification as its listener understands it, bounded. */
export const payloadFor = (listener: ListenerKind, url: URL, notification: Notification): NotificationPayload =>
  renderers[listener](url, bounded(notification))

type NotificationSubject = {
  readonly marker: Marker
  readonly verdict: IncidentVerdict | undefined
  readonly issue: { readonly number: number; readonly url: string } | undefined
}

/** What a webhook is told; in a public repository no more than the id. */
export const notificationOf = (
  kind: NotificationKind,
  { marker, verdict, issue }: NotificationSubject,
  input: ReconcileInput,
): IncidentNotification => {
  const { finding } = viewFor(marker, verdict, input)
  const { publicRepository } = input
  return {
    kind,
    fingerprint: identityOf(marker),
    number: issue?.number,
    url: issue?.url,
    status: kind === 'closed' ? 'ok' : marker.status,
    server: marker.server,
    title: plainLine(publicRepository ? marker.id : finding.title, 200),
    text: publicRepository ? '' : plainLine(finding.observed, 1_000),
    contacts: contactsOf(finding, input),
  }
}
