import { expect, test } from '@jest/globals'
import { statuses } from '../../src/contract/status.ts'
import { failOnValues, failsStep } from '../../src/core/exit-rule.ts'

/** Every pair that fails the step; all others do not. */
const failing = new Set(['warning on warning', 'unknown on warning', 'critical on warning', 'unknown on critical', 'critical on critical'])

const pairs = failOnValues.flatMap((failOn) => statuses.map((status) => ({ status, failOn, fails: failing.has(`${status} on ${failOn}`) })))
test.each(pairs)('$status with fail-on $failOn: fails $fails', ({ status, failOn, fails }) => {
  expect(failsStep(status, failOn)).toBe(fails)
})
