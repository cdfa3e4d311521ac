import type { JudgedFinding } from '../../../../contract/finding.ts'
import { formatDuration } from '../../../../core/quantity.ts'
import { shellCommand } from '../../../../core/text/shell-command.ts'
import type { Lineage, LiveFolder } from '../../../../domain/certbot/lineage.ts'
import { renewalDueAt } from '../../policies/expiry.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const units: Readonly<Record<string, number>> = { hour: hourMs, day: dayMs, week: 7 * dayMs, month: 30 * dayMs }

/** `renew_before_expiry = 30 days`; undefined when it is not there or not read. */
const ownRenewBeforeMs = (lineage: Lineage): number | undefined => {
  const text = lineage.conf?.seen ? lineage.conf.value.top['renew_before_expiry'] : undefined
  const match = /^(\d{1,4}) (hour|day|week|month)s?$/.exec(text ?? '')
  return match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? 0)
}

type Life = { readonly notBefore: number; readonly notAfter: number }

/** As the lineage's own configuration says, where it does. */
const dueAtOf = (lineage: Lineage, life: Life): number => {
  const ownMs = ownRenewBeforeMs(lineage)
  return ownMs === undefined ? renewalDueAt(life) : life.notAfter - ownMs
}

const isoDay = (at: number) => new Date(at).toISOString().slice(0, 10)

const tryCommand = (name: string): string => {
  const command = shellCommand(['sudo', 'certbot', 'renew', '--cert-name', { kind: 'host', name }])
  return command === undefined ? 'run certbot renew and read what it says' : `run: ${command}`
}

/** A lineage that nothing renews, or one whose configuration cannot be read. */
export const judgeConf = ({ name, conf }: Lineage, { asked, directory }: LetsencryptSubject): CertbotFinding => {
  const shared = {
    id: 'certbot.config',
    subject: `lineage/${name}`,
    expected: 'a configuration in renewal/ that certbot can read',
  } as const
  if (conf === undefined)
    return told({
      ...shared,
      status: 'warning',
      title: `${name}: nothing renews it`,
      observed: `there is a folder in live/ and no ${name}.conf in renewal/`,
      advice: `take the folder out of ${directory}/live when it is not used any more, or ask certbot for it again`,
    })
  if (!conf.seen) return unseen(shared, conf, asked)
  const { top, parameters, strangeLines } = conf.value
  const missing = ['cert', 'privkey', 'chain', 'fullchain'].filter((key) => top[key] === undefined)
  const problems = [
    ...(strangeLines.length === 0 ? [] : [`line ${strangeLines.slice(0, 5).join(', ')} cannot be read`]),
    ...missing.map((key) => `${key} is missing`),
    ...(parameters['authenticator'] === undefined ? ['no authenticator is named'] : []),
  ]
  const bad = problems.length > 0
  return told({
    ...shared,
    status: bad ? 'critical' : 'ok',
    title: `${name}: ${bad ? 'its renewal configuration is broken' : 'renewal configuration'}`,
    observed: bad ? problems.join('; ') : `renewed by ${parameters['authenticator']}`,
    advice: bad ? 'certbot passes over it: put back the file from a backup, or ask certbot for the certificate again' : '',
  })
}

type Due = { readonly lateMs: number; readonly overdue: boolean; readonly off: boolean; readonly last: boolean }

const dueOf = (lineage: Lineage, life: Life, { now, renewalPeriodMs }: LetsencryptSubject): Due => {
  const lateMs = now - dueAtOf(lineage, life)
  return {
    lateMs,
    overdue: lateMs > 2 * renewalPeriodMs,
    off: lineage.conf?.seen === true && /^false$/i.test(lineage.conf.value.top['autorenew'] ?? ''),
    last: life.notAfter - now < Math.min(15 * dayMs, (life.notAfter - life.notBefore) / 6),
  }
}

const dueWords = ({ name }: Lineage, { lateMs, overdue, off, last }: Due): Pick<JudgedFinding, 'status' | 'title' | 'advice'> => {
  if (overdue)
    return {
      status: last ? 'critical' : 'warning',
      title: `${name}: renewal overdue by ${formatDuration(lateMs)}`,
      advice: tryCommand(name),
    }
  if (off)
    return {
      status: 'warning',
      title: `${name}: renewal is switched off`,
      advice: 'take autorenew = False out of its renewal configuration',
    }
  return { status: 'ok', title: `${name}: renewal not overdue`, advice: '' }
}

const judgeDue = (lineage: Lineage, lifetime: Life, about: LetsencryptSubject): CertbotFinding => {
  const due = dueOf(lineage, lifetime, about)
  const remainingMs = lifetime.notAfter - about.now
  const life = formatDuration(lifetime.notAfter - lifetime.notBefore)
  const left =
    remainingMs < 0 ? `expired ${formatDuration(-remainingMs)} ago, after ${life}` : `${formatDuration(remainingMs)} left of ${life}`
  return told({
    id: 'certbot.renewal',
    subject: `lineage/${lineage.name}`,
    ...dueWords(lineage, due),
    observed: `${left}; renewal ${due.lateMs > 0 ? 'was' : 'is'} due from ${isoDay(about.now - due.lateMs)}`,
    expected: `renewed within ${formatDuration(2 * about.renewalPeriodMs)} of being due`,
  })
}

/** Whether the lineage is renewed when it should be. One that nothing renews is not overdue. */
export const judgeRenewal = (lineage: Lineage, live: LiveFolder, about: LetsencryptSubject): readonly CertbotFinding[] => {
  if (lineage.conf === undefined) return []
  const { cert } = live
  if (!cert.seen) return [unseen({ id: 'certbot.renewal', subject: `lineage/${lineage.name}` }, cert, about.asked)]
  const [life] = cert.value
  return life === undefined ? [] : [judgeDue(lineage, life, about)]
}
