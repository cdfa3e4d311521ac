import type { JsonValue } from '../../../../contract/json.ts'

const longest = 120

const written = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? 'missing'
  } catch {
    // Reading JSON needs no stack, writing it does: a server may nest a hundred thousand lists.
    return 'nested too deeply to be shown'
  }
}

const short = (value: unknown): string => {
  const text = written(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const step = (path: string, key: string | number): string =>
  typeof key === 'number' ? `${path}[${key}]` : /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const differs = (expected: JsonValue, actual: unknown, path: string): string | undefined => {
  const otherwise = `${path} is ${short(actual)}, expected ${short(expected)}`
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return otherwise
    return firstOf(expected.keys(), (index) => differs(expected[index], actual[index], step(path, index)))
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return otherwise
    return firstOf(Object.keys(expected), (key) =>
      differs(expected[key] as JsonValue, Object.hasOwn(actual, key) ? actual[key] : undefined, step(path, key)),
    )
  }
  return expected === actual ? undefined : otherwise
}

const firstOf = <Key>(keys: Iterable<Key>, find: (key: Key) => string | undefined): string | undefined => {
  for (const key of keys) {
    const found = find(key)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Where a JSON value first lacks what is expected, in words; `undefined` when it has all of it. Objects are compared by the expected keys,
 * lists item by item (and must be as long), everything else by equality.
 */
export const jsonDifference = (expected: JsonValue, actual: unknown): string | undefined => differs(expected, actual, '$')
