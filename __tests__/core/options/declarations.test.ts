import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { branches, defaultOf, definition, descriptionOf } from '../../../src/core/options/accepts.ts'
import { commonShape } from '../../../src/core/options/common.ts'
import { declaredInputs, roundShape } from '../../../src/core/options/inputs.ts'
import { actions } from '../../../src/registry.generated.ts'

/** The ways to mappings that take any key: a misspelt key in them would not be told. */
const loose = (name: string, schema: z.ZodType): readonly string[] =>
  branches(schema).flatMap((way) => {
    const { shape, element, catchall, type } = definition(way.at(-1) ?? schema)
    if (way.some((one) => definition(one).type === 'lazy')) return []
    if (element !== undefined) return loose(`${name}[]`, element)
    if (shape === undefined) return []
    const isStrict = type === 'object' && catchall !== undefined && definition(catchall).type === 'never'
    return [...(isStrict ? [] : [name]), ...Object.entries(shape).flatMap(([key, one]) => loose(`${name}.${key}`, one))]
  })

const declarations: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  common: commonShape,
  run: roundShape,
  ...Object.fromEntries(await Promise.all(Object.entries(actions).map(async ([name, load]) => [name, (await load()).action.options]))),
}

describe.each(Object.keys(declarations))('the options of %s', (name) => {
  const options = Object.entries(declarations[name] ?? {})

  test('are all described', () => {
    expect(options.filter(([, schema]) => descriptionOf(schema) === '').map(([key]) => key)).toEqual([])
  })

  test('know all their keys, so that a misspelt one is told', () => {
    expect(options.flatMap(([key, schema]) => loose(key, schema))).toEqual([])
  })
})

/** Every option and what stands below it, with the limits of `thresholds`, which are only made when one is written. */
const everyField = (name: string, schema: z.ZodType): readonly (readonly [string, z.ZodType])[] => [
  [name, schema],
  ...branches(schema).flatMap((way) => {
    const { shape, element } = definition(way.at(-1) ?? schema)
    // Any JSON holds itself.
    if (name.endsWith('.json')) return []
    const inner = Object.entries(shape ?? {}).flatMap(([key, one]) => everyField(`${name}.${key}`, one))
    return element === undefined ? inner : [...inner, ...everyField(`${name}[]`, element)]
  }),
]
const fields = Object.entries(declarations).flatMap(([section, shape]) =>
  Object.entries(shape).flatMap(([name, schema]) => everyField(name, schema).map(([path, one]) => [`${section}: ${path}`, one] as const)),
)

const withUnit = /^(\d+)(ms|s|m|h|d|%|[kMGT]i?B)$/
const asNumbers = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(asNumbers)
  const [, number] = typeof value === 'string' ? (withUnit.exec(value) ?? []) : []
  return number === undefined ? value : Number(number)
}

/** The first limit of a threshold, or the value itself, as text. */
const firstText = (written: unknown): string => {
  const first: unknown = Array.isArray(written) ? written[0] : written
  return typeof first === 'string' ? first : ''
}

describe('a default in a table', () => {
  const told = fields.flatMap(([where, schema]) => {
    const [, inText] = / Default: `([^`]+)`\.$/.exec(descriptionOf(schema)) ?? []
    const written: unknown = defaultOf(schema) ?? (inText === undefined ? undefined : parse(inText))
    return written === undefined || inText?.includes('thresholds.') === true ? [] : [{ where, schema, written }]
  })

  test.each(told)('can be written: $where', ({ schema, written }) => {
    expect(schema.safeParse(written).success).toBe(true)
  })

  test.each(told.filter(({ written }) => withUnit.test(firstText(written))))(
    'is what is offered first where its unit is left out: $where',
    ({ schema, written }) => {
      const messages = schema
        .safeParse(asNumbers(written))
        .error?.issues.flatMap((one) => (one.code === 'invalid_union' ? one.errors.flat() : [one]))
      expect(messages?.map((one) => one.message).join('\n')).toContain(`write ${firstText(written)}`)
    },
  )

  test('stands in the tables of every action that has one', () => {
    expect(told.length).toBeGreaterThan(30)
  })
})

test('every option of the common part, and every input of a round, has an example that can be written', () => {
  const ofAll = fields.filter(([where]) => /^(?:common|run): /.test(where))
  const examples = ofAll.map(
    ([where, schema]) => [where, schema, (schema.meta()?.['examples'] as readonly unknown[] | undefined)?.[0]] as const,
  )
  expect(examples.filter(([where, , example]) => example === undefined && !where.endsWith('[]')).map(([where]) => where)).toEqual([])
  const names = /\$\{/
  expect(
    examples
      .filter(([, schema, example]) => example !== undefined && !names.test(JSON.stringify(example)) && !schema.safeParse(example).success)
      .map(([where]) => where),
  ).toEqual([])
})

describe('every action', () => {
  test.each(Object.entries(actions))('%s has inputs of different names', async (name, load) => {
    const { action } = await load()
    expect(declaredInputs(action).length).toBeGreaterThan(0)
    expect(action.name).toBe(name)
  })
})

test('a mapping that takes any key is found', () => {
  expect(loose('x', z.array(z.object({ a: z.looseObject({}) })))).toEqual(['x[]', 'x[].a'])
})
