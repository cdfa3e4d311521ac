import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { planRetention, type RetainedBackup, type RetentionSetting } from '../../../src/domain/backup/retention.ts'
import { type MeasuredBackup, shrinkageOf } from '../../../src/domain/backup/suspect.ts'

const dayMs = 86_400_000
const start = Date.UTC(2026, 0, 1, 2, 17)
const keep = { days: 30, daily: 7, weekly: 4, monthly: 12, yearly: 3, minVerified: 2 }
const setting: RetentionSetting = { keep, now: start, verifiedRun: true, clockWentBack: false, pruneLimit: 1_000_000 }

const backup = (given: Partial<RetainedBackup> & Pick<RetainedBackup, 'id' | 'at'>): RetainedBackup => ({
  source: '7001/quiz',
  kind: 'database',
  verified: true,
  suspect: false,
  pinned: false,
  preRestore: false,
  ...given,
})

const daily = (count: number, each: (day: number) => Partial<RetainedBackup> = () => ({})) =>
  Array.from({ length: count }, (_, day) => backup({ id: `day-${day}`, at: start + day * dayMs, ...each(day) }))

const planOne = (backups: readonly RetainedBackup[], given: Partial<RetentionSetting> = {}) => {
  const [plan] = planRetention(backups, { ...setting, ...given })
  if (plan === undefined) throw new Error('there is no plan')
  return plan
}

/** The rules as the page tells them, one backup at a time and without a thought of speed. */
const isKept = (one: RetainedBackup, all: readonly RetainedBackup[], { keep: rules, now }: RetentionSetting): boolean => {
  const later = (a: RetainedBackup, b: RetainedBackup) => a.at > b.at || (a.at === b.at && a.id > b.id)
  const past = all.filter(({ at }) => at <= now)
  const proven = past.filter(({ verified, suspect }) => verified && !suspect)
  if (one.at > now || one.pinned || one.preRestore || now - one.at < rules.days * dayMs) return true
  if (!past.some((other) => later(other, one))) return true
  if (!proven.includes(one)) return false
  if (proven.filter((other) => later(other, one)).length < rules.minVerified) return true
  const named = {
    daily: (at: number) => new Date(at).toISOString().slice(0, 10),
    weekly: (at: number) => new Date(at - ((new Date(at).getUTCDay() + 6) % 7) * dayMs).toISOString().slice(0, 10),
    monthly: (at: number) => new Date(at).toISOString().slice(0, 7),
    yearly: (at: number) => new Date(at).toISOString().slice(0, 4),
  }
  return (['daily', 'weekly', 'monthly', 'yearly'] as const).some((period) => {
    const name = named[period]
    const isLastOfItsOwn = !proven.some((other) => name(other.at) === name(one.at) && later(other, one))
    const laterPeriods = new Set(proven.map(({ at }) => name(at)).filter((other) => other > name(one.at)))
    return isLastOfItsOwn && laterPeriods.size < rules[period]
  })
}

const backups = fc
  .array(
    fc.record({
      at: fc.integer({ min: start - 800 * dayMs, max: start + 3 * dayMs }),
      verified: fc.boolean(),

      preRestore: fc.integer({ min: 0, max: 20 }).map((one) => one === 0),
      kind: fc.constantFrom('database', 'volumes'),
    }),
    { maxLength: 120 },
  )
  .map((all) => all.map((one, index) => backup({ ...one, id: `b${index}`, pinned: index % 17 === 3 })))

const rules = fc.record({
  days: fc.integer({ min: 0, max: 40 }),
  daily: fc.integer({ min: 0, max: 10 }),
  weekly: fc.integer({ min: 0, max: 6 }),
  monthly: fc.integer({ min: 0, max: 14 }),
  yearly: fc.integer({ min: 0, max: 3 }),
  minVerified: fc.integer({ min: 1, max: 4 }),
})

