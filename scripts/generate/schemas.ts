import { z } from 'zod'
import type { Action, OptionShape } from '../../src/contract/action.ts'
import { commonShape, serverOnlyShape } from '../../src/core/options/common.ts'
import { suite } from '../../src/core/options/suite.ts'
import { reportSchema, roundReportSchema } from '../../src/core/report-schema.ts'
import { sectionOptions } from '../../src/runtime/parse/options.ts'

/** Everything in the file may be missing: an input may bring it. */
const partial = (shape: OptionShape) => z.strictObject(shape).partial()

const sections = (actions: readonly Action[]): Readonly<Record<string, z.ZodType>> => {
  const known = new Map(
    actions.map((action) => [action.name, partial(sectionOptions(action)).meta({ id: action.name, description: action.description })]),
  )
  const later = (name: string) => z.looseObject({}).meta({ description: `Not in this release: ${name} is ignored.` })
  return Object.fromEntries([...new Set([...known.keys(), ...suite])].map((name) => [name, known.get(name) ?? later(name)]))
}

const roundsOf = (all: Readonly<Record<string, z.ZodType>>) => {
  const named = z.enum(Object.keys(all))
  const withOptions = partial(Object.fromEntries(Object.entries(all).map(([name, section]) => [name, section.nullable()]))).meta({
    minProperties: 1,
    maxProperties: 1,
  })
  return z
    .record(z.string(), z.array(z.union([named, withOptions])))
    .meta({ id: 'rounds', description: commonShape.rounds.meta()?.description ?? '' })
}

const file = (actions: readonly Action[]) => {
  const all = sections(actions)
  const anywhere = { ...commonShape, rounds: roundsOf(all), ...all }
  const server = partial({ ...anywhere, ...serverOnlyShape }).meta({ id: 'server' })
  const servers = z.record(z.string(), server).meta({ description: 'Several servers, each with overrides of anything above.' })
  return partial({ ...anywhere, servers }).meta({ title: 'ronde.yml', description: 'Configuration of Ronde.' })
}

const withoutEmptyDefault = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
  const value: unknown = jsonSchema.default
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete jsonSchema.default
}

const printed = (schema: z.ZodType): string =>
  `${JSON.stringify(z.toJSONSchema(schema, { io: 'input', target: 'draft-7', override: withoutEmptyDefault }), null, 2)}\n`

/** `schema/ronde.schema.json`. */
export const rondeSchema = (actions: readonly Action[]): string => printed(file(actions))

/** `schema/report.schema.json`: of one action, or of a round. */
export const reportsSchema = (): string =>
  printed(
    z.union([reportSchema, roundReportSchema]).meta({ title: 'Report of Ronde', description: 'A report of one action, or of a round.' }),
  )
