import leven from 'leven'

/** The known name that somebody may have meant: few letters apart, or the same but for `-`, `_` and case. */
export const nearestName = (given: string, known: readonly string[]): string | undefined => {
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '-')
  const distances = known.map((name) => ({ name, distance: leven(plain(given).slice(0, 100), plain(name)) }))
  const [best] = distances.toSorted((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined
}

/** `; did you mean max-latency?`, or nothing. */
export const didYouMean = (given: string, known: readonly string[]): string => {
  const found = nearestName(given, known)
  return found === undefined ? '' : `; did you mean ${found}?`
}
