import { describe, expect, test } from '@jest/globals'
import { formatBytes, formatDuration, formatPercent } from '../../src/core/quantity.ts'

describe('a duration reads as a person would say it', () => {
  test.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [38, '38 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1400, '1.4 s'],
    [59_960, '1 min'],
    [60_000, '1 min'],
    [725_000, '12 min 5 s'],
    [3_599_800, '1 h'],
    [11_520_000, '3 h 12 min'],
    [86_399_999, '1 d'],
    [777_600_000 + 3 * 3_600_000, '9 d 3 h'],
    [-1400, '-1.4 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
})

describe('a size reads in decimal units', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [999_600, '1 MB'],
    [612e6, '612 MB'],
    [2.14e9, '2.1 GB'],
    [3e18, '3000 PB'],
    [-5e6, '-5 MB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('a fraction reads as a percentage', () => {
  test.each([
    [0.8, 1, '80 %'],
    [0.07, 1, '7 %'],
    [0.9943, 1, '99.4 %'],
    [0.9995, 3, '99.95 %'],
    [0, 1, '0 %'],
  ])('%d with %d digits is %s', (fraction, digits, text) => {
    expect(formatPercent(fraction, digits)).toBe(text)
  })
})
