import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { branches, definition, descriptionOf } from '../../../src/core/options/accepts.ts'
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
