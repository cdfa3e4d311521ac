import type { SeenClock } from '../../contract/clock.ts'
import { finding, type JudgedFinding } from '../../contract/finding.ts'
import { formatDuration } from '../../core/quantity.ts'
import { mostOffsetMs } from '../../core/time/clock.ts'
import type { ZoneThere } from '../../probes/purge.ts'
import type { PurgeSubject } from './about.ts'

export type Clocks = {
  /** The server's clock before ours. */
  readonly aheadMs: number
  /** Ours before GitHub's, when an earlier run heard from it. */
  readonly github?: SeenClock | undefined
  /** What the self-test of our own date found. */
  readonly trouble?: string | undefined
  /** Our days by the server's time zone data; undefined when it does not know the zone. */
  readonly zoneThere?: ZoneThere | undefined
}

type Doubt = { readonly title: string; readonly observed: string; readonly advice: string }

const farFromGitHub = ({ offsetMs, at }: SeenClock): Doubt => {
  const difference = formatDuration(Math.abs(offsetMs))
  return {
    title: `our clock is ${difference} ${offsetMs > 0 ? 'ahead of' : 'behind'} GitHub's`,
    observed: `${difference} between ours and the time in GitHub's answers at ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    advice: 'see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true',
  }
}

const utc = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

/** Other limits of a day are other rows: a purge by the server's data and our look would mean different ones. */
const otherZoneData = ({ date, moved }: ZoneThere, { day }: PurgeSubject): Doubt | undefined => {
  const { timeZone, today } = day
  if (date === today.date && moved === undefined) return undefined
  return {
    title: 'the business date is in doubt',
    observed:
      moved === undefined || date !== today.date
        ? `in ${timeZone} it is ${today.date} by our time zone data and ${date} by the server's`
        : `in ${timeZone} ${moved.date} begins at ${utc(moved.start)} UTC by our time zone data, when it is ${moved.wall} by the server's`,
    advice:
      'bring the older time zone data up to date (package tzdata beside the server, or a newer release of Ronde), or write the offset as time-zone',
  }
}

const doubtOf = ({ aheadMs, trouble, zoneThere, github }: Clocks, about: PurgeSubject): Doubt | undefined => {
  const difference = formatDuration(Math.abs(aheadMs))
  if (trouble !== undefined)
    return { title: 'the business date is in doubt', observed: trouble, advice: 'report this as a mistake of Ronde' }
  if (github !== undefined && Math.abs(github.offsetMs) > mostOffsetMs) return farFromGitHub(github)
  if (Math.abs(aheadMs) > mostOffsetMs) {
    return {
      title: `the server's clock is ${difference} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`,
      observed: `${difference} between the database's clock and ours`,
      advice: 'set both clocks by NTP: timedatectl on each machine says whether it is synchronised',
    }
  }
  return zoneThere === undefined ? undefined : otherZoneData(zoneThere, about)
}

/** Whether the clocks agree on the day. When they do not, nobody knows which day it is: then nothing else is judged. */
export const judgeClock = (clocks: Clocks, about: PurgeSubject): JudgedFinding<'purge.clock'> => {
  const doubt = doubtOf(clocks, about)
  const { shown, day } = about
  return finding({
    id: 'purge.clock',
    subject: about.subject,
    status: doubt === undefined ? 'ok' : 'unknown',
    title: `${shown}: ${doubt?.title ?? `the clocks agree that it is ${day.label}`}`,
    observed: doubt?.observed ?? `${formatDuration(Math.abs(clocks.aheadMs))} between the database's clock and ours`,
    expected: `at most ${formatDuration(mostOffsetMs)} between the clocks, and the same days in ${day.timeZone}`,
    advice: doubt?.advice ?? '',
    audience: 'infrastructure',
    measurements: [{ name: 'clock-difference', value: Math.abs(clocks.aheadMs), unit: 'ms' }],
  })
}
