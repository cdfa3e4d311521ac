import { z } from 'zod'
import type { Action, OptionShape } from '../../src/contract/action.ts'
import { commonNotYet, commonShape, serverOnlyShape } from '../../src/core/options/common.ts'
import { secrecy } from '../../src/core/options/secret.ts'
import { neverInRounds, suite } from '../../src/core/options/suite.ts'
import { reportSchema, roundReportSchema } from '../../src/core/report-schema.ts'
import { sectionOptions } from '../../src/runtime/parse/options.ts'

/** Everything in the file may be missing: an input may bring it. */
const partial = (shape: OptionShape) => z.strictObject(shape).partial()

const sections = (actions: readonly Action[]): Readonly<Record<string, z.ZodType>> => {
  const known = new Map(
    actions.map((action) => [action.name, partial(sectionOptions(action)).meta({ id: action.name, description: action.description })]),
  )
  const later = (name: string) => z.looseObject({}).meta({ description: `Not in this release: ${name} is ignored.`, deprecated: true })
  return Object.fromEntries([...new Set([...known.keys(), ...suite])].map((name) => [name, known.get(name) ?? later(name)]))
}

const roundsOf = (all: Readonly<Record<string, z.ZodType>>) => {
  const inRounds = Object.fromEntries(Object.entries(all).filter(([name]) => !(neverInRounds as readonly string[]).includes(name)))
  const named = z.enum(Object.keys(inRounds))
  const withOptions = partial(Object.fromEntries(Object.entries(inRounds).map(([name, section]) => [name, section.nullable()]))).meta({
    minProperties: 1,
    maxProperties: 1,
  })
  return z
    .record(
      z.string(),
      z
        .array(z.union([named, withOptions]))
        .min(1)
        .meta({ uniqueItems: true }),
    )
    .meta({ id: 'rounds', description: commonShape.rounds.meta()?.description ?? '' })
}

const file = (actions: readonly Action[]) => {
  const all = sections(actions)
  const anywhere = { ...commonShape, rounds: roundsOf(all), ...all }
  const server = partial({ ...anywhere, ...serverOnlyShape }).meta({ id: 'server' })
  const servers = z
    .record(z.string(), server.nullable())
    .meta({ description: 'Several servers, each with overrides of anything above.', minProperties: 1 })
  return partial({ ...anywhere, servers }).meta({ title: 'ronde.yml', description: 'Configuration of Ronde.' })
}

type JsonSchema = z.core.JSONSchema.BaseSchema

const withoutEmptyDefault = (schema: JsonSchema): void => {
  const value: unknown = schema.default
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete schema.default
}

/** Outside of secrets nothing replaces a name, and nothing anywhere an expression of a workflow. */
const withoutNames = (schema: JsonSchema, type: z.core.$ZodType): void => {
  if (schema.type !== 'string' || schema.enum !== undefined) return
  const mark = secrecy.get(type as z.ZodType)?.secrecy
  // What is around a schema has no mark of its own, and what is inside was asked before.
  if (mark === undefined && schema.not !== undefined) return
  const isReplaced = mark !== undefined && mark !== 'credentials'
  schema.not = { pattern: isReplaced ? '\\$\\{\\{' : '\\$\\{(?:\\{|[A-Za-z_])' }
}

const needed = (required: readonly string[]): JsonSchema => ({
  type: 'object',
  required: [...required],
  properties: Object.fromEntries(required.map((name) => [name, {}])),
})

/** YAML merges mappings under this key, and what is needed may stand in them. */
const withMergeKey = (schema: JsonSchema): void => {
  if (schema.type !== 'object' || schema.additionalProperties !== false) return
  schema.patternProperties = { '^<<$': {} }
  if (schema.required === undefined) return
  schema.anyOf = [schema.required, ['<<']].map(needed)
  delete schema.required
}

const printed = (schema: z.ZodType, override: (given: { jsonSchema: JsonSchema; zodSchema: z.core.$ZodType }) => void): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override })

/** A key without a value counts as not given: at the top, in a server, and in a section. */
const orNothing = (schema: JsonSchema): JsonSchema => {
  if (typeof schema.type === 'string' && schema.enum === undefined && schema.not === undefined && schema.oneOf === undefined)
    return { ...schema, type: [schema.type, 'null'] as unknown as 'string' }
  if (schema.anyOf !== undefined) return { ...schema, anyOf: [...schema.anyOf, { type: 'null' }] }
  const { description, default: usual, ...rest } = schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(usual === undefined ? {} : { default: usual }),
    anyOf: [rest, { type: 'null' }],
  }
}

const propertiesOrNothing = (schema: JsonSchema): void => {
  schema.properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, one]) => [name, typeof one === 'object' ? orNothing(one) : one]),
  )
}

const isMarked = (name: string, later: readonly string[]): boolean => later.includes(name)

/** Marks what a release takes and does not act on, for whoever completes a file. */
const markLater = (schema: JsonSchema, later: readonly string[]): void => {
  for (const [name, one] of Object.entries(schema.properties ?? {}))
    if (isMarked(name, later) && typeof one === 'object') Object.assign(one, { deprecated: true })
}

const finished = (schema: JsonSchema, actions: readonly Action[]): JsonSchema => {
  const definitions = (schema['definitions'] ?? {}) as Record<string, JsonSchema>
  markLater(schema, commonNotYet)
  if (definitions['server'] !== undefined) markLater(definitions['server'], commonNotYet)
  for (const action of actions) {
    const section = definitions[action.name]
    if (section === undefined) continue
    markLater(section, action.later ?? [])
    propertiesOrNothing(section)
  }
  for (const one of [schema, definitions['server']]) if (one !== undefined) propertiesOrNothing(one)
  return schema
}

const text = (schema: JsonSchema): string => `${JSON.stringify(schema, null, 2)}\n`

/** The schema of the file, as an object. */
export const rondeJsonSchema = (actions: readonly Action[]): JsonSchema =>
  finished(
    printed(file(actions), ({ jsonSchema, zodSchema }) => {
      withoutEmptyDefault(jsonSchema)
      withoutNames(jsonSchema, zodSchema)
      withMergeKey(jsonSchema)
    }),
    actions,
  )

/** `schema/ronde.schema.json`. */
export const rondeSchema = (actions: readonly Action[]): string => text(rondeJsonSchema(actions))

/** `schema/report.schema.json`: of one action, or of a round. */
export const reportsSchema = (): string =>
  text(
    printed(
      z.union([reportSchema, roundReportSchema]).meta({ title: 'Report of Ronde', description: 'A report of one action, or of a round.' }),
      ({ jsonSchema }) => withoutEmptyDefault(jsonSchema),
    ),
  )
