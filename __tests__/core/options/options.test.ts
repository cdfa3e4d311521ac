import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { z } from 'zod'
import { defineAction, result } from '../../../src/contract/action.ts'
import { accepts, defaultOf, descriptionOf } from '../../../src/core/options/accepts.ts'
import { serverName } from '../../../src/core/options/common.ts'
import { duration, writeDuration } from '../../../src/core/options/duration.ts'
import { declaredInputs } from '../../../src/core/options/inputs.ts'
import { list } from '../../../src/core/options/list.ts'
import { percentage } from '../../../src/core/options/percentage.ts'
import { secretText } from '../../../src/core/options/secret.ts'
import { size, writeSize } from '../../../src/core/options/size.ts'
import { threshold } from '../../../src/core/options/threshold.ts'
import { timeZone } from '../../../src/core/options/time-zone.ts'
import { databaseUrl, endpointUrl, httpUrl } from '../../../src/core/options/url.ts'

const messages = (schema: z.ZodType, value: unknown): readonly string[] =>
  schema.safeParse(value).error?.issues.map((one) => one.message) ?? []

const accepted: readonly [string, z.ZodType, unknown, unknown][] = [
  ['a duration in ms', duration(), '200ms', 200],
  ['a duration in days', duration(), '30d', 30 * 86_400_000],
  ['a fraction of an hour', duration(), '1.5h', 5_400_000],
  ['a decimal size', size(), '512MB', 512e6],
  ['a binary size', size(), '2GiB', 2 * 1024 ** 3],
  ['a percentage', percentage(), '80%', 0.8],
  ['a percentage as Ronde prints it', percentage(), '99 %', 0.99],
  ['a duration as Ronde prints it', duration(), '1.4 s', 1400],
  ['a size as Ronde prints it', size(), '612 MB', 612e6],
  [
    'a threshold of which only the warning is written',
    threshold({ kind: 'percentage', worse: 'above', usual: { warning: 0.4, critical: Number.POSITIVE_INFINITY } }),
    { warning: '30%' },
    { warning: 0.3, critical: Number.POSITIVE_INFINITY, clear: 0.3, worse: 'above' },
  ],
  [
    'a threshold of which only the critical limit is written',
    threshold({ kind: 'duration', worse: 'below', usual: { warning: 2000, critical: 1000 } }),
    { critical: '500ms' },
    { warning: 2000, critical: 500, clear: 2000, worse: 'below' },
  ],
  [
    'growth of more than all',
    threshold({ kind: 'growth', worse: 'above' }),
    ['50%', '200%'],
    { warning: 0.5, critical: 2, clear: 0.5, worse: 'above' },
  ],
  ['a percentage of growth', percentage({ max: 10 }), '300%', 3],
  ['an IANA zone', timeZone(), 'Indian/Reunion', 'Indian/Reunion'],
  ['an offset', timeZone(), '+04:00', '+04:00'],
  ['UTC', timeZone(), 'UTC', 'UTC'],
  ['an https URL', httpUrl(), 'https://quiz.example/a?b=c,d', 'https://quiz.example/a?b=c,d'],
  ['a TCP endpoint', endpointUrl(), 'tcp://db:5432', 'tcp://db:5432'],
  ['an IPv6 endpoint', endpointUrl(), 'http://[::1]:8080/', 'http://[::1]:8080/'],
  ['a libpq URL of several hosts', databaseUrl(), 'postgresql://quiz@a,b/quiz', 'postgresql://quiz@a,b/quiz'],
  [
    'a threshold',
    threshold({ kind: 'duration', worse: 'above' }),
    ['500ms', '1s'],
    { warning: 500, critical: 1000, clear: 500, worse: 'above' },
  ],
  [
    'a limit that only warns',
    threshold({ kind: 'percentage', worse: 'above' }),
    '30%',
    { warning: 0.3, critical: Infinity, clear: 0.3, worse: 'above' },
  ],
  [
    'a lone warning beside a built-in critical limit, which stays',
    threshold({ kind: 'percentage', worse: 'above', usual: { warning: 0.8, critical: 0.95 } }),
    '85%',
    { warning: 0.85, critical: 0.95, clear: 0.85, worse: 'above' },
  ],
  [
    'the same in a list',
    threshold({ kind: 'duration', worse: 'above' }),
    ['5m'],
    { warning: 300_000, critical: Infinity, clear: 300_000, worse: 'above' },
  ],
  [
    'the same by its name, with a clear value, where low is bad',
    threshold({ kind: 'size', worse: 'below' }),
    { warning: '5GB', clear: '6GB' },
    { warning: 5e9, critical: -Infinity, clear: 6e9, worse: 'below' },
  ],
  ['equal limits', threshold({ kind: 'number', worse: 'below' }), [1, 1], { warning: 1, critical: 1, clear: 1, worse: 'below' }],
  [
    'a threshold with a clear value',
    threshold({ kind: 'size', worse: 'below' }),
    { warning: '2GB', critical: '1GB', clear: '3GB' },
    { warning: 2e9, critical: 1e9, clear: 3e9, worse: 'below' },
  ],
]

