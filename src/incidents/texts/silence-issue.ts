import type { Instant } from '../../contract/seen.ts'
import { writeDuration } from '../../core/options/duration.ts'
import { codeSpan, markdownText } from '../../core/text/markdown.ts'
import { plainLine } from '../../core/text/plain.ts'
import { localTime } from '../../core/time/local-time.ts'
import { type Silence, writeSilence } from '../silence.ts'
import { link, person } from './parts.ts'
import { quietTitle } from './quiet-title.ts'

const maxTitleChars = 240

export type SilenceView = { readonly silence: Silence; readonly timeZone: string; readonly now: Instant }

const everything = (patterns: readonly string[]): boolean => patterns.includes('*')
const listed = (patterns: readonly string[]): string => patterns.map((one) => codeSpan(one)).join(', ')

const whole = ({ silence, timeZone }: SilenceView): string => localTime(silence.until, timeZone, 0)

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
