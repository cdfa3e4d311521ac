/** Reading what the driver gives: text as it is, numbers as `float8` or `int8`, times as milliseconds of the server's own clock. */

/** At most `most` characters; empty when it is no text. */
export const textCell = (value: unknown, most = 1_000): string => (typeof value === 'string' ? value.slice(0, most) : '')

export const numberCell = (value: unknown): number => Number(value ?? 0)

export const optionalCell = (value: unknown): number | undefined => (value === null || value === undefined ? undefined : Number(value))

/** An SQL expression: milliseconds since a moment of the server. */
export const sinceMs = (moment: string): string => `(extract(epoch FROM clock_timestamp() - ${moment}) * 1000)::float8`
