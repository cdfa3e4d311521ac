const levels = '▁▂▃▄▅▆▇'

/** A trend in text, oldest first, drawn from zero so that noise looks like noise; a value that is not a number is a gap. */
export const sparkline = (values: readonly number[]): string => {
  const known = values.filter((value) => Number.isFinite(value))
  const low = known.reduce((least, value) => Math.min(least, value), 0)
  const high = known.reduce((most, value) => Math.max(most, value), low)
  const level = (value: number): string =>
    levels[high === low ? 0 : Math.round(((value - low) / (high - low)) * (levels.length - 1))] ?? '·'
  return values.map((value) => (Number.isFinite(value) ? level(value) : '·')).join('')
}
