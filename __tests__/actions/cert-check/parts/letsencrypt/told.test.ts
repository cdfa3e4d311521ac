import { describe, expect, test } from '@jest/globals'
import { seenOrUnfinished } from '../../../../../src/actions/cert-check/looks.ts'
import type { CertTarget } from '../../../../../src/actions/cert-check/parts/endpoints/target.ts'
import type { LetsencryptSubject } from '../../../../../src/actions/cert-check/parts/letsencrypt/about.ts'
import { judgeAutomation, judgeLastRun, judgeTimer } from '../../../../../src/actions/cert-check/parts/letsencrypt/automation.ts'
import { judgeHook } from '../../../../../src/actions/cert-check/parts/letsencrypt/hook.ts'
import { judgeConf, judgeRenewal } from '../../../../../src/actions/cert-check/parts/letsencrypt/renewal.ts'
import { couldNotLook, saw } from '../../../../../src/contract/seen.ts'
import type { Lineage, LiveFolder, Schedule, Starter } from '../../../../../src/domain/certbot/lineage.ts'
import type { CertbotRun } from '../../../../../src/domain/certbot/run-log.ts'
import { toldOf, toldOn } from '../../../../support/told.ts'

const page = toldOn('__tests__/actions/cert-check/parts/letsencrypt/told.txt')

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.parse('2026-12-05T08:00:00Z')
const about: LetsencryptSubject = { directory: '/etc/letsencrypt', asked: false, now, renewalPeriodMs: 12 * hourMs }
const whole = { cert: 'a', privkey: 'b', chain: 'c', fullchain: 'd' }
type Texts = Readonly<Record<string, string>>
const lineageOf = (parameters: Texts = { authenticator: 'nginx' }, top: Texts = whole, strangeLines: readonly number[] = []) =>
  ({ name: 'quiz.example', conf: saw({ top, parameters, strangeLines }, now) }) as unknown as Lineage
const without = (conf: Lineage['conf'], name = 'quiz.example') => ({ ...lineageOf(), name, conf })

const conf = (one: Lineage) => toldOf(judgeConf(one, about))
/** `lateMs`: since it was due, a third of its life before its end. */
const renewal = (lifeDays: number, leftMs: number, top: Texts = {}, of = lineageOf({}, top)) => {
  const notAfter = now + leftMs
  const cert = saw([{ notBefore: notAfter - lifeDays * dayMs, notAfter }], now)
  return toldOf(judgeRenewal(of, { cert } as unknown as LiveFolder, about))
}

const nothing: Schedule = { starters: [], blind: [] }
const starter = (state: Starter['state'], where = 'certbot.timer', withHook = false): Starter => ({ where, withHook, state })
const blind: Schedule['blind'] = [{ place: "root's crontab", advice: 'look at: sudo crontab -l' }]
const hook = (lineage: Lineage, schedule = nothing, sharedHooks = saw(0, now)) =>
  toldOf(judgeHook(lineage, { sharedHooks, schedule }, about))

const run = (outcome: CertbotRun['outcome'], daysAgo: number, more: Partial<CertbotRun> = {}): CertbotRun => ({
  at: now - daysAgo * dayMs,
  dryRun: false,
  outcome,
  failures: outcome === 'failed' ? [{ lineage: 'quiz.example', cause: 'Some challenges have failed.' }] : [],
  hooks: [],
  ...more,
})
const log = '/var/log/letsencrypt/letsencrypt.log'
const lastRun = (runs: readonly CertbotRun[], path = log) => toldOf(judgeLastRun(saw({ from: 'log', path, runs }, now), about))
const remembered = (succeeded: boolean) =>
  toldOf(
    judgeLastRun(
      saw({ from: 'systemd', unit: 'certbot.service', at: now - dayMs, succeeded, cause: 'ended with exit code 1' }, now),
      about,
    ),
  )
const failedHook = { hooks: [{ kind: 'deploy-hook', exitCode: 3 }] }
const timer = (starters: readonly Starter[], closed: Schedule['blind'] = []) => toldOf(judgeTimer({ starters, blind: closed }, about))

const target: CertTarget = {
  endpoint: { host: 'quiz.example', port: 443 },
  subject: 'quiz.example:443',
  serverName: 'quiz.example',
  asked: true,
  authorities: [],
}

