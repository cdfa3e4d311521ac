import { describe, expect, test } from '@jest/globals'
import type { LetsencryptSubject } from '../../../src/actions/cert-check/parts/letsencrypt/about.ts'
import { judgeLastRun, judgeTimer } from '../../../src/actions/cert-check/parts/letsencrypt/automation.ts'
import { judgeHook } from '../../../src/actions/cert-check/parts/letsencrypt/hook.ts'
import { judgeConf, judgeRenewal } from '../../../src/actions/cert-check/parts/letsencrypt/renewal.ts'
import { couldNotLook, type Seen, saw } from '../../../src/contract/seen.ts'
import type { LastRuns, Lineage, LiveFolder, Schedule, Starter } from '../../../src/domain/certbot/lineage.ts'
import type { CertbotRun } from '../../../src/domain/certbot/run-log.ts'
import { readCertificate } from '../../../src/domain/x509/certificate.ts'
import { selfSigned } from '../../support/self-signed.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const now = Date.now()
const about: LetsencryptSubject = { directory: '/etc/letsencrypt', asked: false, now, renewalPeriodMs: 12 * hourMs }

const link = { kind: 'link', number: 1 } as const

/** A certificate of `lifeDays`, of which `leftDays` are left. */
const liveOf = (lifeDays: number, leftDays: number): LiveFolder => {
  const notAfter = now + leftDays * dayMs
  const { cert } = selfSigned({ names: ['quiz.example'], notBefore: new Date(notAfter - lifeDays * dayMs), notAfter: new Date(notAfter) })
  const certificate = readCertificate(cert)
  if (certificate === undefined) throw new Error('not a certificate')
  const file = saw([certificate], now)
  return {
    links: { cert: link, privkey: link, chain: link, fullchain: link },
    highest: { cert: 1, privkey: 1, chain: 1, fullchain: 1 },
    cert: file,
    chain: file,
    fullchain: file,
    fullchainFile: '/etc/letsencrypt/archive/quiz.example/fullchain1.pem',
    earlier: [],
    modifiedAt: now,
    key: { kind: 'not-permitted' },
  }
}

const lineageOf = (parameters: Readonly<Record<string, string>> = {}, top: Readonly<Record<string, string>> = {}): Lineage => ({
  name: 'quiz.example',
  path: '/etc/letsencrypt/live/quiz.example/fullchain.pem',
  archive: '/etc/letsencrypt/archive/quiz.example',
  conf: saw({ top, parameters, strangeLines: [] }, now),
  live: saw(liveOf(90, 60), now),
})

describe('a renewal that is due', () => {
  test.each<[life: number, left: number, more: Readonly<Record<string, string>>, status: string]>([
    [90, 31, {}, 'ok'],
    [90, 29.5, {}, 'ok'],
    [90, 28.9, {}, 'warning'],
    [90, 15.1, {}, 'warning'],
    [90, 14.9, {}, 'critical'],
    [90, -1, {}, 'critical'],
    [45, 15.5, {}, 'ok'],
    [45, 13.9, {}, 'warning'],
    [45, 7.4, {}, 'critical'],
    [6.67, 3.5, {}, 'ok'],
    [6.67, 2.2, {}, 'warning'],
    [6.67, 1.1, {}, 'critical'],
    [90, 20, { renew_before_expiry: '10 days' }, 'ok'],
    [90, 8.9, { renew_before_expiry: '10 days' }, 'critical'],
    [90, 60, { autorenew: 'False' }, 'warning'],
  ])('of a life of %d d with %d d left and %j is %s', (life, left, top, status) => {
    expect(judgeRenewal(lineageOf({}, top), liveOf(life, left), about).map((one) => one.status)).toEqual([status])
  })

  test('says how late it is, and the command', () => {
    expect(judgeRenewal(lineageOf(), liveOf(90, 20), about)[0]).toMatchObject({
      title: 'quiz.example: renewal overdue by 10 d',
      expected: 'renewed within 1 d of being due',
      advice: 'run: sudo certbot renew --cert-name quiz.example',
    })
  })

  test('a lineage whose name fits no shell gets no command', () => {
    const strange = { ...lineageOf(), name: 'a;reboot' }
    expect(judgeRenewal(strange, liveOf(90, 20), about)[0]?.advice).toBe('run certbot renew and read what it says')
  })
})

test.each([
  [true, 'unknown', undefined],
  [false, 'ok', 'closed'],
])('a configuration that may not be read, asked for: %s, is %s', (asked, status, notChecked) => {
  const closed = { ...lineageOf(), conf: couldNotLook('closed', 'run: sudo setfacl') }
  expect(judgeConf(closed, { ...about, asked })).toMatchObject({ status, advice: 'run: sudo setfacl', cleared: false })
  expect(judgeConf(closed, { ...about, asked }).notChecked).toBe(notChecked)
})

const nothing: Schedule = { starters: [], blind: [] }
const starter = (state: Starter['state'], where = 'certbot.timer', withHook = false): Schedule => ({
  starters: [{ where, withHook, state }],
  blind: [],
})
const blind: Schedule = { starters: [], blind: [{ place: "root's crontab", advice: 'look at: sudo crontab -l' }] }

