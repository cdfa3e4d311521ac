import { finding, type JudgedFinding } from '../../../../contract/finding.ts'
import type { Instant, Seen } from '../../../../contract/seen.ts'
import type { AptSeen } from '../../../../probes/apt.ts'

export const osIds = ['audit.os-updates', 'audit.lists'] as const
type OsFinding = JudgedFinding<(typeof osIds)[number]>

const dayMs = 24 * 3_600_000
const oldDays = 7
const mostNames = 50

const judgeUpdates = ({ updates }: AptSeen): OsFinding => {
  const pending = updates.filter(({ isSecurity }) => isSecurity)
  const names = pending.slice(0, 5).map(({ name }) => name)
  return finding({
    id: 'audit.os-updates',
    subject: 'apt',
    status: pending.length === 0 ? 'ok' : 'warning',
    title:
      pending.length === 0
        ? 'no security update is pending'
        : `${pending.length} security ${pending.length === 1 ? 'update is' : 'updates are'} pending`,
    observed:
      pending.length === 0
        ? `${updates.length} other updates`
        : `${names.join(', ')}${pending.length > names.length ? ` and ${pending.length - names.length} more` : ''}`,
    expected: 'every security update of the distribution installed',
    advice: pending.length === 0 ? '' : '`sudo apt-get update && sudo apt-get upgrade`, and restart what it names',
    evidence: pending.slice(0, mostNames).map(({ name, installed, next }) => `${name} ${installed} -> ${next}`),
    certainty: 'hard',
    audience: 'infrastructure',
    measurements: [{ name: 'security updates', value: pending.length, unit: 'packages' }],
  })
}

/** Lists that nobody fetches make every machine look up to date. */
const judgeLists = ({ listsAt }: AptSeen, now: Instant): OsFinding => {
  const days = listsAt === undefined ? undefined : Math.floor((now - listsAt) / dayMs)
  const isOld = days !== undefined && days > oldDays
  return finding({
    id: 'audit.lists',
    subject: 'apt/lists',
    status: days === undefined ? 'unknown' : isOld ? 'warning' : 'ok',
    title: days === undefined ? 'there are no package lists' : `package lists are ${days} ${days === 1 ? 'day' : 'days'} old`,
    observed: days === undefined ? 'nothing below /var/lib/apt/lists' : `fetched ${days} ${days === 1 ? 'day' : 'days'} ago`,
    expected: `lists of the last ${oldDays} days`,
    advice: days === undefined || isOld ? '`sudo apt-get update`, or let `unattended-upgrades` do it daily' : '',
    audience: 'infrastructure',
  })
}

/** What apt says of its own machine. */
export const judgeApt = (seen: Seen<AptSeen>, now: Instant): readonly OsFinding[] =>
  seen.seen
    ? [judgeUpdates(seen.value), judgeLists(seen.value, now)]
    : [
        finding({
          id: 'audit.os-updates',
          subject: 'apt',
          status: 'unknown',
          title: 'pending security updates are not known',
          observed: seen.cause,
          expected: 'an answer of apt',
          advice: seen.advice,
          audience: 'infrastructure',
        }),
      ]
