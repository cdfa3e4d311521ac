import type { Compose } from '../core/compose.ts'
import type { RunProgram } from '../core/process.ts'
import { couldNotLook, type Instant, type Seen, saw } from '../core/seen.ts'
import { lineTimeReader } from '../core/text/line-time.ts'
import { plainLine } from '../core/text/plain.ts'
import { matchLines } from '../tools/bounded-match.ts'
import { seeGrant } from './certbot/rights.ts'
import { seeContainerLog } from './log/container.ts'
import { seeFileLog } from './log/file.ts'
import { seeJournal } from './log/journal.ts'
import type { LogText } from './log/source.ts'

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

const read = (place: LogPlace, since: Instant, { compose, runProgram, signal }: LogProbe): Promise<Seen<LogText>> => {
  if (place.kind === 'service') return seeContainerLog(compose, place.service, since)
  if (place.kind === 'journal') return seeJournal(runProgram, { unit: place.unit, since, signal })
  return seeFileLog(place.path, { since, timeOf: lineTimeReader(place.timeZone), seeGrant: () => seeGrant(runProgram, signal) })
}

/** For all lines together. */
const matchingMs = 2_000
const mostMatches = 100

const rowsIn = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined)

/** Looks for the lines of the purge since the day began. */
export const seePurgeLog = async (place: LogPlace, pattern: string, since: Instant, probe: LogProbe): Promise<Seen<LogLook>> => {
  const log = await read(place, since, probe)
  if (!log.seen) return log
  const { lines, cut } = log.value
  const found = await matchLines(
    pattern,
    lines.map((one) => one.text),
    matchingMs,
  )
  if (found === 'late')
    return couldNotLook(`log.pattern took more than ${matchingMs} ms`, 'write a simpler pattern: a text, then (?<rows>\\d+)')
  const matches = found.map(({ index, rows }) => ({ line: lines[index], rows: rowsIn(rows) }))
  const dated = matches.flatMap(({ line, rows }) =>
    line?.at === undefined || line.at < since ? [] : [{ at: line.at, rows, text: plainLine(line.text, 300) }],
  )
  return saw(
    {
      lines: dated.toSorted((a, b) => a.at - b.at).slice(0, mostMatches),
      undated: matches.filter(({ line }) => line?.at === undefined).length,
      cut,
    },
    log.at,
  )
}
