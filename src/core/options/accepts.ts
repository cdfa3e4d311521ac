import type { z } from 'zod'

/** What may be written for an option, seen from `ronde.yml`. */
export type Kind = 'text' | 'number' | 'boolean' | 'list' | 'mapping' | 'anything'

/** The parts of zod's definitions that are read here; a schema has those of its type. */
type Definition = {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly out?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly getter?: () => z.ZodType
  readonly element?: z.ZodType
  readonly items?: readonly z.ZodType[]
  readonly rest?: z.ZodType | null
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly catchall?: z.ZodType
  readonly valueType?: z.ZodType
  readonly values?: readonly unknown[]
  readonly defaultValue?: unknown
}

export const definition = (schema: z.ZodType): Definition => schema.def

/** What is inside of `optional`, defaults, transformations and the like, on the side that is written; the schema itself when nothing is. */
const inside = (schema: z.ZodType): readonly z.ZodType[] => {
  const { type, innerType, in: first, out, options, getter } = definition(schema)
  if (type === 'pipe')
    return [first !== undefined && definition(first).type === 'transform' ? out : first].filter((one) => one !== undefined)
  if (type === 'lazy') return getter === undefined ? [] : [getter()]
  return options ?? (innerType === undefined ? [] : [innerType])
}

/** Every way down from a schema to what may be written there, unions branched, each with the wrappers that lead to it. */
export const branches = (schema: z.ZodType): readonly (readonly z.ZodType[])[] => {
  const next = inside(schema)
  return next.length === 0 ? [[schema]] : next.flatMap((one) => branches(one).map((way) => [schema, ...way]))
}

const kindOf: Readonly<Record<string, Kind>> = {
  string: 'text',
  enum: 'text',
  template_literal: 'text',
  number: 'number',
  boolean: 'boolean',
  array: 'list',
  tuple: 'list',
  object: 'mapping',
  record: 'mapping',
}

const literalKinds = (schema: z.ZodType): readonly Kind[] =>
  (definition(schema).values ?? []).map((value) => (typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'text'))

/** The kinds of value that an option takes. */
export const accepts = (schema: z.ZodType): ReadonlySet<Kind> =>
  new Set(
    branches(schema).flatMap((way) => {
      const last = way.at(-1) ?? schema
      return definition(last).type === 'literal' ? literalKinds(last) : [kindOf[definition(last).type] ?? 'anything']
    }),
  )

/** The schemas that may apply to a key or an index of what is written. */
export const children = (schema: z.ZodType, key: string | number): readonly z.ZodType[] =>
  branches(schema).flatMap((way) => {
    const { element, items, rest, shape, catchall, valueType } = definition(way.at(-1) ?? schema)
    const found =
      typeof key === 'number'
        ? (element ?? items?.[key] ?? rest)
        : shape && Object.hasOwn(shape, key)
          ? shape[key]
          : (valueType ?? catchall)
    return found === undefined || found === null ? [] : [found]
  })

/** The default as it would be written, looked up through `optional` and the like; `undefined` when there is none. */
export const defaultOf = (schema: z.ZodType): unknown => {
  const { type, innerType, defaultValue } = definition(schema)
  if (type === 'default' || type === 'prefault') return defaultValue
  return innerType === undefined ? undefined : defaultOf(innerType)
}

/** The description, looked up through the wrappers; empty when there is none. */
export const descriptionOf = (schema: z.ZodType): string => {
  const found = schema.meta()?.description
  if (found !== undefined) return found
  const { innerType, in: first } = definition(schema)
  const next = innerType ?? first
  return next === undefined ? '' : descriptionOf(next)
}
