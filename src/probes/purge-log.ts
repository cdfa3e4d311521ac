import type { Compose } from '../contract/compose.ts'
import type { RunProgram } from '../contract/process.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../contract/seen.ts'
import { type LinePattern, readLinePattern } from '../core/text/line-pattern.ts'
import { lineTimeReader } from '../core/text/line-time.ts'
import { plainLine } from '../core/text/plain.ts'
import { seeGrant } from './certbot/rights.ts'
import { seeContainerLog } from './log/container.ts'
import { seeFileLog } from './log/file.ts'
import { seeJournald } from './log/journald.ts'
import type { LogLine, LogText } from './log/source.ts'

/** Where the purge writes its line. */
export type LogPlace =
  | { readonly kind: 'service'; readonly service: string }
  | { readonly kind: 'path'; readonly path: string; readonly timeZone: string }
  | { readonly kind: 'journal'; readonly unit: string }

/** A line that the purge wrote. */
export type PurgeLine = { readonly at: Instant; readonly rows: number | undefined; readonly text: string }

export type LogLook = {
  /** Since the day began, oldest first. */
  readonly lines: readonly PurgeLine[]
  /** Lines that match and have no time. */
  readonly undated: number
  /** There was more than is read. */
  readonly cut: boolean
}

export type LogProbe = { readonly compose: Compose; readonly runProgram: RunProgram; readonly signal: AbortSignal }

const readLog = (place: LogPlace, since: Instant, { compose, runProgram, signal }: LogProbe): Promise<Seen<LogText>> => {
  if (place.kind === 'service') return seeContainerLog(compose, place.service, since)
  if (place.kind === 'journal') return seeJournald(runProgram, { unit: place.unit, since, signal })
  return seeFileLog(place.path, { since, timeOf: lineTimeReader(place.timeZone), seeGrant: () => seeGrant(runProgram, signal) })
}

/** How long lines are matched before timers and signals get their turn. */
const sliceMs = 20
const mostMatches = 100

const rowsIn = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined)

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The lines that match; `undefined` when the run was stopped meanwhile. */
const matching = async (lines: readonly LogLine[], { matches }: LinePattern, signal: AbortSignal): Promise<LogLine[] | undefined> => {
  const found: LogLine[] = []
  let sliceEnd = performance.now() + sliceMs
  for (const line of lines) {
    if (matches(line.text)) found.push(line)
    if (performance.now() < sliceEnd) continue
    await breathe()
    if (signal.aborted) return undefined
    sliceEnd = performance.now() + sliceMs
  }
  return found
}

/** Looks for the lines of the purge since the day began. */
export const seePurgeLog = async (place: LogPlace, pattern: string, since: Instant, probe: LogProbe): Promise<Seen<LogLook>> => {
  const log = await readLog(place, since, probe)
  if (!log.seen) return log
  const read = readLinePattern(pattern)
  if ('trouble' in read) return couldNotLook(`log.pattern ${read.trouble}`, 'correct log.pattern')
  const matches = await matching(log.value.lines, read, probe.signal)
  if (matches === undefined) return couldNotLook('the log was too long to be searched in time', 'raise `timeout`, or rotate the log daily')
  const dated = matches.flatMap(({ at, text }) => (at === undefined || at < since ? [] : [{ at, text }]))
  const shown = dated.toSorted((a, b) => a.at - b.at).slice(0, mostMatches)
  return saw(
    {
      lines: shown.map(({ at, text }) => ({ at, rows: rowsIn(read.group(text, 'rows')), text: plainLine(text, 300) })),
      undated: matches.filter((line) => line.at === undefined).length,
      cut: log.value.cut,
    },
    log.at,
  )
}
