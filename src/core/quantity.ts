/** Quantities as people read them: a number, a space, a unit. How options are written (`200ms`, `80%`) is in `core/options/`. */

const rounded = (value: number, digits: number): string => String(Number(value.toFixed(digits)))

const secondMs = 1000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const pair = (ms: number, [big, bigMs]: readonly [string, number], [small, smallMs]: readonly [string, number]): string => {
  const smalls = Math.round(ms / smallMs)
  const ratio = bigMs / smallMs
  const rest = smalls % ratio
  return rest === 0 ? `${smalls / ratio} ${big}` : `${Math.floor(smalls / ratio)} ${big} ${rest} ${small}`
}

/** `38 ms`, `1.4 s`, `12 min 5 s`, `3 h 12 min`, `9 d 3 h`. */
export const formatDuration = (ms: number): string => {
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms < 10) return `${rounded(ms, 1)} ms`
  if (ms < 999.5) return `${rounded(ms, 0)} ms`
  if (ms < minuteMs - 50) return `${rounded(ms / secondMs, 1)} s`
  if (ms < hourMs - 500) return pair(ms, ['min', minuteMs], ['s', secondMs])
  if (ms < dayMs - 30 * secondMs) return pair(ms, ['h', hourMs], ['min', minuteMs])
  return pair(ms, ['d', dayMs], ['h', hourMs])
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Decimal units, as disks are sold: `612 MB`, `2.1 GB`. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 0) return `-${formatBytes(-bytes)}`
  const step = byteUnits.findIndex((_, index) => bytes < 999.5 * 1000 ** index)
  const index = step === -1 ? byteUnits.length - 1 : step
  const value = bytes / 1000 ** index
  return `${rounded(value, index === 0 || value >= 100 ? 0 : 1)} ${byteUnits[index]}`
}

/** A fraction of 1 as `80 %`, `99.4 %`; `digits` after the point. */
export const formatPercent = (fraction: number, digits = 1): string => `${rounded(fraction * 100, digits)} %`
