/** The largest of many values; `Math.max(...values)` overflows the stack at a hundred thousand. */
export const largest = (values: Iterable<number>, least = 0): number => {
  let most = least
  for (const value of values) if (value > most) most = value
  return most
}
