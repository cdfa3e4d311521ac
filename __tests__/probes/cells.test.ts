import { describe, expect, test } from '@jest/globals'
import { booleanCell, jsonCell, numberCell, numbersCell, optionalCell, textCell, textsCell } from '../../src/probes/postgres/cells.ts'
import { startCpuTime } from '../support/cpu-time.ts'

describe('a cell is read by what was asked for', () => {
  test.each([
    ['{}', []],
    ['{a,b}', ['a', 'b']],
    ['{"a b","c\\"d","e\\\\f",NULL,"NULL",""}', ['a b', 'c"d', 'e\\f', 'NULL', '']],
    ['{"{","}",","}', ['{', '}', ',']],
    ['', []],
    ['{', []],
    ['no array', []],
    [null, []],
  ])('texts of %s', (text, wanted) => {
    expect(textsCell(text)).toEqual(wanted)
  })

  test('numbers, booleans, JSON and nothing', () => {
    expect(numbersCell('{1,2.5,-3}')).toEqual([1, 2.5, -3])
    expect([numberCell('7'), numberCell(null), numberCell('NaN'), numberCell('1e3')]).toEqual([7, 0, Number.NaN, 1000])
    expect([optionalCell(null), optionalCell('0')]).toEqual([undefined, 0])
    expect([booleanCell('t'), booleanCell('f'), booleanCell(null), booleanCell('true')]).toEqual([true, false, false, false])
    expect([jsonCell('[{"a":1}]'), jsonCell('{'), jsonCell(null)]).toEqual([[{ a: 1 }], undefined, undefined])
    expect([textCell('abc', 2), textCell(null)]).toEqual(['ab', ''])
  })

  test('in a time that grows with the text, whatever a server wrote', () => {
    const hostile = [
      '9'.repeat(1e6),
      `{${'"'.repeat(1e6)}}`,
      `{${'\\'.repeat(1e6)}`,
      `{${','.repeat(1e6)}}`,
      `{"${'\\"'.repeat(5e5)}`,
      '['.repeat(1e6),
    ]
    const cpuTime = startCpuTime()
    for (const text of hostile) for (const read of [textsCell, numbersCell, numberCell, booleanCell, jsonCell]) read(text)
    expect(cpuTime()).toBeLessThan(10_000)
  })
})
