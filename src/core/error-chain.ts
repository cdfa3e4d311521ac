import { shorten } from './text/plain.ts'

const maxDepth = 8
const maxParts = 32
const maxMessageChars = 2_000

/** Reads a property of a thrown value; its getter may throw as well. */
const read = (error: object, key: string): unknown => {
  try {
    return Reflect.get(error, key)
  } catch {
    // A hostile or broken getter: the property is told as absent, for an error about an error helps nobody.
    return undefined
  }
}

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

const plainValue = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value) ?? Object.prototype.toString.call(value)
  } catch {
    // Cyclic, or with a throwing getter: only its kind can be told.
    return Object.prototype.toString.call(value)
  }
}

/** `message (CODE)`; the name where there is no message (an AggregateError of failed connections has none). */
const oneMessage = (error: unknown): string => {
  if (!Error.isError(error)) return shorten(plainValue(error), maxMessageChars)
  const code = text(read(error, 'code'))
  const message = text(read(error, 'message')) || text(read(error, 'name')) || 'Error'
  return shorten(code === '' || message.includes(code) ? message : `${message} (${code})`, maxMessageChars)
}

type Part = { readonly depth: number; readonly error: unknown }

const below = (error: unknown): readonly unknown[] => {
  if (!Error.isError(error)) return []
  const errors = read(error, 'errors')
  const cause = read(error, 'cause')
  return [...(Array.isArray(errors) ? errors.slice(0, maxParts) : []), ...(cause === undefined ? [] : [cause])]
}

/** The error, what it aggregates and its causes, each once, in reading order. */
const parts = (error: unknown): readonly Part[] => {
  const seen = new Set<unknown>()
  const found: Part[] = []
  const visit = (part: Part): void => {
    if (seen.has(part.error) || part.depth >= maxDepth || found.length >= maxParts) return
    seen.add(part.error)
    found.push(part)
    for (const next of below(part.error)) visit({ depth: part.depth + 1, error: next })
  }
  visit({ depth: 0, error })
  return found
}

/** The messages of an error and of its whole chain of causes, joined by `: `, bounded. Not yet redacted. */
export const errorText = (error: unknown, maxChars = 4_000): string => {
  const told: string[] = []
  for (const { error: one } of parts(error)) {
    const message = oneMessage(one)
    if (!told.some((earlier) => earlier.includes(message))) told.push(message)
  }
  return shorten(told.join(': '), maxChars)
}

const stackOf = (error: unknown): string => {
  const stack = Error.isError(error) ? text(read(error, 'stack')) : ''
  const message = oneMessage(error)
  return stack.includes(message) ? stack : [message, stack].filter((one) => one !== '').join('\n')
}

/** A bug in full, several lines: every error of the chain with its stack, bounded. Not yet redacted. */
export const describeBug = (error: unknown, maxChars = 20_000): string => {
  const told = parts(error).map(({ depth, error: one }) => (depth === 0 ? '' : 'caused by: ') + shorten(stackOf(one), maxChars))
  return shorten(told.join('\n'), maxChars)
}
