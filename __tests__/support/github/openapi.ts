import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Ajv, { type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { OperationId } from './operations.ts'

/** The parts of a JSON schema that are read here; ajv reads the others. */
export type Schema = {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly nullable?: boolean
  readonly enum?: readonly unknown[]
  readonly minItems?: number
  readonly minLength?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}
type Message = { readonly required?: boolean; readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }
type Parameter = {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Schema
  /** Its value may hold slashes. */
  readonly 'x-multi-segment'?: boolean
}
type Reference = { readonly $ref: string }
type RawOperation = {
  readonly operationId: OperationId
  readonly parameters?: readonly (Parameter | Reference)[]
  readonly requestBody?: Message
  readonly responses: Readonly<Record<string, Message | Reference>>
}
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> } & Readonly<Record<string, Readonly<Record<string, object>>>>
}

export type Operation = {
  readonly id: OperationId
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Schema | undefined
  readonly bodyRequired: boolean
  /** The JSON schema of each documented status; `undefined` when it has no body. */
  readonly responses: Readonly<Record<string, Schema | undefined>>
}

/** ajv's dialect: `nullable` needs a type beside it, nullable enums need `null`, `oneOf` branches of the description overlap. */
const toDialect = <T>(value: T, namesBelow = false): T => dialectOf(value, namesBelow) as T
const dialectOf = (value: unknown, namesBelow: boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => dialectOf(item, false))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => namesBelow || (key !== 'discriminator' && key !== 'nullable'))
  const renamed = entries.map(([key, child]) => [
    !namesBelow && key === 'oneOf' ? 'anyOf' : key,
    key === '$ref' ? `github${String(child)}` : dialectOf(child, !namesBelow && key === 'properties'),
  ])
  const schema: Schema = Object.fromEntries(renamed)
  if (namesBelow || !('nullable' in value) || value.nullable !== true) return schema
  if (schema.type === undefined) return { anyOf: [schema, { type: 'null' }] }
  return { ...schema, nullable: true, ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null] }) }
}

/** Both shapes are taken: a bare array, or an object of one. */
const labelsBody = (minItems: number): Schema => {
  const labels = { type: 'array', minItems, items: { type: 'string' } }
  return { anyOf: [labels, { type: 'object', properties: { labels } }] }
}
/** `created` takes ranges such as `>=2026-11-01` too. */
const withRanges = (operation: Operation): Operation => ({
  ...operation,
  parameters: operation.parameters.map((one) => (one.name === 'created' ? Object.assign({}, one, { schema: { type: 'string' } }) : one)),
})
/** Where the description says less, or more, than GitHub does. */
const corrections: Partial<Record<OperationId, (operation: Operation) => Operation>> = {
  'issues/add-labels': (operation) => ({ ...operation, body: labelsBody(1) }),
  'issues/set-labels': (operation) => ({ ...operation, body: labelsBody(0) }),
  'actions/list-workflow-runs': withRanges,
  'actions/list-workflow-runs-for-repo': withRanges,
}

const jsonSchema = (message: Message | undefined): Schema | undefined => {
  const schema = message?.content?.['application/json']?.schema
  return schema === undefined ? undefined : toDialect(schema)
}

const readOperations = (document: Document): readonly Operation[] => {
  const follow = <T extends object>(value: T | Reference): T => {
    if (!('$ref' in value)) return value
    const [, , kind = '', name = ''] = value.$ref.split('/')
    return document.components[kind]?.[name] as T
  }
  const parameterOf = (value: Parameter | Reference): Parameter => {
    const parameter = follow<Parameter>(value)
    return Object.assign({}, parameter, { schema: toDialect(parameter.schema) })
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, one]): Operation => ({
        id: one.operationId,
        method: method.toUpperCase(),
        path,
        parameters: (one.parameters ?? []).map(parameterOf),
        body: jsonSchema(one.requestBody),
        bodyRequired: one.requestBody?.required === true,
        responses: Object.fromEntries(
          Object.entries(one.responses).map(([status, message]) => [status, jsonSchema(follow<Message>(message))]),
        ),
      }),
    ),
  )
  return operations.map((operation) => corrections[operation.id]?.(operation) ?? operation)
}

const createAjv = (components: object, coerceTypes: boolean) => {
  const ajv = new Ajv.default({ coerceTypes, strict: true, strictTypes: false, validateSchema: false, meta: false })
  addFormats.default(ajv)
  ajv.addFormat('timestamp', { type: 'number', validate: Number.isSafeInteger })
  ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger })
  ajv.addFormat('repo.nwo', /^[\w.-]+\/[\w.-]+$/)
  ajv.addVocabulary(['components', 'example'])
  return ajv.addSchema({ $id: 'github', components })
}

const pathPattern = (operation: Operation): RegExp => {
  const isLong = (name: string) => operation.parameters.some((one) => one.name === name && one['x-multi-segment'] === true)
  const pattern = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => (isLong(name) ? '(.+)' : '([^/]+)'))
  return new RegExp(`^${pattern}$`)
}

/** GitHub's description as far as Ronde uses it; schemas are compiled when they are first needed. */
export const loadDescription = () => {
  const document: Document = JSON.parse(readFileSync(join(import.meta.dirname, 'openapi.fixture.json'), 'utf8'))
  const operations = readOperations(document)
  const schemas = toDialect(document.components.schemas, true)
  const strict = createAjv({ schemas }, false)
  const coercing = createAjv({ schemas }, true)
  const compiled = new Map<Schema, ValidateFunction>()
  const patterns = operations.map((operation) => [operation, pathPattern(operation)] as const)

  /** What is wrong with a value, or nothing. `text`: a word of a query or a path, read as the type that it stands for. */
  const check = (schema: Schema, value: unknown, kind: 'json' | 'text' = 'json'): string | undefined => {
    const ajv = kind === 'json' ? strict : coercing
    const validate = compiled.get(schema) ?? ajv.compile(kind === 'json' ? schema : { type: 'object', properties: { value: schema } })
    compiled.set(schema, validate)
    return validate(kind === 'json' ? value : { value }) ? undefined : ajv.errorsText(validate.errors, { dataVar: '' })
  }
  const match = (method: string, path: string) => {
    for (const [operation, pattern] of patterns) {
      const found = operation.method === method ? pattern.exec(path) : null
      if (found === null) continue
      const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((one) => one[1] ?? '')
      return { operation, parameters: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(found[at + 1] ?? '')])) }
    }
    return undefined
  }
  const resolve = (schema: Schema): Schema => {
    const name = schema.$ref?.split('/').at(-1)
    return name === undefined ? schema : resolve(schemas[name] ?? {})
  }
  return { operations, check, match, resolve, schema: (name: string): Schema => ({ $ref: `github#/components/schemas/${name}` }) }
}
export type Description = ReturnType<typeof loadDescription>
