import { stringify } from 'yaml'
import type { z } from 'zod'
import { accepts, branches, defaultOf, definition, descriptionOf } from '../../src/core/options/accepts.ts'
import { flowText } from '../../src/core/options/flow-text.ts'

/** A row of a table of options. */
export type Described = {
  readonly name: string
  readonly description: string
  readonly fallback: string
  readonly required: boolean
  readonly example: string
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** A default as it would be written. One in the parsed form (`.default(30000)` of a duration) would be shown wrongly: a bug. */
export const fallbackOf = (name: string, schema: z.ZodType): string => {
  const value = defaultOf(schema)
  if (isEmpty(value)) return ''
  const written: readonly string[] = [...accepts(schema)]
  if (typeof value === 'number' && !written.includes('number'))
    throw new Error(`${name}: write its default with .prefault('…'), as a person would`)
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ')
  return stringify(value, { collectionStyle: 'flow' }).trim()
}

/** The first example of a declaration, as it is written; empty when it has none. */
export const exampleOf = (schema: z.ZodType): string => {
  const own = schema.meta()?.['examples'] as readonly unknown[] | undefined
  if (own?.[0] !== undefined) return flowText(own[0])
  const { innerType, in: first } = definition(schema)
  const next = innerType ?? first
  return next === undefined ? '' : exampleOf(next)
}

type Field = readonly [name: string, schema: z.ZodType]

/** Any JSON has no fields of its own: a choice that holds itself. Other lazy schemas are only made late. */
const holdsItself = (way: readonly z.ZodType[]): boolean =>
  way.some((one, at) => definition(one).type === 'lazy' && way.slice(at + 1).some((inner) => definition(inner).type === 'union'))

const fieldsOf = (schema: z.ZodType): readonly Field[] =>
  branches(schema).flatMap((way): readonly Field[] => {
    const { shape, element } = definition(way.at(-1) ?? schema)
    if (holdsItself(way)) return []
    if (shape !== undefined) return Object.entries(shape).map(([key, one]): Field => [`.${key}`, one])
    return element === undefined ? [] : fieldsOf(element).map(([key, one]): Field => [`[]${key}`, one])
  })

const isThreshold = (schema: z.ZodType): boolean => accepts(schema).has('list') && fieldsOf(schema).some(([key]) => key === '.critical')

/** An option and the described fields in it, those of list items as `endpoints[].url`. */
export const describeOption = (name: string, schema: z.ZodType): readonly Described[] => {
  const row = {
    name,
    description: descriptionOf(schema),
    fallback: fallbackOf(name, schema),
    required: !schema.safeParse(undefined).success,
    example: exampleOf(schema),
  }
  const fields = isThreshold(schema) ? [] : fieldsOf(schema)
  return [row, ...fields.flatMap(([key, one]) => describeOption(`${name}${key}`, one))]
}
