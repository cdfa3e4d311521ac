import { describe, expect, test } from '@jest/globals'
import { describeBug, errorText } from '../../src/core/error-chain.ts'

const coded = (message: string, code: string): Error => Object.assign(new Error(message), { code })
const cyclic = new Error('outer')
cyclic.cause = new Error('inner', { cause: cyclic })
const hostile = Object.defineProperty(new Error('x'), 'message', {
  get: () => {
    throw new Error('no message for you')
  },
})
const endless = (): Error => {
  const deep: Error[] = [new Error('level 0')]
  for (let level = 1; level < 100; level += 1) deep.push(new Error(`level ${level}`, { cause: deep.at(-1) }))
  return deep.at(-1) as Error
}

const rows: readonly { what: string; error: unknown; text: RegExp }[] = [
  { what: 'a message', error: new Error('no route'), text: /^no route$/ },
  { what: 'its code', error: coded('refused', 'ECONNREFUSED'), text: /^refused \(ECONNREFUSED\)$/ },
  { what: 'a code that the message names only once', error: coded('connect ECONNREFUSED', 'ECONNREFUSED'), text: /^connect ECONNREFUSED$/ },
  { what: 'the causes', error: new Error('a', { cause: new Error('b', { cause: 'c' }) }), text: /^a: b: c$/ },
  {
    what: 'what it aggregates, even without a message of its own',
    error: new AggregateError([coded('to ::1', 'E1'), coded('to 127.0.0.1', 'E2')]),
    text: /^AggregateError: to ::1 \(E1\): to 127\.0\.0\.1 \(E2\)$/,
  },
  { what: 'a cycle once', error: cyclic, text: /^outer: inner$/ },
  { what: 'a repeated message once', error: new Error('failed: refused', { cause: new Error('refused') }), text: /^failed: refused$/ },
  { what: 'a string', error: 'just text', text: /^just text$/ },
  { what: 'undefined', error: undefined, text: /^undefined$/ },
  { what: 'an object', error: { status: 503 }, text: /^\{"status":503\}$/ },
  { what: 'an error whose message throws', error: hostile, text: /^Error$/ },
  { what: 'a bounded number of levels', error: endless(), text: /^level 99: .*level 92$/ },
  { what: 'a bounded length', error: new Error('x'.repeat(100_000)), text: /^x{1,3999}…$/ },
]

describe('the text of an error', () => {
  test.each(rows)('tells $what', ({ error, text }) => {
    expect(errorText(error)).toMatch(text)
  })
})

describe('a bug', () => {
  test('is told with the stack of every error of the chain', () => {
    const told = describeBug(new TypeError('bad', { cause: new RangeError('why') }))
    expect(told).toMatch(/^TypeError: bad\n\s+at .*error-chain\.test\.ts/)
    expect(told).toMatch(/\ncaused by: RangeError: why\n\s+at /)
  })
})
