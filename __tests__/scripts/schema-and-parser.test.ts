import { describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { parse, stringify } from 'yaml'
import type { z } from 'zod'
import { rondeJsonSchema } from '../../scripts/generate/schemas.ts'
import type { Action } from '../../src/contract/action.ts'
import { isUserError } from '../../src/contract/user-error.ts'
import { branches, definition } from '../../src/core/options/accepts.ts'
import { commonShape } from '../../src/core/options/common.ts'
import { actions } from '../../src/registry.generated.ts'
import { sectionOptions } from '../../src/runtime/parse/options.ts'
import { parseTold } from '../support/parse-run.ts'

/** Values of every kind that people write, right at some place and wrong at all others. */
/** A line a kind. */
const kindsOfValues: readonly (readonly unknown[])[] = [
  ['200ms', '30s', '15m', ' 26h ', '30d', '1.5h', '10', '80%', '80 %', '120%', '512MB', '2GiB', '612 MB', '1h30m', '5min'],
  ['https://quiz.example/', 'HTTPS://quiz.example', 'http://127.0.0.1:8080/x', 'tcp://db:5432', 'quiz.example', 'quiz.example:443'],
  [
    'postgresql://u@db/quiz',
    'host=db user=u',
    'mysql://db',
    '${DSN}',
    'x${DSN}',
    '${{ secrets.T }}',
    '${DSN:-x}',
    '/srv/quiz',
    'ops/schema.txt',
  ],
  [
    'game',
    'public.game',
    '"Game"',
    'a.b.c',
    'day_date',
    'web',
    'Purge OK',
    '(a',
    'GET',
    'POST',
    'HEAD',
    '2xx',
    '200-299',
    '6xx',
    '200, 204',
  ],
  ['UTC', '+04:00', 'Indian/Reunion', 'GMT+4', 'GMT-4', 'Mars', 'EST5EDT', '2026-12-01', '2026-13-01', '02:00', '24:00', '25:00', 'sun'],
  [
    'none',
    'sudo',
    'high',
    'critical',
    'warning',
    'all',
    '#12',
    'compose',
    'vacuum',
    'quick',
    'daily',
    '@org/ops',
    '',
    ' ',
    'x'.repeat(100),
  ],
  [0, 1, 3, 5, 200, 443, 700, 1.5, -1, true, false, null, [], {}, ['80%', '95%'], [1, 2], { warning: '80%' }, { status: 'ok' }],
]
const pool = kindsOfValues.flat()

/** What no JSON schema can say: order, sums, calendars, what stands elsewhere, and what a library must read. */
const beyondSchemas = [
  /is (above|below) (critical|warning)/,
  /is too (long|short|much|little|few|many)/,
  /the same as /,
  /is not (a date|an IANA zone|a regular|an endpoint|a host name|a URL|a table|a column|a status|a pattern|one of|the path)/,
  /(is not set|is empty) in the environment/,
  /can be read in more than one way|has no port|has a (scheme|path)|names no topic|is no URL/,
  /`to` is `from`|`from` is after `to`|means nothing without|there is no round|stands beside|no round runs/,
  /only a POST has a body|the answer to HEAD|an http:\/\/ endpoint has no TLS|a tcp:\/\/ endpoint has none|line break|set by Ronde itself/,
  /JSON in quotes|only \$\{NAME\} is replaced|expected exactly one of slack|stays as it is written|is evaluated in workflows only/,
  /refers back|repeats too much|is never|group|Ronde|address stands in brackets|starttls|servername|a number from 1 to 65535/,
  /does not run|one of them, not both|expected exactly one of directory|is no id of a backup|neither latest-verified nor/,
  /no Ed25519 public key|is no recipient/,
]

const written = (schema: z.ZodType, depth: number): fc.Arbitrary<unknown> => {
  const any = fc.constantFrom(...pool)
  const good = pool.filter((one) => schema.safeParse(one).success)
  const leaf = good.length === 0 ? any : fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: any })
  if (depth === 0) return leaf
  const made = branches(schema).flatMap((way): fc.Arbitrary<unknown>[] => {
    const { shape, element, items } = definition(way.at(-1) ?? schema)
    if (shape !== undefined) return [mapping(shape, depth - 1)]
    if (element !== undefined) return [fc.array(written(element, depth - 1), { maxLength: 2 })]
    return items === undefined ? [] : [fc.tuple(...items.map((one) => written(one, depth - 1)))]
  })
  return made.length === 0 ? leaf : fc.oneof({ weight: 1, arbitrary: leaf }, ...made.map((arbitrary) => ({ weight: 4, arbitrary })))
}

