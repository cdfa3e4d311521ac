import { type Finding, finding } from '../../../core/finding.ts'
import { formatDuration } from '../../../core/quantity.ts'
import type { About } from '../about.ts'

const mostMs = 60_000

/** Whether the clocks agree on the day. When they do not, nobody knows which day it is: then nothing else is judged. */
export const judgeClock = (aheadMs: number, trouble: string | undefined, about: About): Finding => {
  const apart = Math.abs(aheadMs) > mostMs
  const difference = formatDuration(Math.abs(aheadMs))
  return finding({
    id: 'purge.clock',
    check: 'table',
    subject: about.subject,
    status: apart || trouble !== undefined ? 'unknown' : 'ok',
    title: apart
      ? `${about.shown}: the server's clock is ${difference} ${aheadMs > 0 ? 'ahead of' : 'behind'} ours`
      : trouble === undefined
        ? `${about.shown}: the clocks agree that it is ${about.day.label}`
        : `${about.shown}: the business date is in doubt`,
    observed: trouble ?? `${difference} between the database's clock and ours`,
    expected: `at most ${formatDuration(mostMs)} between the clocks, and one date in ${about.day.timeZone}`,
    advice: apart
      ? 'set both clocks by NTP: timedatectl on each machine says whether it is synchronised'
      : trouble === undefined
        ? ''
        : 'report this as a mistake of Ronde',
    audience: 'infrastructure',
    measurements: [{ name: 'clock-difference', value: Math.abs(aheadMs), unit: 'ms' }],
  })
}
