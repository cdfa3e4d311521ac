import { resolve } from 'node:path'
import type { Seen } from '../../../../contract/seen.ts'
import type { Lineage, Schedule, Starter } from '../../../../domain/certbot/lineage.ts'
import { type CertbotFinding, type LetsencryptSubject, told, unseen } from './about.ts'

/** Installers that load the new certificate themselves. */
const loads = /^(nginx|apache|haproxy)/

const hookOf = ({ conf }: Lineage): string | undefined => {
  if (!conf?.seen) return undefined
  const { parameters } = conf.value
  const named = ['renew_hook', 'deploy_hook', 'post_hook'].find((key) => (parameters[key] ?? 'None') !== 'None')
  if (named !== undefined) return named
  return loads.test(parameters['installer'] ?? '') ? `installer ${parameters['installer']}` : undefined
}

/** Certbot of the host renews this one where nobody names another. */
const hostDirectory = '/etc/letsencrypt'

/** What starts the renewal of one folder. */
export const startersFor = ({ starters }: Schedule, directory: string): readonly Starter[] =>
  starters.filter((one) => resolve(one.directory ?? hostDirectory) === resolve(directory))

type Around = { readonly sharedHooks: Seen<number>; readonly postHooks?: Seen<number> | undefined; readonly schedule: Schedule }

const counted = (seen: Seen<number> | undefined, where: string): string | undefined =>
  seen?.seen === true && seen.value > 0 ? `${seen.value} in ${where}` : undefined

/** What loads what is renewed, the nearest first. */
const loaderOf = (lineage: Lineage, { sharedHooks, postHooks, schedule }: Around, directory: string): string | undefined =>
  hookOf(lineage) ??
  counted(sharedHooks, 'renewal-hooks/deploy or cli.ini') ??
  counted(postHooks, 'renewal-hooks/post') ??
  startersFor(schedule, directory).find((one) => one.withHook)?.where

/** A renewed certificate is loaded by something: a hook of its own, one for all, or an installer. */
export const judgeHook = (lineage: Lineage, around: Around, { asked, directory }: LetsencryptSubject): CertbotFinding => {
  const { name } = lineage
  const { sharedHooks, postHooks, schedule } = around
  const shared = {
    id: 'certbot.hook',
    subject: `lineage/${name}`,
    expected: 'a deploy hook or an installer that loads the new certificate',
  } as const
  const found = loaderOf(lineage, around, directory)
  if (found !== undefined) return told({ ...shared, status: 'ok', title: `${name}: has a deploy hook`, observed: `hook: ${found}` })
  const blind = [lineage.conf, sharedHooks, postHooks].find((one) => one?.seen === false)
  if (blind?.seen === false) return unseen(shared, blind, asked)
  const place = schedule.blind[0]
  // Where a place stays closed that may name a hook, nobody can say that there is none.
  if (place !== undefined)
    return unseen(shared, { cause: `${place.place} may not be read, and it may name a hook`, advice: place.advice }, false)
  return told({
    ...shared,
    status: 'warning',
    title: `${name}: no deploy hook`,
    observed: 'nothing loads the certificate after a renewal: no hook, no installer',
    advice: `put a script that reloads the web server into ${directory}/renewal-hooks/deploy, and make it executable`,
  })
}
