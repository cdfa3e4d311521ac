import { z } from 'zod'
import type { JsonValue } from '../../contract/json.ts'

/** More digits than a number keeps on its way: two of them could not be told apart. */
const mostDigits = 15

const isExact = (value: number): boolean =>
  Number.isInteger(value)
    ? Number.isSafeInteger(value)
    : Number.isFinite(value) && (value.toExponential().split('e')[0] ?? '').replace(/\D/g, '').length <= mostDigits

type Mistake = { readonly path: readonly (string | number)[]; readonly message: string }

const mistakesIn = (value: unknown, path: readonly (string | number)[]): readonly Mistake[] => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return []
  if (typeof value === 'number')
    return isExact(value) ? [] : [{ path, message: `a number with more digits than can be compared (${mostDigits})` }]
  if (Array.isArray(value)) return value.flatMap((item, index) => mistakesIn(item, [...path, index]))
  if (typeof value !== 'object') return [{ path, message: 'is no JSON' }]
  return Object.entries(value).flatMap(([key, item]) => mistakesIn(item, [...path, key]))
}

/** JSON that is compared as it is written: no key of it is dropped (`__proto__` is one), and no digit. */
export const comparableJson = (): z.ZodType<JsonValue, JsonValue> =>
  (z.unknown() as unknown as z.ZodType<JsonValue, JsonValue>).check((payload) => {
    for (const { path, message } of mistakesIn(payload.value, []))
      payload.issues.push({ code: 'custom', input: payload.value, path: [...path], message, continue: true })
  })
