import { describe, expect, test } from '@jest/globals'
import { openedUnseen } from '../../src/incidents/outbox.ts'
import { createWorld, hard, minuteMs, soft } from '../support/incident-world.ts'

describe('rule 11: while GitHub cannot be asked', () => {
  const rows = [
    { what: 'a hard fact is told when it begins, once', findings: [hard('ok'), hard('critical'), hard('critical')], told: [0, 1, 0] },
    {
      what: 'a sample when it is confirmed, once',
      findings: [soft('ok'), soft('critical'), soft('critical'), soft('critical')],
      told: [0, 0, 1, 0],
    },
  ]
  test.each(rows)('$what', ({ findings, told }) => {
    const world = createWorld()
    const counts = findings.map((one) => {
      world.wait(5 * minuteMs)
      const count = openedUnseen(world.input([one])).length
      world.run([one], { dry: true })
      return count
    })
    expect(counts).toEqual(told)
  })
})