const mapping = (shape: Readonly<Record<string, z.ZodType>>, depth: number): fc.Arbitrary<object> => {
  const fields = Object.entries(shape).map(([key, one]) => {
    const needed = !one.safeParse(undefined).success
    return fc
      .tuple(fc.constant(key), fc.integer({ min: 0, max: 9 }), written(one, depth))
      .map(([name, dice, value]) => (dice < (needed ? 9 : 2) ? [[name, value]] : []))
  })
  const strange = fc.integer({ min: 0, max: 29 }).map((dice) => (dice === 0 ? [['strange-key', 1]] : []))
  return fc.tuple(...fields, strange).map((entries) => Object.fromEntries(entries.flat() as [string, unknown][]) as object)
}

const loaded: readonly Action[] = await Promise.all(Object.values(actions).map(async (load) => (await load()).action))
const validate = new Ajv({ strict: false, allErrors: true }).compile(rondeJsonSchema(loaded))

type Verdict = { readonly text: string; readonly schema: boolean; readonly parser: readonly string[] }

const judge = async (file: object, action: Action): Promise<Verdict> => {
  const text = stringify(file)
  const schema = validate(parse(text) ?? {})
  try {
    await parseTold({ file: text, action, registry: actions, environment: { DSN: 'postgresql://u@db/quiz' } })
    return { text, schema, parser: [] }
  } catch (error) {
    if (!isUserError(error)) throw error
    return {
      text,
      schema,
      parser: error.mistakes.filter(({ column }) => column !== undefined).map(({ path, message }) => `${path}: ${message}`),
    }
  }
}

const files = (action: Action): readonly object[] => {
  const { rounds: _, ...common } = commonShape
  const section = mapping(sectionOptions(action), 3)
  const one = fc.oneof(
    section.map((value) => ({ [action.name]: value })),
    fc.tuple(mapping(common, 3), section).map(([above, value]) => ({ ...above, [action.name]: value })),
  )
  return fc.sample(one, { numRuns: 120, seed: 14 })
}

describe.each(loaded.map((action) => [action.name, action] as const))('schema and parser about %s', (_, action) => {
  test('agree on 120 files, wherever a schema can', async () => {
    const judged: Verdict[] = []
    for (const file of files(action)) judged.push(await judge(file, action))
    // Never stricter: an editor would underline what works. A missing option may come as an input.
    const stricter = judged.filter(({ schema, parser }) => !schema && parser.length === 0)
    expect(stricter.map(({ text }) => text)).toEqual([])
    const laxer = judged
      .filter(({ schema }) => schema)
      .flatMap(({ parser }) => parser)
      .filter((told) => !told.endsWith(': missing') && !beyondSchemas.some((one) => one.test(told)))
    expect(laxer).toEqual([])
    expect(judged.some(({ schema }) => schema) && judged.some(({ schema }) => !schema)).toBe(true)
  })
})

test.each([
  ['health-check:\n', true],
  ['health-check:\n  quick:\n', true],
  ['servers:\n  a:\n', true],
  ['servers: {}\n', false],
  ['health-check: { endpoints: [HTTPS://quiz.example] }\n', true],
  ['cert-check: { endpoints: ["https://quiz.example/"], letsencrypt: false }\n', true],
  ['health-check: { endpoints: [{ <<: { url: https://quiz.example }, name: a }] }\n', true],
  ['rounds: { daily: [] }\n', false],
  ['rounds: { daily: [health-check, health-check] }\n', false],
  ['rounds: { daily: [silence] }\n', false],
  ['notify: [{ slack: https://a.example, ntfy: https://b.example/c }]\n', false],
  ['notify: [{}]\n', false],
  ['time-zone: GMT+4\n', false],
  ['time-zone: Etc/GMT+4\n', true],
  ['health-check: { endpoints: [{ url: https://a.example, status: 6xx }] }\n', false],
  ['health-check: { thresholds: { database-growth: { warning: 80 % } } }\n', true],
  ['database: { url: "${DSN}" }\n', true],
  ['server: "${SERVER}"\n', false],
  ['health-check: { endpoints: [{ url: https://a.example, headers: { x: "${{ secrets.T }}" } }] }\n', false],
])('an editor says of %j that it is right: %s', (text, right) => {
  expect(validate(parse(text))).toBe(right)
})
