import { describe, expect, test } from '@jest/globals'
import { assert, dictionary, jsonValue, property, string } from 'fast-check'
import { jsonDifference } from '../../../../../src/actions/health-check/parts/endpoints/json-subset.ts'
import type { JsonValue } from '../../../../../src/contract/json.ts'

const json = () => jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)

describe('a JSON value', () => {
  test('has all of itself', () => {
    assert(property(json(), (value) => expect(jsonDifference(value, JSON.parse(JSON.stringify(value)))).toBeUndefined()))
  })

  test('with more keys still has all that is expected, at any depth', () => {
    assert(
      property(dictionary(string(), json()), dictionary(string(), json()), (expected, more) => {
        expect(jsonDifference({ deep: expected }, { deep: { ...more, ...expected }, other: 1 })).toBeUndefined()
      }),
    )
  })

  test('lacks a key that it does not have', () => {
    assert(
      property(dictionary(string(), json()), string(), (value, key) => {
        const { [key]: _gone, ...rest } = value
        expect(jsonDifference({ [key]: 1 }, rest)).toContain('is missing, expected 1')
      }),
    )
  })

  test.each<[JsonValue, unknown, string]>([
    [{ status: 'ok' }, { status: 'degraded' }, '$.status is "degraded", expected "ok"'],
    [{ status: 'ok' }, null, '$ is null, expected {"status":"ok"}'],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, '$.a.b[1] is 3, expected 2'],
    [[1], [1, 2], '$ is [1,2], expected [1]'],
    [{ 'a b': 1 }, { 'a b': '1' }, '$["a b"] is "1", expected 1'],
    [{ constructor: {} }, {}, '$.constructor is missing, expected {}'],
    [{ a: null }, {}, '$.a is missing, expected null'],
  ])('%j against %j: %s', (expected, actual, difference) => {
    expect(jsonDifference(expected, actual)).toBe(difference)
  })

  test('is told of a value that a server nested more deeply than can be shown', () => {
    const actual = JSON.parse(`{"status":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown
    expect(jsonDifference({ status: 'ok' }, actual)).toBe('$.status is nested too deeply to be shown, expected "ok"')
  })

  test('that is long is told short', () => {
    expect(jsonDifference('ok', 'x'.repeat(10_000))?.length).toBeLessThan(200)
  })
})
