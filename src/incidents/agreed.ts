import type { Instant } from '../contract/seen.ts'
import type { Marker } from './model.ts'

/** No `/ack` and no `/silence` lasts longer, whatever it asks for and whatever stands in a body. */
export const longestMs = { acknowledged: 24 * 3_600_000, silenced: 7 * 86_400_000 } as const

/**
 * What was agreed on and goes on now. An end that no command could have set counts for nothing: whoever may edit the body of an issue could
 * else write one that never comes.
 */
export const agreedNow = <What extends keyof typeof longestMs>(marker: Pick<Marker, What>, what: What, now: Instant): Marker[What] => {
  const one: { readonly until: Instant } | undefined = marker[what]
  return one !== undefined && one.until > now && one.until <= now + longestMs[what] ? marker[what] : undefined
}
