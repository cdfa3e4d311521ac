import { shorten } from '../text/plain.ts'

/** The only one that Ronde needs. */
export const rondeLabel = 'ronde'

const maxLabelChars = 50
const maxLabels = 100

/** `ronde` and the user's, as GitHub takes them: named once whatever their case, 50 characters each, 100 at most. */
export const labelsFor = (own: readonly string[]): readonly string[] => {
  const names = [rondeLabel, ...own.map((one) => shorten(one.trim(), maxLabelChars)).filter((one) => one !== '')]
  const first = new Map(names.toReversed().map((one) => [one.toLowerCase(), one]))
  return names
    .filter((one) => first.get(one.toLowerCase()) === one)
    .filter((one, at, all) => all.indexOf(one) === at)
    .slice(0, maxLabels)
}
