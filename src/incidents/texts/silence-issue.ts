import { hash } from 'node:crypto'
import { z } from 'zod'
import type { Issue } from '../../contract/issues.ts'
import type { Instant } from '../../contract/seen.ts'
import { writeDuration } from '../../core/options/duration.ts'
import { codeSpan, link, markdownText } from '../../core/text/markdown.ts'
import { plainLine, shorten } from '../../core/text/plain.ts'
import { wholeTime } from '../../core/time/local-time.ts'
import { armoured, isAuthor, parsedMarker, silenceStart } from '../marker.ts'
import { person, quietTitle } from './phrases.ts'

/** No silence is longer, whatever its marker says. */
export const longestSilenceMs = 7 * 24 * 3_600_000
export const mostPatterns = 20
export const maxPatternChars = 200
const maxReasonChars = 300
/** Between our clock, when the marker was written, and GitHub's, when the issue was made. */
const clockToleranceMs = 15 * 60_000

const instant = z.number().int().nonnegative().max(8.64e15)
const patterns = z.array(z.string().min(1).max(maxPatternChars)).min(1).max(mostPatterns)

const schema = z.strictObject({
  repository: z.string(),
  servers: patterns,
  ids: patterns,
  subjects: patterns,
  upTo: z.enum(['warning', 'critical']),
  since: instant,
  until: instant,
  by: z.string().max(100),
  reason: z.string().max(maxReasonChars),
  run: z.string().max(500),
  digest: z.string(),
})

/** What is silent, until when, who wanted it and why. Patterns: `*` stands for any run of characters. */
export type Silence = Omit<z.output<typeof schema>, 'digest'>

const digestOf = ({ repository, servers, ids, subjects, upTo, since, until, by, reason, run }: Silence): string =>
  hash('sha256', JSON.stringify([repository, servers, ids, subjects, upTo, since, until, by, reason, run])).slice(0, 24)

const end = ' -->'

/** The hidden first line of a silence's body. */
export const writeSilence = (given: Silence): string => {
  const silence: Silence = { ...given, reason: shorten(given.reason, maxReasonChars) }
  return `${silenceStart}${armoured(JSON.stringify({ ...silence, digest: digestOf(silence) }))}${end}`
}

type Read = { readonly kind: 'silence'; readonly silence: Silence } | { readonly kind: 'unreadable' } | { readonly kind: 'other' }
const unreadable: Read = { kind: 'unreadable' }

/** `authors`: those of the configuration alone. Who an earlier run learned that it writes as is known to that server only, and silences nothing. */
type SilenceAuthority = { readonly authors: readonly string[]; readonly repository: string }

/**
 * What an issue silences. It counts only when one of `authors` made it, here, with this very marker as its first line: the digest follows from the rest, and
 * the time lies within seven days of the issue's own, so that neither a copy nor an edit prolongs it.
 */
const readSilence = ({ author, body, createdAt }: Issue, { authors, repository }: SilenceAuthority): Read => {
  if (!body.startsWith(silenceStart) || !isAuthor(authors, author)) return { kind: 'other' }
  const [first = ''] = body.split(/[\r\n]/, 1)
  const to = first.indexOf(end)
  const read = to === -1 ? undefined : schema.safeParse(parsedMarker(first.slice(silenceStart.length, to)))
  if (read?.success !== true) return unreadable
  const { digest, ...silence } = read.data
  const made = Math.abs(silence.since - createdAt) <= clockToleranceMs && silence.until - silence.since <= longestSilenceMs
  return made && silence.repository === repository && digest === digestOf(silence) ? { kind: 'silence', silence } : unreadable
}

/** An open issue that silences something. */
export type OpenSilence = { readonly issue: Issue; readonly silence: Silence }

/** The silences among open issues: those that hold, those that are over, and what only looks like one. */
export type Silences = {
  readonly active: readonly OpenSilence[]
  readonly over: readonly OpenSilence[]
  /** They look like silences of ours, and silence nothing: edited by hand. */
  readonly unreadable: readonly number[]
}

/** The issues that may be silences, whoever made them: for several servers they are looked for once. */
export const possibleSilences = (open: readonly Issue[]): readonly Issue[] => open.filter(({ body }) => body.startsWith(silenceStart))

/** The silences among open issues. */
export const silencesIn = (open: readonly Issue[], authority: SilenceAuthority, now: Instant): Silences => {
  const read = open.map((issue) => ({ issue, read: readSilence(issue, authority) }))
  const all = read.flatMap(({ issue, read: one }) => (one.kind === 'silence' ? [{ issue, silence: one.silence }] : []))
  return {
    active: all.filter(({ silence }) => silence.until > now),
    over: all.filter(({ silence }) => silence.until <= now),
    unreadable: read.flatMap(({ issue, read: one }) => (one.kind === 'unreadable' ? [issue.number] : [])),
  }
}

const maxTitleChars = 240

type SilenceView = { readonly silence: Silence; readonly timeZone: string; readonly now: Instant }

const everything = (patterns: readonly string[]): boolean => patterns.includes('*')
const listed = (patterns: readonly string[]): string => patterns.map((one) => codeSpan(one)).join(', ')

const whole = ({ silence, timeZone }: SilenceView): string => wholeTime(silence.until, timeZone)

/** `[quiz-prod] silenced until 2026-12-05 02:00 (UTC+4): moving the database`. */
export const silenceTitle = (view: SilenceView): string => {
  const { servers, reason } = view.silence
  const why = reason === '' ? '' : `: ${reason}`
  return quietTitle(
    plainLine(`[${everything(servers) ? 'all servers' : servers.join(', ')}] silenced until ${whole(view)}${why}`, maxTitleChars),
  )
}

const rowsOf = ({ servers, ids, subjects, upTo, reason }: Silence): readonly (readonly [string, string])[] => [
  ['Servers', everything(servers) ? 'all' : listed(servers)],
  ['Findings', everything(ids) ? 'all' : listed(ids)],
  ['Subjects', everything(subjects) ? 'all' : listed(subjects)],
  ['Severity', upTo === 'critical' ? 'all' : 'warning; what is critical opens all the same'],
  ['Reason', reason === '' ? 'not stated' : markdownText(reason)],
]

/** What a silence's issue says; its first line is the marker. */
export const silenceBody = (view: SilenceView): string => {
  const { silence } = view
  const table = ['| | |', '|---|---|', ...rowsOf(silence).map(([name, text]) => `| ${name} | ${text} |`)].join('\n')
  const run = link('Run', silence.run)
  const footer =
    'Nothing that this explains opens an incident; what is still bad afterwards does. Incidents that are open already go on, without escalation.' +
    ` It ends by itself; close this issue to end it now.${run === '' ? '' : ` ${run}`}`
  const verdict = `**Silenced** until ${whole(view)}, for ${writeDuration(silence.until - silence.since)}, by ${person(silence.by)}.`
  return [writeSilence(silence), verdict, table, footer].join('\n\n')
}

/** The same body when it is over: what a person wrote into it stays. */
export const silenceOverBody = (body: string, verdict: string): string => {
  const [marker = '', ...rest] = body.split(/\r?\n/)
  const at = rest.findIndex((line) => line.startsWith('**Silenced**'))
  return [marker, ...(at === -1 ? ['', verdict, ...rest] : rest.with(at, verdict))].join('\n')
}
