import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readJson } from '../../src/core/read-json.ts'

describe('JSON of others', () => {
  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(readJson(text)).toEqual({ value: JSON.parse(text) as unknown })
      }),
    )
  })

  test.each([
    ['{"a": [1, "],[{:\\", x"]}', { value: { a: [1, '],[{:", x'] } }],
    [' '.repeat(1_000), { trouble: 'is not JSON' }],
    [`"${'x'.repeat(1_000)}`, { trouble: 'is not JSON' }],
    [`"${'\\'.repeat(1_001)}`, { trouble: 'is not JSON' }],
    ['['.repeat(2_000), { trouble: 'is nested too deeply' }],
    [`${'{"a":'.repeat(501)}1${'}'.repeat(501)}`, { trouble: 'is nested too deeply' }],
    [`[${'"[[[[",'.repeat(1_000)}1]`, { value: [...Array.from({ length: 1_000 }, () => '[[[['), 1] }],
    [`[${'0,'.repeat(250_000)}0]`, { trouble: 'holds more than 250000 values' }],
    [`[${'[],'.repeat(130_000)}0]`, { trouble: 'holds more than 250000 values' }],
    [`{${'"1":0,'.repeat(130_000)}"2":0}`, { trouble: 'holds more than 250000 values' }],
    [']'.repeat(1_000_000), { trouble: 'is not JSON' }],
  ])('%.40s', (text, expected) => {
    expect(readJson(text)).toEqual(expected)
  })
})
