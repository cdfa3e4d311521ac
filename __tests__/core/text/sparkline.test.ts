import { expect, test } from '@jest/globals'
import { sparkline } from '../../../src/core/text/sparkline.ts'

const rows = [
  { values: [0, 0, 0, 412, 412, 412], line: '▁▁▁▇▇▇' },
  { values: [38, 39, 38], line: '▇▇▇' },
  { values: [0, 50, 100], line: '▁▄▇' },
  { values: [0, 0], line: '▁▁' },
  { values: [Number.NaN, 1], line: '·▇' },
  { values: [-5, 5], line: '▁▇' },
  { values: [], line: '' },
]
test.each(rows)('the trend of $values is $line', ({ values, line }) => {
  expect(sparkline(values)).toBe(line)
})
