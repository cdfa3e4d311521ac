import { shown } from '../../core/options/shown.ts'
import { isSecretKey } from '../../core/redact/secret-words.ts'

/** The way to a value: `['endpoints', 0, 'max-latency']`. */
export type Path = readonly (string | number)[]

const plainKey = /^[\w.-]+$/

/** A key such as `Authorization` is quoted: behind `Authorization:` the redactor would take our own message for the secret. */
const plain = (key: string): boolean => plainKey.test(key) && !isSecretKey(key)

/** `endpoints[0].max-latency`; keys of other shapes are quoted. */
export const pathText = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : plain(part) ? `.${part}` : `[${shown(part)}]`))
    .join('')
    .replace(/^\./, '')

/** A mapping as it was written: no list, no scalar. */
export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands at a path, own properties only; `undefined` when nothing does. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, part) =>
      Array.isArray(inner) ? inner[part as number] : isMapping(inner) && Object.hasOwn(inner, part) ? inner[part as string] : undefined,
    value,
  )
