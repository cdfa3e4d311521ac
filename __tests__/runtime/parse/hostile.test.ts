import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { isUserError } from '../../../src/contract/user-error.ts'
import { readYaml } from '../../../src/runtime/parse/yaml.ts'
import { startCpuTime } from '../../support/cpu-time.ts'
import { parseTold, type Told } from '../../support/parse-run.ts'

const quiz = readFileSync('examples/quiz-de-noel/ronde.yml', 'utf8')

const outcome = async (told: Told): Promise<'accepted' | 'user error'> => {
  try {
    await parseTold(told)
    return 'accepted'
  } catch (error) {
    if (isUserError(error) && error.mistakes.length > 0 && error.mistakes.every((one) => one.message !== '')) return 'user error'
    throw error
  }
}

/** The text with a few pieces cut, doubled or replaced. */
const mutated = (text: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.nat(text.length),
        cut: fc.nat(12),
        put: fc.oneof(
          fc.string({ maxLength: 6 }),
          fc.constantFrom('\t', '\n', '- ', '*a', '&a ', '{', ']', ': ', '<<: ', '${X}', '"', '|\n', '!!x ', '__proto__: ', '---\n'),
        ),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((edits) => edits.reduce((left, { at, cut, put }) => left.slice(0, at) + put + left.slice(at + cut), text))

describe('whatever stands in ronde.yml, it is accepted or told as a user error', () => {
  test('mutations of a real file', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(quiz), async (file) => {
        expect(['accepted', 'user error']).toContain(await outcome({ file }))
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    )
  }, 30_000)

  test('random values under every section', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('health-check', 'compose', 'database', 'rounds', 'servers', 'seasons', 'notify', 'contacts', 'server', 'time-zone'),
        fc.jsonValue({ maxDepth: 4 }),
        async (key, value) => {
          expect(['accepted', 'user error']).toContain(await outcome({ file: JSON.stringify({ [key]: value }) }))
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    )
  }, 30_000)

  test('random texts as inputs', async () => {
    const names = ['endpoints', 'thresholds', 'checks', 'quick', 'attempts', 'compose-files', 'database-url', 'timeout', 'server']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.string({ maxLength: 40 }), async (name, text) => {
        expect(['accepted', 'user error']).toContain(await outcome({ inputs: { [name]: text } }))
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    )
  }, 30_000)

  test.each([
    ['half a million brackets', '['.repeat(500_000)],
    ['a deep block list', '- '.repeat(20_000)],
    ['a deep flow mapping', `${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['ten thousand aliases', `a: &a 1\nb: [${'*a,'.repeat(10_000)}]\n`],
    ['many anchors', Array.from({ length: 20_000 }, (_, index) => `- &a${index} x`).join('\n')],
    ['one long line', `server: ${'x'.repeat(900_000)}`],
  ])('%s within 5 s of CPU', async (_, file) => {
    const cpuTime = startCpuTime()
    expect(await outcome({ file })).toBe('user error')
    expect(cpuTime()).toBeLessThan(5_000)
  })

  test('a key named __proto__ changes nothing', async () => {
    expect(await outcome({ file: '__proto__: { quick: true }\n' })).toBe('user error')
    expect(await outcome({ file: 'health-check: { thresholds: { __proto__: { cpu: 1 } } }\n' })).toBe('user error')
    expect(({} as { quick?: unknown }).quick).toBeUndefined()
  })
})

describe('names are replaced only in secrets', () => {
  const marker = 'value-of-the-environment'

  test('wherever ${NAME} stands elsewhere, its value does not get into the options', async () => {
    const places: readonly ((text: string) => string)[] = [
      (text) => `server: "${text}"`,
      (text) => `compose: { directory: "${text}", files: ["${text}"] }`,
      (text) => `database: { name: "${text}", user: "${text}", service: "${text}" }`,
      (text) => `contacts: { technical: ["${text}"] }`,
      (text) => `health-check: { endpoints: [{ url: https://a.example, name: "${text}" }] }`,
      (text) => `health-check: { endpoints: ["https://a.example/${text}"] }`,
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...places),
        fc.string({ maxLength: 5, unit: fc.constantFrom('a', 'B', '-') }),
        async (place, around) => {
          const file = place(`${around}\${NAME}${around}`)
          const told = await parseTold({ file, environment: { NAME: marker } }).then(
            ({ common, options, secrets }) => JSON.stringify([common, options, secrets]),
            (error: unknown) => (isUserError(error) ? error.message : Promise.reject(error)),
          )
          expect(told).not.toContain(marker)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a secret never stands in a mistake, wherever it was written', async () => {
    const files = [
      'health-check: { password: ["${NAME}"] }',
      'health-check: { password: { a: "${NAME}" } }',
      'database: { url: "${NAME}" }',
      'database: { url: "x${NAME}" }',
      'notify: [{ slack: ["${NAME}"] }]',
    ]
    for (const file of files) {
      const error: unknown = await parseTold({ file, environment: { NAME: marker } }).catch((one: unknown) => one)
      expect(isUserError(error)).toBe(true)
      expect(String(error)).not.toContain(marker)
    }
  })
})

describe('places in YAML', () => {
  const text = 'a:\n  - b: 1\n    c: [x, { d: y }]\n  - *nobody\n'.replace('*nobody', 'z')
  test.each([
    { path: ['a'], part: 'key' as const, place: { line: 1, column: 1 } },
    { path: ['a', 0, 'b'], part: 'key' as const, place: { line: 2, column: 5 } },
    { path: ['a', 0, 'b'], part: 'value' as const, place: { line: 2, column: 8 } },
    { path: ['a', 0, 'c', 1, 'd'], part: 'value' as const, place: { line: 3, column: 17 } },
    { path: ['a', 0, 'c', 1, 'missing', 'deeper'], part: 'value' as const, place: { line: 3, column: 12 } },
    { path: ['a', 1], part: 'value' as const, place: { line: 4, column: 5 } },
    { path: ['other'], part: 'value' as const, place: { line: 1, column: 1 } },
  ])('$path, its $part', async ({ path, part, place }) => {
    const read = await readYaml(text)
    expect('place' in read && read.place(path, part)).toEqual(place)
  })
})
