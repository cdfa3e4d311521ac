import type { SeenClock } from '../../contract/clock.ts'
import { type Finding, finding } from '../../contract/finding.ts'
import { formatDuration } from '../../core/quantity.ts'
import { mostOffsetMs } from '../../core/time/clock.ts'

/** Well inside the limit: an offset that hovers about it neither opens nor closes anything. */
const clearMs = 30_000

/** What GitHub's answers to an earlier run told about this server's clock. No answer, no comparison, no finding. */
export const judgeClock = (seen: SeenClock | undefined): readonly Finding[] => {
  if (seen === undefined) return []
  const apart = Math.abs(seen.offsetMs)
  const isOff = apart > mostOffsetMs
  const words = apart === 0 ? 'no difference' : `${formatDuration(apart)} ${seen.offsetMs > 0 ? 'ahead' : 'behind'}`
  return [
    finding({
      id: 'clock.skew',
      subject: 'clock',
      status: isOff ? 'warning' : 'ok',
      title: isOff ? `the clock is ${words}` : "the clock agrees with GitHub's",
      observed: `${words}, against the time in GitHub's answers at ${new Date(seen.at).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      expected: `at most ${formatDuration(mostOffsetMs)} apart`,
      advice: isOff ? 'see whether it is synchronised with `timedatectl`; run: sudo timedatectl set-ntp true' : '',
      cleared: apart <= clearMs,
      audience: 'infrastructure',
      measurements: [{ name: 'clock offset', value: seen.offsetMs / 1000, unit: 's' }],
    }),
  ]
}
