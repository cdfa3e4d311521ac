import { describe, expect, test } from '@jest/globals'
import { dryRun } from '../../../../../src/actions/cert-check/parts/letsencrypt/dry-run.ts'
import type { Context } from '../../../../../src/contract/context.ts'
import { couldNotLook, type Seen, saw } from '../../../../../src/contract/seen.ts'
import type { LastRuns } from '../../../../../src/domain/certbot/lineage.ts'
import { toldOf } from '../../../../support/told.ts'

const hourMs = 3_600_000
const now = Date.parse('2026-11-22T02:17:00Z')
const about = { directory: '/etc/letsencrypt', asked: true, now, renewalPeriodMs: 12 * hourMs }
const options = { privileges: 'none' } as Parameters<typeof dryRun>[1]
const noLog: Seen<LastRuns> = couldNotLook('no log', '')

/** What is told between two tries, which are a week apart. */
const told = (note: string | undefined, runs = noLog) => dryRun(runs, options, { state: { note: () => note } } as unknown as Context, about)

describe('a dry run that was made within the week', () => {
  test('and went well is a plain ok: it was checked', async () => {
    const good = await told(`${now - 2 * hourMs} good`)
    expect(good).toMatchObject({ status: 'ok', cleared: true, advice: '' })
    expect(good.notChecked).toBeUndefined()
    expect(toldOf(good)).toEqual([
      'ok certbot.dry-run: certbot: its dry run succeeded',
      'observed: succeeded 2 h ago; tried again in 6 d 22 h',
      'expected: a dry run without failures, once a week',
      'evidence: deploy hooks are not run by a dry run: what loads the certificate was not tried',
    ])
  })

  test('and failed is a warning', async () => {
    expect(toldOf(await told(`${now - 2 * hourMs} bad`))).toEqual([
      'warning certbot.dry-run: certbot: its dry run failed',
      'observed: failed 2 h ago; tried again in 6 d 22 h',
      'expected: a dry run without failures, once a week',
      'advice: run: sudo certbot renew --dry-run',
      'evidence: deploy hooks are not run by a dry run: what loads the certificate was not tried',
    ])
  })

  test('by hand since then is the newest', async () => {
    const byHand = (outcome: 'renewed' | 'failed', hoursAgo: number) =>
      saw<LastRuns>(
        {
          from: 'log',
          path: '/var/log/letsencrypt/letsencrypt.log',
          runs: [{ at: now - hoursAgo * hourMs, outcome, dryRun: true, failures: [], hooks: [] }],
        },
        now,
      )
    expect((await told(`${now - 2 * hourMs} good`, byHand('failed', 1))).observed).toMatch(/^failed 1 h ago/)
    expect((await told(`${now - 2 * hourMs} good`, byHand('failed', 3))).observed).toMatch(/^succeeded 2 h ago/)
    expect((await told(undefined, byHand('renewed', 3))).observed).toMatch(/^succeeded 3 h ago/)
  })
})
