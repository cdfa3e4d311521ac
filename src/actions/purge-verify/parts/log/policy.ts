import { finding } from '../../../../contract/finding.ts'
import type { Seen } from '../../../../contract/seen.ts'
import { shorten } from '../../../../core/text/plain.ts'
import type { LogLook, PurgeLine } from '../../../../probes/purge-log.ts'
import { clockTime, countRows, type PurgeSubject } from '../../about.ts'
import type { PurgeVerdict } from '../../part.ts'

/** The log as words: `the log of web`, and what is looked for in it. */
export type LogName = { readonly source: string; readonly pattern: string }

const lineWords = ({ at, rows }: PurgeLine, about: PurgeSubject): string =>
  `at ${clockTime(at, about)}${rows === undefined ? '' : `, ${countRows(rows)}`}`

/** What the log said, for the finding about the rows. */
export const logWords = (look: Seen<LogLook>, { source, pattern }: LogName, about: PurgeSubject): string => {
  if (!look.seen) return `${source} could not be read`
  const [first] = look.value.lines
  const since = clockTime(about.day.today.start, about)
  return first === undefined
    ? `no ${JSON.stringify(shorten(pattern, 60))} line in ${source} since ${since}`
    : `${source} says that it ran ${lineWords(first, about)}`
}

/** Rows that the purge says it deleted, the sum of all its lines of the day; undefined when the pattern does not tell. */
export const rowsInLog = ({ lines }: LogLook): number | undefined =>
  lines.length === 0 || lines.some((one) => one.rows === undefined) ? undefined : lines.reduce((sum, one) => sum + (one.rows ?? 0), 0)

type Verdict = Pick<Parameters<typeof finding>[0], 'status' | 'title' | 'observed'> & { readonly advice: string }

/** Of a log that is longer than what is read of it, only its beginning is known. */
const cutWords = ({ cut }: LogLook): string => (cut ? '; it is longer than what is read of it' : '')

const missing = (look: LogLook, name: LogName, about: PurgeSubject): Verdict => {
  const { source, pattern } = name
  const quoted = JSON.stringify(shorten(pattern, 60))
  if (about.day.pending) {
    const waiting = `pending: no ${quoted} line yet, expected by ${clockTime(about.day.due, about)}`
    return { status: 'ok', title: `${source}: ${waiting}`, observed: waiting, advice: '' }
  }
  const undated = look.undated > 0 ? `; ${look.undated} lines match and have no time` : ''
  return {
    status: 'warning',
    title: `${source}: no ${quoted} line since ${clockTime(about.day.today.start, about)}`,
    observed: `no line${undated}${cutWords(look)}`,
    advice:
      look.undated > 0
        ? 'write an ISO 8601 time into each line of the log'
        : 'the rows decide whether the purge ran: a container that was made anew has no log of before; else look at what starts the purge',
  }
}

const several = ({ lines }: LogLook, { source }: LogName, about: PurgeSubject): Verdict => {
  const [first, ...again] = lines
  const idle = again.every((one) => one.rows === 0)
  const counted = again.every((one) => one.rows !== undefined)
  const title = `${source}: the purge ran ${lines.length} times, first ${first === undefined ? '' : lineWords(first, about)}`
  return {
    status: idle ? 'ok' : 'warning',
    title: idle ? `${title}; later runs deleted nothing` : title,
    observed: `${lines.length} lines: ${lines
      .slice(0, 5)
      .map((one) => lineWords(one, about))
      .join('; ')}`,
    advice: idle
      ? ''
      : counted
        ? 'a later run deleted rows again: find what started it, or what wrote rows of other days in between'
        : 'find what starts it more than once; a pattern with (?<rows>\\d+) tells whether later runs deleted anything',
  }
}

const once = (look: LogLook, { source }: LogName, about: PurgeSubject): Verdict => {
  const { lines } = look
  const words = lines[0] === undefined ? '' : lineWords(lines[0], about)
  return { status: 'ok', title: `${source}: purged ${words}`, observed: `1 line: ${words}${cutWords(look)}`, advice: '' }
}

/** Exactly one line for the day. None is only a warning, for the rows decide; several are fine when the later ones deleted nothing. */
export const judgeLog = (look: Seen<LogLook>, name: LogName, about: PurgeSubject): PurgeVerdict<'purge.log'> => {
  const where = { id: 'purge.log', subject: about.subject, audience: 'technical' } as const
  const expected = `1 line for ${about.day.label}; a second one must say 0 rows`
  if (!look.seen) {
    const title = `${name.source}: could not look`
    return {
      completed: false,
      findings: [finding({ ...where, status: 'unknown', title, observed: look.cause, expected, advice: look.advice })],
    }
  }
  const { lines } = look.value
  const judge = lines.length === 0 ? missing : lines.length === 1 ? once : several
  const verdict = judge(look.value, name, about)
  return {
    completed: true,
    findings: [
      finding({
        ...where,
        ...verdict,
        expected,
        cleared: verdict.status === 'ok' && lines.length > 0,
        certainty: 'hard',
        evidence: lines.slice(0, 10).map((one) => one.text),
        measurements: [{ name: 'purge-lines', value: lines.length, unit: 'lines' }],
      }),
    ],
  }
}
