import { describe, expect, test } from '@jest/globals'
import type { Write } from '../../src/contract/issues.ts'
import { liveThroughWeeks, type PlantedFault } from '../support/weeks.ts'

const seeds = [1, 2, 3, 4, 5, 6]
const days = 14

describe('two weeks of one to three servers in all weathers', () => {
  test.each(seeds)('no promise is broken (seed %i)', (seed) => {
    expect(liveThroughWeeks(seed, days)).toBeUndefined()
  })
})

const isClosing = (write: Write): boolean => write.kind === 'update' && write.state === 'closed'
const planted: readonly { what: string; fault: PlantedFault }[] = [
  { what: 'incidents never close', fault: { writes: (all) => all.filter((one) => !isClosing(one)) } },
  {
    what: 'what could not be looked at counts as good',
    fault: {
      looksAtAll: true,
      input: (all) => all.map((one) => (one.status === 'unknown' ? { ...one, status: 'ok' as const, cleared: true } : one)),
    },
  },
  {
    what: 'a comment goes out before the issue is written',
    fault: { order: (all) => all.toSorted((a, b) => Number(a.kind !== 'comment') - Number(b.kind !== 'comment')) },
  },
  {
    what: 'every issue is made twice',
    fault: { writes: (all) => all.flatMap((one): Write[] => (one.kind === 'create' ? [one, one] : [one])), doubles: true },
  },
  {
    what: 'what is looked at once a day opens nothing',
    fault: { writes: (all) => all.filter((one) => one.kind !== 'create' || !one.body.includes('cert.expiry')) },
  },
  { what: 'an outage must be seen twelve times', fault: { options: { confirm: 12 } } },
]

describe('the oracle finds what is planted', () => {
  test.each(planted)('$what', ({ fault }) => {
    expect(seeds.find((seed) => liveThroughWeeks(seed, days, fault) !== undefined)).toBeDefined()
  })
})
