import { addDays, zoneClock } from '../../src/core/time/zone-clock.ts'

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Every IANA zone, and those of `Etc/`, whose signs are turned round. */
export const namedZones: readonly string[] = [
  ...Intl.supportedValuesOf('timeZone'),
  ...Array.from({ length: 15 }, (_, hours) => `Etc/GMT-${hours}`),
  ...Array.from({ length: 13 }, (_, hours) => `Etc/GMT+${hours}`),
]

/** `-14:00` to `+14:00`, each half hour. */
export const fixedOffsets: readonly string[] = Array.from({ length: 57 }, (_, index) => index - 28).map(
  (halves) => `${halves < 0 ? '-' : '+'}${twoDigits(Math.floor(Math.abs(halves) / 2))}:${halves % 2 === 0 ? '00' : '30'}`,
)

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** A year that is over: of a later one, each copy of the time zone database tells what was decided when it was made. */
const year = 2025
const dates = Array.from({ length: 366 }, (_, day) => addDays(`${year}-01-01`, day))

/** The millisecond at which the offset changes, between two moments with different ones. */
const changeBetween = (from: number, until: number, offsetAt: (at: number) => number): number => {
  let [before, after] = [from, until]
  while (after - before > 1) {
    const half = Math.floor((before + after) / 2)
    if (offsetAt(half) === offsetAt(from)) before = half
    else after = half
  }
  return after
}

/** Moments of a year at which a date may be wrong: before and at the first moment of each day, and around each change of clocks. */
export const instantsOf = (zone: string): { readonly starts: readonly number[]; readonly instants: readonly number[] } => {
  const clock = zoneClock(zone)
  const starts = dates.map((date) => clock.dayStart(date))
  const days = dates.map((date) => Date.parse(`${date}T00:00:00Z`))
  const changes = days
    .filter((day) => clock.offsetMs(day) !== clock.offsetMs(day + dayMs))
    .map((day) => changeBetween(day, day + dayMs, (at) => clock.offsetMs(at)))
  const around = changes.flatMap((at) => [at - hourMs, at - 1, at, at + 1_000, at + hourMs])
  return { starts, instants: [...starts.flatMap((at) => [at - 1, at]), ...around] }
}

/** The date that each first moment of `instantsOf` must have. */
export const datesOfStarts: readonly string[] = dates
