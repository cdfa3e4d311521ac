import type { Description, Schema } from './openapi.ts'

const texts: Record<string, string> = {
  uri: 'https://github.com/quiz/operations',
  'date-time': '2026-11-22T00:00:00Z',
  email: 'octocat@users.noreply.github.com',
}

const byType = (description: Description, schema: Schema): unknown => {
  const types: Record<string, () => unknown> = {
    string: () => texts[schema.format ?? ''] ?? 'text'.padEnd(schema.minLength ?? 0, '0'),
    integer: () => 1,
    number: () => 1,
    boolean: () => false,
    array: () => [],
  }
  return (types[schema.type ?? ''] ?? (() => required(description, schema)))()
}

/** The smallest value that a schema allows; `null` where it may be. */
const sample = (description: Description, schema: Schema): unknown => {
  const resolved = description.resolve(schema)
  const branches = resolved.anyOf ?? []
  if (resolved.nullable === true || branches.some((branch) => branch.type === 'null')) return null
  if (resolved.enum !== undefined) return resolved.enum[0]
  if (branches[0] !== undefined) return sample(description, branches[0])
  const parts = resolved.allOf ?? []
  return parts.length > 0 ? Object.assign({}, ...parts.map((part) => sample(description, part))) : byType(description, resolved)
}

const required = (description: Description, schema: Schema, known: object = {}): Record<string, unknown> => {
  const missing = (schema.required ?? []).filter((name) => !(name in known))
  return Object.fromEntries(missing.map((name) => [name, sample(description, schema.properties?.[name] ?? {})]))
}

/** An entity of GitHub's: what we know, and for the rest the properties that its schema requires, so that it follows the description. */
export const fill = (description: Description, schemaName: string, known: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const schema = description.resolve(description.schema(schemaName))
  return { ...required(description, schema, known), ...known }
}
