import type { Description, Operation, Schema } from './openapi.ts'

/** GitHub answers so without saying it in the description of each operation; the body then is a `message`. */
const isUndocumented = (status: number) => [401, 403, 404, 410, 422, 429].includes(status) || status >= 500

/** The names that a schema declares for an object, over all its branches; `undefined` when it takes any. */
const declaredNames = (description: Description, schema: Schema): readonly string[] | undefined => {
  const resolved = description.resolve(schema)
  const own = resolved.properties === undefined ? undefined : Object.keys(resolved.properties)
  const branches = [...(resolved.anyOf ?? []), ...(resolved.allOf ?? [])]
  if (branches.length === 0) return resolved.additionalProperties === undefined ? own : undefined
  const names = branches.map((branch) => declaredNames(description, branch)).filter((one) => one !== undefined)
  return names.length === 0 ? undefined : [...names.flat(), ...(own ?? [])]
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The description lets any key pass; one that it does not name is a slip. */
const unknownKeys = (description: Description, schema: Schema, value: unknown): readonly string[] => {
  const { items } = description.resolve(schema)
  if (Array.isArray(value)) return items === undefined ? [] : value.flatMap((item) => unknownKeys(description, items, item))
  const names = isObject(value) ? declaredNames(description, schema) : undefined
  return names === undefined || !isObject(value) ? [] : Object.keys(value).filter((key) => !names.includes(key))
}

const checkJson = (description: Description, where: string, schema: Schema, value: unknown): readonly string[] => {
  const wrong = description.check(schema, value)
  const unknown = unknownKeys(description, schema, value).map((key) => `${where} has the undocumented key ${key}`)
  return wrong === undefined ? unknown : [`invalid ${where}:${wrong}`, ...unknown]
}

const checkText = (description: Description, where: string, schema: Schema, value: string): readonly string[] => {
  const wrong = description.check(schema, value, 'text')
  return wrong === undefined ? [] : [`${where}: ${wrong}`]
}

export type Asked = {
  readonly operation: Operation
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
}

const queryFaults = (description: Description, operation: Operation, query: URLSearchParams): readonly string[] => {
  const declared = operation.parameters.filter((one) => one.in === 'query')
  const wrong = [...query].flatMap(([name, value]) => {
    const schema = declared.find((one) => one.name === name)?.schema
    return schema === undefined ? [`unknown query ${name}`] : checkText(description, `query ${name}`, schema, value)
  })
  const missing = declared.filter((one) => one.required === true && !query.has(one.name)).map((one) => `query ${one.name} is missing`)
  const tooMany = Number(query.get('per_page') ?? 0) > 100 ? ['query per_page: GitHub gives at most 100'] : []
  return [...wrong, ...missing, ...tooMany]
}

const bodyFaults = (description: Description, operation: Operation, body: unknown): readonly string[] => {
  if (body === undefined) return operation.bodyRequired ? ['invalid body: it is missing'] : []
  return operation.body === undefined ? ['invalid body: the operation takes none'] : checkJson(description, 'body', operation.body, body)
}

/** What in a request GitHub's description does not know or does not allow. */
export const requestViolations = (description: Description, { operation, parameters, query, body }: Asked): readonly string[] => [
  ...operation.parameters
    .filter((one) => one.in === 'path')
    .flatMap((one) => checkText(description, `path ${one.name}`, one.schema, parameters[one.name] ?? '')),
  ...queryFaults(description, operation, query),
  ...bodyFaults(description, operation, body),
]

/** What in an answer GitHub would not send: the stand-in checks itself. */
export const responseViolations = (description: Description, operation: Operation, status: number, body: unknown): readonly string[] => {
  const where = `answer ${status}`
  const isError = isUndocumented(status) && isObject(body) && typeof body['message'] === 'string'
  if (isError) return []
  if (!(String(status) in operation.responses)) return [`${where} is not documented for ${operation.id}`]
  if (status >= 300) return [`${where} has no message`]
  const schema = operation.responses[String(status)]
  if (schema === undefined) return body === undefined ? [] : [`${where} has a body`]
  return checkJson(description, where, schema, body)
}
