import type { JudgedFinding } from '../../../contract/finding.ts'
import type { Instant } from '../../../contract/seen.ts'
import { formatDuration } from '../../../core/quantity.ts'
import { judge, type Threshold } from '../../../core/threshold.ts'
import type { Certificate } from '../../../domain/x509/certificate.ts'
import { advise, type CertificatePlace, type JudgedFact, judged } from './where.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** `absolute` replaces the limits that are relative to the lifetime. */
export type ExpiryRule = { readonly absolute?: Threshold | undefined; readonly renewalPeriodMs: number }

type Dates = Pick<Certificate, 'notBefore' | 'notAfter'>

const lifetimeOf = ({ notBefore, notAfter }: Dates): number => notAfter - notBefore

/**
 * Time left from which a certificate is late, in ms: min(30 d, a third of its life) warns, min(15 d, a sixth) is critical. Both are less twice the period
 * of the renewal, which may come that much later, but at least 24 h (half of a life that is shorter than 48 h, or it would never be good).
 */
export const expiryLimits = (dates: Dates, { absolute, renewalPeriodMs }: ExpiryRule): Threshold => {
  if (absolute !== undefined) return absolute
  const lifetime = lifetimeOf(dates)
  const floor = Math.min(dayMs, lifetime / 2)
  const limit = (most: number, part: number) => Math.max(floor, Math.min(most, lifetime / part) - 2 * renewalPeriodMs)
  const warning = limit(30 * dayMs, 3)
  return { warning, critical: limit(15 * dayMs, 6), clear: warning, worse: 'below' }
}

/** When its renewal is due: at two thirds of its life, at half of one that is shorter than 10 days. */
export const renewalDueAt = (dates: Dates): Instant => {
  const lifetime = lifetimeOf(dates)
  return dates.notBefore + (lifetime < 10 * dayMs ? lifetime / 2 : (2 * lifetime) / 3)
}

/** `2026-12-24 08:00 UTC` */
export const shownInstant = (at: Instant): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Whole days left; negative when it has expired. */
export const daysLeft = ({ notAfter }: Pick<Dates, 'notAfter'>, now: Instant): number => Math.floor((notAfter - now) / dayMs)

/** Down to whole hours beyond a day, as the days are counted: 1 d 23 h, and not 2 d beside 1 day. */
const shownTime = (ms: number): string => formatDuration(ms < dayMs ? ms : Math.floor(ms / hourMs) * hourMs)

const timeWords = (leftMs: number): string => (leftMs < 0 ? `expired ${shownTime(-leftMs)} ago` : `expires in ${shownTime(leftMs)}`)

type Named<Id extends string> = { readonly id: Id; readonly what: string; readonly advice: string }

const expiryFinding = <const Id extends string>(
  certificate: Certificate,
  rule: ExpiryRule,
  now: Instant,
  { id, what, advice }: Named<Id>,
): JudgedFact<Id> => {
  const left = certificate.notAfter - now
  const limits = expiryLimits(certificate, rule)
  const { status, cleared } = left <= 0 ? { status: 'critical' as const, cleared: false } : judge(left, limits)
  const limit = formatDuration(status === 'critical' ? limits.critical : limits.warning)
  return {
    id,
    status,
    cleared,
    title: `${what}${timeWords(left)}`,
    observed: `${timeWords(left)}, at ${shownInstant(certificate.notAfter)} (limit ${limit})`,
    expected: `more than ${limit} left of ${formatDuration(lifetimeOf(certificate))}`,
    advice: status === 'ok' ? '' : advice,
    measurements: [{ name: 'days-left', value: Math.floor((left / dayMs) * 10) / 10, unit: 'd' }],
  }
}

/** How long the leaf is still valid. */
export const judgeExpiry = (leaf: Certificate, where: CertificatePlace, rule: ExpiryRule, now: Instant): JudgedFinding<'cert.expiry'> =>
  judged(
    where,
    expiryFinding(leaf, rule, now, {
      id: 'cert.expiry',
      what: 'certificate ',
      advice: advise(`renew it${where.renew === undefined ? ' where it comes from' : ''}, then let its server load it`, where.renew),
    }),
  )