describe('options as they are written', () => {
  test.each(accepted)('%s', (_, schema, written, value) => {
    expect(schema.parse(written)).toEqual(value)
  })
})

const refused: readonly [string, z.ZodType, unknown, string][] = [
  ['a duration without a unit', duration(), '200', '"200" has no unit; write 200ms, 200s or 200m'],
  ['a duration that is a number', duration(), 200, '"200" has no unit; write 200ms, 200s or 200m'],
  ['a duration of a size', duration(), '2GB', '"2GB" is not a duration such as 200ms, 30s, 15m, 26h or 30d'],
  ['a duration that is a list', duration(), [], 'a list is not a duration such as 200ms, 30s, 15m, 26h or 30d'],
  ['a negative duration', duration(), '-5s', '"-5s" is not a duration such as 200ms, 30s, 15m, 26h or 30d'],
  ['a duration that is too short', duration({ minMs: 1000 }), '0s', '0s is too short; at least 1s'],
  ['a duration that is too long', duration({ maxMs: 1000 }), '25h', '25h is too long; at most 1s'],
  ['a size without a unit', size(), '512', '"512" has no unit; write 512MB or 512GiB'],
  ['a size of half a unit', size(), '512M', '"512M" is not a size such as 512MB or 2GiB; write 512MB'],
  ['a size in small letters', size(), '2gib', '"2gib" is not a size such as 512MB or 2GiB; write 2GiB'],
  ['a size without the unit of its default', size({ usual: 'GB' }), 2, '"2" has no unit; write 2GB or 2MB'],
  ['a duration without the unit of its default', duration({ usual: 'd' }), 30, '"30" has no unit; write 30d or 30h'],
  ['a duration of two units', duration(), '1h30m', '"1h30m" is not a duration such as 200ms, 30s, 15m, 26h or 30d; write 90m'],
  [
    'a duration as Ronde prints it',
    duration(),
    '12 min 5 s',
    '"12 min 5 s" is not a duration such as 200ms, 30s, 15m, 26h or 30d; write 725s',
  ],
  ['a fraction for a percentage', percentage(), 0.8, '"0.8" has no unit; write 80%'],
  ['a small fraction for a percentage', percentage(), 0.07, '"0.07" has no unit; write 7%'],
  ['a factor of growth for a percentage', percentage({ max: 10 }), 2, '"2" has no unit; write 2% or 200%'],
  ['a percentage without its sign', percentage(), 80, '"80" has no unit; write 80%'],
  ['a percentage over 100', percentage(), '120%', '120% is too much; at most 100%'],
  ['an inverted threshold', threshold({ kind: 'percentage', worse: 'above' }), ['95%', '80%'], 'warning 95 % is above critical 80 %'],
  [
    'an inverted threshold of what must be high',
    threshold({ kind: 'percentage', worse: 'below' }),
    ['10%', '20%'],
    'warning 10 % is below critical 20 %',
  ],
  [
    'a clear value on the wrong side',
    threshold({ kind: 'duration', worse: 'above' }),
    { warning: '500ms', critical: '1s', clear: '600ms' },
    'clear 600ms is above warning 500ms',
  ],
  [
    'a warning above the built-in critical limit',
    threshold({ kind: 'percentage', worse: 'above', usual: { warning: 0.8, critical: 0.9 } }),
    { warning: '95%' },
    'warning 95 % is above critical 90 % (built in)',
  ],
  [
    'inverted limits, as they are written',
    threshold({ kind: 'duration', worse: 'above' }),
    ['25h', '0s'],
    'warning 25h is above critical 0s',
  ],
  ['a zone of the other kind', timeZone(), 'GMT+4', '"GMT+4" is not an IANA zone or an offset such as +04:00'],
  ['an offset beyond the world', timeZone(), '+15:00', '"+15:00" is not an IANA zone or an offset such as +04:00'],
  ['a URL without a scheme', httpUrl(), 'quiz.example', '"quiz.example" has no scheme; write https://quiz.example'],
  ['a URL of another scheme', httpUrl(), 'tcp://db:5432', '"tcp://db:5432" has the scheme tcp; expected https or http'],
  ['a TCP endpoint without a port', endpointUrl(), 'tcp://db', '"tcp://db" has no port; write tcp://db:5432'],
  ['a URL without a host', endpointUrl(), 'https://', '"https://" is not a URL such as https://quiz.example/'],
  [
    'credentials, which are masked',
    httpUrl(),
    'ftp://quiz:hunter2@a.example',
    '"ftp://***@a.example" has the scheme ftp; expected https or http',
  ],
  [
    'a password with a slash, masked as well',
    httpUrl(),
    'ftp://quiz:hun/ter2@a.example',
    '"ftp://***@a.example" has the scheme ftp; expected https or http',
  ],
  [
    'a database URL of another kind',
    databaseUrl(),
    'hunter2',
    'expected a URL such as postgresql://user@host:5432/name (what is there is not shown: it may hold a password)',
  ],
  ['a secret of another type', secretText(), 12345, 'expected text (not shown: it is secret)'],
  ['the same item twice', list(z.string(), { uniqueBy: (one) => one.toLowerCase() }), ['a', 'b', 'A'], 'the same as item 1 of this list'],
  ['a long value, cut', duration(), 'x'.repeat(100), `"${'x'.repeat(60)}…" is not a duration such as 200ms, 30s, 15m, 26h or 30d`],
  ['control characters, escaped', duration(), '\u001b[31m', '"\\u001b[31m" is not a duration such as 200ms, 30s, 15m, 26h or 30d'],
  ['a server name with a slash', serverName(), '../etc', '"../etc" is not a server name: letters, digits, ".", "_" and "-", 63 at most'],
]