describe('what retention keeps', () => {
  test('is what the rules say, one by one', () => {
    fc.assert(
      fc.property(backups, rules, (all, given) => {
        const own = { ...setting, keep: given }
        for (const plan of planRetention(all, own)) {
          const group = all.filter(({ kind }) => kind === plan.kind)
          const expected = group.filter((one) => isKept(one, group, own)).map(({ id }) => id)
          expect(plan.kept.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
          expect([...plan.kept.map(({ id }) => id), ...plan.removed].toSorted()).toEqual(group.map(({ id }) => id).toSorted())
        }
      }),
      { numRuns: 300 },
    )
  })

  test('does not depend on the order in which a folder is listed', () => {
    fc.assert(
      fc.property(backups, (all) => {
        const sorted = (one: readonly RetainedBackup[]) => planRetention(one, setting).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
        expect(sorted(all.toReversed())).toEqual(sorted(all))
      }),
    )
  })

  test('is kept again when the same plan is made of what is left', () => {
    fc.assert(
      fc.property(backups, rules, (all, given) => {
        const own = { ...setting, keep: given }
        const removed = new Set(planRetention(all, own).flatMap((one) => one.removed))
        expect(
          planRetention(
            all.filter(({ id }) => !removed.has(id)),
            own,
          ).flatMap((one) => one.removed),
        ).toEqual([])
      }),
    )
  })

  test('is never fewer proven ones than `min-verified`, in any history', () => {
    fc.assert(
      fc.property(backups, rules, (all, given) => {
        for (const plan of planRetention(all, { ...setting, keep: given })) {
          const proven = all.filter(({ kind, verified }) => kind === plan.kind && verified)
          const left = proven.filter(({ id }) => !plan.removed.includes(id))
          expect(left.length).toBeGreaterThanOrEqual(Math.min(proven.length, given.minVerified))
        }
      }),
    )
  })

  test('says why', () => {
    const all = daily(40, (day) => (day === 2 ? { pinned: true } : day === 3 ? { preRestore: true } : {}))
    const why = new Map(planOne(all, { now: start + 39 * dayMs }).kept.map((one) => [one.id, one.why]))
    expect(why.get('day-39')).toEqual(['young', 'daily', 'weekly', 'monthly', 'yearly', 'verified', 'newest'])
    expect(why.get('day-2')).toEqual(['pinned'])
    expect(why.get('day-3')).toEqual(['pre-restore'])
    expect(why.get('day-9')).toBeUndefined()
    expect(why.get('day-10')).toEqual(['young'])
    // The last of January.
    expect(why.get('day-30')).toEqual(['young', 'monthly'])
  })

  test('is told for each source and kind by itself', () => {
    const all = [...daily(40), ...daily(40, (day) => ({ id: `v-${day}`, kind: 'volumes', source: 'quiz/media' }))]
    const plans = planRetention(all, { ...setting, now: start + 39 * dayMs })
    expect(plans.map(({ kind, source, removed }) => [kind, source, removed.length])).toEqual([
      ['database', '7001/quiz', 10],
      ['volumes', 'quiz/media', 10],
    ])
  })

  test('a backup that is not proven fills no slot, and goes when it is old', () => {
    const all = daily(60, (day) => ({ verified: day % 2 === 0 }))
    const { removed, kept } = planOne(all, { now: start + 59 * dayMs })
    expect(removed.filter((id) => Number(id.slice(4)) % 2 === 1)).toHaveLength(15)
    expect(kept.some(({ id, why }) => Number(id.slice(4)) % 2 === 1 && why.includes('monthly'))).toBe(false)
  })
})

/** Every day one backup, and what the plan removes is gone. */
const simulate = (days: number, each: (day: number) => { verified?: boolean; rows?: number; now?: number } | 'none') => {
  let there: (RetainedBackup & MeasuredBackup)[] = []
  let latest = 0
  for (let day = 0; day < days; day++) {
    const made = each(day)
    const now = (made === 'none' ? undefined : made.now) ?? start + day * dayMs
    if (made === 'none') continue
    const size = { rows: made.rows ?? 1_000, bytes: 1_000_000 }
    const { suspect } = shrinkageOf(size, there)
    there.push({ ...backup({ id: `day-${day}`, at: now, verified: made.verified ?? true, suspect }), ...size, accepted: false })
    const clockWentBack = now < latest
    const { removed } = planOne(there, { now, verifiedRun: made.verified ?? true, clockWentBack, pruneLimit: undefined })
    there = there.filter(({ id }) => !removed.includes(id))
    latest = now
  }
  return there
}

describe('through the years', () => {
  test('three years of good backups leave what the rules say, and never more than a quarter went at once', () => {
    const left = simulate(1_095, () => ({}))
    // 30 young ones, the last of 2 weeks before them, of 11 months before, of 2 years before; some of them in one.
    expect(left.map(({ id }) => id)).toHaveLength(43)
    expect(left.at(-1)?.id).toBe('day-1094')
  })

  test('a database that is wiped for 400 days keeps the last full backup', () => {
    const left = simulate(500, (day) => ({ rows: day < 100 ? 1_000 + day : 3 }))
    expect(left.some(({ id }) => id === 'day-99')).toBe(true)
    expect(left.filter(({ rows }) => (rows ?? 0) >= 1_000).length).toBeGreaterThan(30)
  })

  test('40 days of failures, then success: the newest proven one was there all the time', () => {
    const failing = (day: number) => day >= 60 && day < 100
    expect(simulate(100, (day) => ({ verified: !failing(day) })).some(({ id }) => id === 'day-59')).toBe(true)
    const left = simulate(101, (day) => ({ verified: !failing(day) }))
    expect(left.filter(({ verified }) => verified).map(({ id }) => id)).toEqual(expect.arrayContaining(['day-59', 'day-100']))
  })

  test('40 days without any backup, then one that fails: nothing goes', () => {
    const until = simulate(60, () => ({}))
    const left = simulate(101, (day) => (day >= 60 && day < 100 ? 'none' : { verified: day !== 100 }))
    expect(left.map(({ id }) => id)).toEqual([...until.map(({ id }) => id), 'day-100'])
  })

  test.each([
    ['a day back', -dayMs],
    ['400 days ahead', 400 * dayMs],
  ])('a clock that is %s for one run takes no proven backup of the last 30 days', (_, jump) => {
    const left = simulate(120, (day) => (day === 100 ? { now: start + 100 * dayMs + jump } : {}))
    for (let day = 90; day < 120; day++) expect(left.map(({ id }) => id)).toContain(`day-${day}`)
  })
})

describe('nothing is removed', () => {
  const old = daily(60)
  const now = start + 59 * dayMs

  test.each<[string, Partial<RetentionSetting>, string]>([
    ['after a run that proved nothing', { verifiedRun: false }, 'unverified-run'],
    ['when the clock went back', { clockWentBack: true }, 'clock'],
    ['when it were more than a quarter', { pruneLimit: undefined }, 'limit'],
    ['when it were more than `prune-limit`', { pruneLimit: 29 }, 'limit'],
  ])('%s', (_, given, obstacle) => {
    const plan = planOne(old, { now, ...given })
    expect([plan.removed, plan.obstacle, plan.spare.length]).toEqual([[], obstacle, 30])
  })

  test('with a backup that nobody has accepted', () => {
    const plan = planOne([...old, backup({ id: 'wiped', at: now, suspect: true })], { now })
    expect([plan.removed, plan.obstacle]).toEqual([[], 'suspect'])
  })

  test('and nothing stands against it where nothing could go', () => {
    expect(planOne(daily(3), { now: start, verifiedRun: false, clockWentBack: true })).not.toHaveProperty('obstacle')
  })

  test('three may go however few there are; `prune-limit` lets as many go as it says', () => {
    const few = daily(5, (day) => ({ verified: day > 2 }))
    expect(planOne(few, { now: start + 100 * dayMs, pruneLimit: undefined })).toMatchObject({
      removed: ['day-0', 'day-1', 'day-2'],
      limit: 3,
    })
    expect(planOne(old, { now, pruneLimit: 30 }).removed).toHaveLength(30)
  })
})

describe('what is dated in the future', () => {
  test("stays, and stands in nobody's place", () => {
    const all = [...daily(40, (day) => ({ verified: day === 5 })), backup({ id: 'future', at: start + 90 * dayMs })]
    const { kept } = planOne(all, { now: start + 39 * dayMs })
    expect(kept.find(({ id }) => id === 'future')?.why).toEqual(['future'])
    expect(kept.find(({ id }) => id === 'day-5')?.why).toContain('verified')
    expect(kept.find(({ id }) => id === 'day-39')?.why).toContain('newest')
  })
})