const rows: readonly [what: string, told: () => readonly string[]][] = [
  ['a folder that nothing renews', () => conf(without(undefined))],
  ['a configuration', () => conf(lineageOf())],
  ['a configuration that may not be read', () => conf(without(couldNotLook('closed', 'open it')))],
  ['a configuration with all faults', () => conf(lineageOf({}, {}, [1, 2, 3, 4, 5, 6]))],
  ['a configuration without an authenticator', () => conf(lineageOf({}))],
  ['a configuration without its key', () => conf(lineageOf({ authenticator: 'x' }, { cert: 'a', chain: 'c', fullchain: 'd' }))],

  ['a renewal that is due now', () => renewal(90, 30 * dayMs)],
  ['one that was due a moment ago', () => renewal(90, 30 * dayMs - 1_000)],
  ['one that is twice its period late', () => renewal(90, 29 * dayMs)],
  ['one that is later', () => renewal(90, 29 * dayMs - 1_000)],
  ['one with just fifteen days left', () => renewal(90, 15 * dayMs)],
  ['one with less than fifteen days left', () => renewal(90, 15 * dayMs - 1_000)],
  ['one of a short life, with a sixth left', () => renewal(6, dayMs)],
  ['one of a short life, with less than a sixth left', () => renewal(6, dayMs - 1_000)],
  ['one that ends now', () => renewal(90, 0)],
  ['one that has ended', () => renewal(90, -2 * dayMs)],
  ['one that is switched off', () => renewal(90, 60 * dayMs, { autorenew: 'False' })],
  ['one with its own time', () => renewal(90, 21 * dayMs, { renew_before_expiry: '3 weeks' })],
  ['one with its own time in hours', () => renewal(90, 26 * hourMs, { renew_before_expiry: '50 hours' })],
  ['one with its own time in months', () => renewal(90, 59 * dayMs, { renew_before_expiry: '2 months' })],
  ['one with a time that nobody reads', () => renewal(90, 40 * dayMs, { renew_before_expiry: 'soon' })],
  ['one whose name fits no shell', () => renewal(90, 20 * dayMs, {}, { ...lineageOf(), name: 'a;b' })],
  ['one of a folder that nothing renews', () => renewal(90, 20 * dayMs, {}, without(undefined))],

  ['a hook of its own', () => hook(lineageOf({ renew_hook: 'reload' }))],
  ['a deploy hook of its own', () => hook(lineageOf({ renew_hook: 'None', deploy_hook: 'reload' }))],
  ['a post hook of its own', () => hook(lineageOf({ post_hook: 'reload' }))],
  ['an installer', () => hook(lineageOf({ installer: 'apache' }))],
  ['an installer that loads nothing', () => hook(lineageOf({ installer: 'None' }))],
  ['hooks for all', () => hook(lineageOf(), nothing, saw(2, now))],
  ['a hook on the line of cron', () => hook(lineageOf(), { starters: [starter('active', "root's crontab", true)], blind: [] })],
  ['a place that may name a hook', () => hook(lineageOf(), { starters: [], blind })],
  ['hooks that may not be looked at', () => hook(lineageOf(), nothing, couldNotLook('closed', 'open it'))],

  ['a timer', () => timer([starter('idle', 'old.timer'), starter('active')])],
  ['a starter of which nobody knows', () => timer([starter('idle'), starter('not-known', '/etc/cron.d/certbot')])],
  ['a timer that is off', () => timer([starter('idle')])],
  ['a cron line that nothing runs', () => timer([starter('idle', '/etc/cron.d/certbot')])],
  ['a place that may start it', () => timer([starter('idle')], blind)],
  ['nothing that starts it', () => timer([])],

  ['no run', () => lastRun([])],
  ['a dry run and one that is not finished', () => lastRun([run('failed', 1, { dryRun: true }), run('unfinished', 0)])],
  ['a run that renewed', () => lastRun([run('renewed', 1)])],
  ['a run with nothing due', () => lastRun([run('nothing-due', 8)])],
  ['a run of longer ago', () => lastRun([run('nothing-due', 8.01)])],
  ['one failure', () => lastRun([run('renewed', 2), run('failed', 1)])],
  ['one failure without a word', () => lastRun([run('failed', 1, { failures: [] })])],
  ['two failures', () => lastRun([run('nothing-due', 3), run('failed', 2), run('failed', 1)])],
  ['three failures', () => lastRun([run('renewed', 4), run('failed', 3), run('failed', 2), run('failed', 1)])],
  ['a failed hook', () => lastRun([run('renewed', 3, failedHook), run('nothing-due', 1)])],
  ['a failed hook that went well since', () => lastRun([run('renewed', 3, failedHook), run('renewed', 1)])],
  ['a log that no command may name', () => lastRun([run('failed', 1)], '/var/log/a\u0000b')],
  ['a unit that ended well', () => remembered(true)],
  ['a unit that failed', () => remembered(false)],

  [
    'an endpoint whose look was ended',
    () => toldOf(seenOrUnfinished({ lived: false, ended: 'SIGSEGV' } as never, target, 'endpoints').findings),
  ],
]
describe('what people are told of certbot', () => {
  test.each(rows)('%s', (what, told) => {
    expect(told()).toEqual(page.get(what))
  })
})

test('a look that was ended is of its part, and completes nothing', () => {
  const ended = (part: 'endpoints' | 'headers') => seenOrUnfinished({ lived: false, ended: 'SIGSEGV' } as never, target, part)
  expect(ended('endpoints')).toMatchObject({ completed: false, findings: [{ subject: 'quiz.example:443' }], certificates: [], served: [] })
  expect(ended('headers').findings[0]?.subject).toBe('quiz.example:443 (headers)')
})

test('hooks are asked of what is renewed; timer and last run of the folder', () => {
  const folder = { directory: '/etc/letsencrypt', lineages: [lineageOf(), without(undefined)], sharedHooks: saw(1, now) }
  const found = judgeAutomation(folder, { schedule: nothing, runs: couldNotLook('closed', 'open it') }, about)
  expect(found.map(({ id, subject }) => `${id} ${subject}`)).toEqual([
    'certbot.hook lineage/quiz.example',
    'certbot.timer /etc/letsencrypt',
    'certbot.last-run /etc/letsencrypt',
  ])
})
