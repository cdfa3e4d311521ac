import type { Instant } from '../../contract/seen.ts'
import { isInstant } from '../time/instant.ts'
import { zoneClock } from '../time/zone-clock.ts'

/** The first ISO 8601 time of a line, with what follows it when that may be a zone; Python's comma before the milliseconds included. */
const isoTime = /(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(?:\s?([+-]\d\d(?::?\d\d)?(?!\d)|[A-Za-z][\w/+-]*(?::\d\d)?))?/
const searchedChars = 300

/** `+04`, `+0400`, `+04:00`, `Z`, `UTC`, `GMT`, `UTC+4`. */
const offset = /^(?:z|(?:utc|gmt)?(?:([+-])(\d\d?)(?::?(\d\d))?)?)$/i

/**
 * Words by which programs name a zone and not its offset (`%Z` of C, the logs of PostgreSQL). Some name several, and all of them depend on the
 * season, so a time beside one is not known. Any other word, such as `INFO`, is of the message.
 */
const zoneWords = new Set(
  (
    'ACDT ACST ADT AEDT AEST AKDT AKST ALMT ART AST AWST BRST BRT BST CAT CDT CEST CET CLST CLT CST ChST EAT EDT EEST EET EST GST HDT HKT HST ' +
    'ICT IDT IRDT IRST IST JST KST MDT MEST MET MSD MSK MST MYT NDT NPT NST NZDT NZST PDT PHT PKT PST SAMT SAST SGT SST TRT UYT VLAT WAT WEST WET ' +
    'WIB WIT WITA YEKT'
  ).split(' '),
)
const isZoneName = (word: string): boolean => zoneWords.has(word) || /^[A-Z][A-Za-z_]+(?:\/[A-Z][\w+-]*)+$/.test(word)

/** `Z` or `+04:00`; `unknown` for a zone whose offset nobody can tell; nothing where there is none. */
const offsetOf = (word: string | undefined): string | undefined => {
  if (word === undefined) return undefined
  const read = offset.exec(word)
  if (read === null) return isZoneName(word) ? 'unknown' : undefined
  const [, sign, hours = '', minutes = '00'] = read
  return sign === undefined ? 'Z' : `${sign}${hours.padStart(2, '0')}:${minutes}`
}

/** Reads the time that stands in a log line; one without a zone is of the one given. `undefined` when there is none, or none that is known. */
export const lineTimeReader = (timeZone: string): ((line: string) => Instant | undefined) => {
  const clock = zoneClock(timeZone)
  return (line) => {
    const [, date, time, fraction = '', word] = isoTime.exec(line.slice(0, searchedChars)) ?? []
    if (date === undefined) return undefined
    const wall = `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}`
    const zone = offsetOf(word)
    if (zone !== undefined) return instantOf(Date.parse(`${wall}${zone}`))
    const asUtc = Date.parse(`${wall}Z`)
    // No clock tells the offset of the 45th of a month.
    if (!isInstant(asUtc)) return undefined
    // The offset of an hour before tells better than that of the wall time itself around a change of clocks.
    return instantOf(asUtc - clock.offsetMs(asUtc - clock.offsetMs(asUtc)))
  }
}

const instantOf = (ms: number): Instant | undefined => (isInstant(ms) ? ms : undefined)