describe('options that are not what they should be', () => {
  test.each(refused)('%s', (_, schema, written, message) => {
    expect(messages(schema, written)).toEqual([message])
  })

  test('items without a key are like no other', () => {
    expect(messages(list(z.string(), { uniqueBy: () => undefined }), ['a', 'a'])).toEqual([])
  })
})

describe('what is written can be read back', () => {
  test('durations', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3660 * 86_400_000 }), (ms) => {
        expect(duration().parse(writeDuration(ms))).toBe(ms)
      }),
    )
  })

  test('sizes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        expect(size().parse(writeSize(bytes))).toBe(bytes)
      }),
    )
  })

  test('any text is either read or refused with one message', () => {
    const schemas = [duration(), size(), percentage(), timeZone(), endpointUrl(), databaseUrl()]
    fc.assert(
      fc.property(fc.constantFrom(...schemas), fc.string({ unit: 'binary' }), (schema, text) => {
        const outcome = schema.safeParse(text)
        expect(outcome.success ? 1 : outcome.error.issues.length).toBe(1)
      }),
    )
  })

  test('no threshold passes whose limits are in the wrong order', () => {
    const limit = fc.integer({ min: 0, max: 100 })
    fc.assert(
      fc.property(limit, limit, (warning, critical) => {
        const above = threshold({ kind: 'number', worse: 'above' }).safeParse([warning, critical]).success
        const below = threshold({ kind: 'number', worse: 'below' }).safeParse([warning, critical]).success
        expect([above, below]).toEqual([warning <= critical, warning >= critical])
      }),
    )
  })
})

describe('a schema tells what may be written', () => {
  test.each([
    ['text', duration().optional(), ['text']],
    ['a number', z.int().default(3), ['number']],
    ['a threshold', threshold({ kind: 'number', worse: 'above' }).prefault([1, 2]), ['number', 'list', 'mapping']],
    ['a union of literals', z.literal(['a', 1, true]), ['text', 'number', 'boolean']],
    ['anything', z.unknown(), ['anything']],
    ['what is made from something else', z.preprocess((value) => value, z.boolean()), ['boolean']],
  ])('%s', (_, schema, kinds) => {
    expect([...accepts(schema)].toSorted()).toEqual(kinds.toSorted())
  })

  test('defaults and descriptions are found through wrappers', () => {
    const schema = duration().meta({ description: 'How long.' }).prefault('30s')
    expect([defaultOf(schema), descriptionOf(schema), descriptionOf(schema.optional())]).toEqual(['30s', 'How long.', 'How long.'])
    expect(defaultOf(duration().optional())).toBeUndefined()
  })

  test('two inputs of one name are a bug of the declaration', () => {
    const clash = defineAction({
      name: 'clash',
      description: 'Clashes.',
      kind: 'observe',
      reads: [],
      options: { timeout: duration() },
      ids: [],
      outputs: {},
      timeoutMs: () => 1,
      run: async () => result([], []),
    })
    expect(() => declaredInputs(clash)).toThrow('the input timeout is declared twice')
  })
})