/** How long each certificate above the leaf is still valid, one finding for each. */
export const judgeChainExpiry = (
  above: readonly Certificate[],
  where: CertificatePlace,
  rule: ExpiryRule,
  now: Instant,
): readonly JudgedFinding<'cert.chain-expiry'>[] => {
  const names = above.map((one) => one.subject)
  return above.map((one, index) => {
    const twin = names.indexOf(one.subject) !== index ? `, no. ${index + 1}` : ''
    const named = {
      id: 'cert.chain-expiry',
      what: 'its authority ',
      advice: advise('renew the certificate with the authority that replaces this one, and serve that chain', where.show),
    } as const
    return judged({ ...where, subject: `${where.subject} (${one.subject}${twin})` }, expiryFinding(one, rule, now, named))
  })
}

/** What stands above an authority that clients have: they do not follow it, so that it warns at most, and only when it is over. */
export const judgeSpareExpiry = (
  spare: readonly Certificate[],
  where: CertificatePlace,
  rule: ExpiryRule,
  now: Instant,
): readonly JudgedFinding<'cert.chain-expiry'>[] =>
  spare.map((one) => {
    const over = one.notAfter <= now
    const named = { id: 'cert.chain-expiry', what: 'an authority that nobody needs ', advice: '' } as const
    return judged(
      { ...where, subject: `${where.subject} (${one.subject}, by ${one.issuer})` },
      {
        ...expiryFinding(one, rule, now, named),
        status: over ? 'warning' : 'ok',
        cleared: !over,
        expected: 'nothing in the chain that has expired',
        advice: over
          ? advise('take it out of the file: clients have the authority below it, and only very old ones follow it', where.show)
          : '',
      },
    )
  })

/** Whether it is valid already; of the chain that clients need. */
export const judgeNotYetValid = (
  presented: readonly Certificate[],
  where: CertificatePlace,
  now: Instant,
): JudgedFinding<'cert.not-yet-valid'> => {
  const early = presented.find((one) => one.notBefore > now)
  return judged(where, {
    id: 'cert.not-yet-valid',
    status: early === undefined ? 'ok' : 'critical',
    title: early === undefined ? 'already valid' : 'certificate is not valid yet',
    observed: early === undefined ? 'valid already' : `${early.subject} is valid from ${shownInstant(early.notBefore)}`,
    expected: `valid from before now, ${shownInstant(now)}`,
    advice: early === undefined ? '' : 'compare the clocks of this machine and of who made it; run: timedatectl',
  })
}

/** From this day on, new certificates may live this long at most (CA/Browser Forum, SC-081). */
const longest: readonly (readonly [from: string, days: number])[] = [
  ['2029-03-15', 47],
  ['2027-03-15', 100],
  ['2026-03-15', 200],
  ['', 398],
]

/** The longest lifetime of a leaf by the day on which it was issued, in days. */
export const longestLifetimeDays = (issuedAt: Instant): number => {
  const day = new Date(issuedAt).toISOString().slice(0, 10)
  return longest.find(([from]) => day >= from)?.[1] ?? 398
}

/** Whether a leaf lives longer than public authorities may make it. `isPrivate`: it is of an authority of the user's own, whom the limits do not bind. */
export const judgeLifetime = (leaf: Certificate, where: CertificatePlace, isPrivate = false): JudgedFinding<'cert.lifetime'> => {
  const most = longestLifetimeDays(leaf.notBefore)
  const lifetime = lifetimeOf(leaf)
  const tooLong = lifetime > most * dayMs
  const why = isPrivate
    ? 'an authority of your own may sign for longer; what lives shorter is renewed by a program, and a stolen key is worth less'
    : 'get one that lives shorter and is renewed by a program: browsers refuse longer ones'
  return judged(where, {
    id: 'cert.lifetime',
    status: tooLong ? 'warning' : 'ok',
    title: tooLong
      ? `lifetime of ${formatDuration(lifetime)} is above the maximum of ${most} d${isPrivate ? ' of public authorities' : ''}`
      : `lifetime of ${formatDuration(lifetime)}`,
    observed: `lives ${formatDuration(lifetime)}, issued ${shownInstant(leaf.notBefore)}`,
    expected: `at most ${most} d, for a certificate of that day`,
    advice: tooLong ? advise(why, isPrivate ? undefined : where.renew) : '',
  })
}
