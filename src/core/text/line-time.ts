import type { Instant } from '../../contract/seen.ts'
import { isInstant } from '../time/instant.ts'
import { zoneClock } from '../time/zone-clock.ts'

/** The first ISO 8601 time of a line, with or without its offset; Python's comma before the milliseconds included. */
const isoTime = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s?(Z|UTC|[+-]\d\d:?\d\d)?/
const searchedChars = 300

const offsetOf = (zone: string): string => (zone === 'Z' || zone === 'UTC' ? 'Z' : zone.replace(/^(...):?(..)$/, '$1:$2'))

/** Reads the time that stands in a log line; one without an offset is of the zone given. `undefined` when there is none. */
export const lineTimeReader = (timeZone: string): ((line: string) => Instant | undefined) => {
  const clock = zoneClock(timeZone)
  return (line) => {
    const [, date, time, fraction = '', zone] = isoTime.exec(line.slice(0, searchedChars)) ?? []
    if (date === undefined) return undefined
    const wall = `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}`
    if (zone !== undefined) return instantOf(Date.parse(`${wall}${offsetOf(zone)}`))
    const asUtc = Date.parse(`${wall}Z`)
    // No clock tells the offset of the 45th of a month.
    if (!isInstant(asUtc)) return undefined
    // The offset of an hour before tells better than that of the wall time itself around a change of clocks.
    return instantOf(asUtc - clock.offsetMs(asUtc - clock.offsetMs(asUtc)))
  }
}

const instantOf = (ms: number): Instant | undefined => (isInstant(ms) ? ms : undefined)
