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

const mostNames = 3

/** The names of a database that somebody may have meant, also with two letters swapped: `; did you mean game or games?`, or nothing. */
export const didYouMeanOneOf = (given: string, known: readonly string[]): string => {
  const short = given.toLowerCase().slice(0, 130)
  const near = [...new Set(known)]
    .map((name) => ({ name, distance: leven(short, name.toLowerCase()) }))
    .filter(
      ({ name, distance }) => distance <= Math.max(2, Math.floor(Math.min(name.length, short.length) / 3)) && distance < name.length - 1,
    )
    .toSorted((a, b) => a.distance - b.distance)
    .filter(({ distance }, _, [best]) => distance <= (best?.distance ?? 0) + 1)
    .slice(0, mostNames)
    .map(({ name }) => name)
  const last = near.at(-1)
  if (last === undefined) return ''
  return `; did you mean ${near.length === 1 ? last : `${near.slice(0, -1).join(', ')} or ${last}`}?`
}