describe('what starts certbot', () => {
  test.each<[string, Schedule, string, string]>([
    ['an active timer', starter('active'), 'ok', ''],
    ['a timer that is off', starter('idle'), 'warning', 'run: sudo systemctl enable --now certbot.timer'],
    [
      'a masked timer',
      starter('masked'),
      'warning',
      'run: sudo systemctl unmask certbot.timer certbot.service && sudo systemctl enable --now certbot.timer',
    ],
    ['cron that does not run', starter('idle', '/etc/cron.d/certbot'), 'warning', 'start the cron service'],
    ['a crontab that may not be read', blind, 'ok', 'look at: sudo crontab -l'],
    ['a timer that is off, beside such a crontab', { ...blind, ...starter('idle'), blind: blind.blind }, 'ok', 'look at: sudo crontab -l'],
  ])('%s', (_what, schedule, status, advice) => {
    expect(judgeTimer(schedule, about)).toMatchObject({ status, advice })
  })

  test('what renews the folder of the host says nothing of that of a container, and the other way round', () => {
    const container = { ...about, directory: '/opt/app/certbot/conf' }
    expect(judgeTimer(starter('active'), container).notChecked).toMatch(/^no timer and no cron line/)
    const elsewhere: Schedule = {
      starters: [{ where: 'x', withHook: true, state: 'active', directory: '/opt/app/certbot/conf/' }],
      blind: [],
    }
    expect(judgeTimer(elsewhere, container)).toMatchObject({ status: 'ok', observed: 'started by x' })
    expect(judgeTimer(elsewhere, about).notChecked).toMatch(/^no timer and no cron line/)
    expect(judgeHook(lineageOf(), { sharedHooks: saw(0, now), schedule: elsewhere }, about).status).toBe('warning')
  })

  test('nothing that can be seen is not checked: a container may do it', () => {
    expect(judgeTimer(nothing, about)).toMatchObject({ status: 'ok', cleared: false, title: '/etc/letsencrypt: not checked' })
  })
})

describe('what loads a renewed certificate', () => {
  test.each<[string, Lineage, Seen<number>, Schedule, string]>([
    ['a hook of its own', lineageOf({ renew_hook: 'reload' }), saw(0, now), nothing, 'ok'],
    ['the installer nginx', lineageOf({ installer: 'nginx' }), saw(0, now), nothing, 'ok'],
    ['no installer', lineageOf({ installer: 'None', renew_hook: 'None' }), saw(0, now), nothing, 'warning'],
    ['a hook for all', lineageOf(), saw(1, now), nothing, 'ok'],
    ['a hook on the line of cron', lineageOf(), saw(0, now), starter('active', "root's crontab", true), 'ok'],
  ])('%s', (_what, lineage, ...[sharedHooks, schedule, status]) => {
    expect(judgeHook(lineage, { sharedHooks, schedule }, about).status).toBe(status)
  })

  test('a hook that runs after every renewal', () => {
    const around = { sharedHooks: saw(0, now), postHooks: saw(2, now), schedule: nothing }
    expect(judgeHook(lineageOf(), around, about)).toMatchObject({ status: 'ok', observed: 'hook: 2 in renewal-hooks/post' })
  })

  test('a crontab that may not be read may name one', () => {
    expect(judgeHook(lineageOf(), { sharedHooks: saw(0, now), schedule: blind }, { ...about, asked: true })).toMatchObject({
      status: 'ok',
      cleared: false,
      notChecked: expect.stringContaining('it may name a hook'),
    })
  })
})

const run = (outcome: CertbotRun['outcome'], daysAgo: number, more: Partial<CertbotRun> = {}): CertbotRun => ({
  at: now - daysAgo * dayMs,
  dryRun: false,
  outcome,
  failures: outcome === 'failed' ? [{ lineage: 'quiz.example', cause: 'Some challenges have failed.' }] : [],
  hooks: [],
  ...more,
})
const failedHook = { hooks: [{ kind: 'deploy-hook', exitCode: 1 }] }

describe('the last run', () => {
  const inLog = (runs: readonly CertbotRun[]): Seen<LastRuns> =>
    saw({ from: 'log', path: '/var/log/letsencrypt/letsencrypt.log', runs }, now)

  test.each<[string, readonly CertbotRun[], string]>([
    ['none yet', [], 'ok'],
    ['nothing due', [run('renewed', 20), run('nothing-due', 0.5)], 'ok'],
    ['one failure', [run('nothing-due', 1), run('failed', 0.5)], 'warning'],
    ['three failures', [run('nothing-due', 2), run('failed', 1.5), run('failed', 1), run('failed', 0.5)], 'critical'],
    ['a failure that was mended', [run('failed', 1), run('renewed', 0.5)], 'ok'],
    ['a failed hook, and nothing due since', [run('renewed', 5, failedHook), run('nothing-due', 0.5)], 'warning'],
    ['a failed hook that ran well since', [run('renewed', 5, failedHook), run('renewed', 0.5)], 'ok'],
    ['one that is not finished', [run('nothing-due', 1), run('unfinished', 0)], 'ok'],
    ['a dry run that failed', [run('nothing-due', 1), run('failed', 0.5, { dryRun: true })], 'ok'],
    ['none for nine days', [run('nothing-due', 9)], 'warning'],
  ])('%s', (_what, runs, status) => {
    expect(judgeLastRun(inLog(runs), about)).toMatchObject({ id: 'certbot.last-run', status })
  })

  test.each([
    [true, 'ok', /^$/],
    [false, 'warning', /^look at it: sudo journalctl -u certbot.service$/],
  ])('that systemd remembers as good: %s is %s', (succeeded, status, advice) => {
    const seen = saw<LastRuns>(
      { from: 'systemd', unit: 'certbot.service', at: now - dayMs, succeeded, cause: 'ended with exit code 1' },
      now,
    )
    expect(judgeLastRun(seen, about)).toMatchObject({ status, advice: expect.stringMatching(advice) })
  })

  test('that nobody may see is not checked, whoever asked', () => {
    expect(judgeLastRun(couldNotLook('closed', 'open it'), { ...about, asked: true })).toMatchObject({
      status: 'ok',
      notChecked: 'closed',
      advice: 'open it',
    })
  })
})
