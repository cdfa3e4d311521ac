import { plainLine, shorten } from '../core/text/plain.ts'

/** The one label that Ronde needs: its issues are listed by it. */
export const ownLabel = 'ronde'

const maxNameChars = 50
const maxLabels = 100

export type Labels = { readonly labels: readonly string[]; readonly warnings: readonly string[] }

/** Without the `…` that a cut text ends in. */
const cut = (name: string): string => shorten(`${name}…`, maxNameChars + 1).slice(0, -1)

const nameOf = (given: string): string => cut(plainLine(given, 1_000).trim()).trim()

/** Labels that GitHub takes: `ronde` first, names cut at 50 characters, each once whatever its case, at most 100; what was changed is told. */
export const labelsFor = (given: readonly string[]): Labels => {
  const warnings: string[] = []
  const kept = new Map([[ownLabel, ownLabel]])
  for (const one of given) {
    const name = nameOf(one)
    if (name === '') warnings.push('a label without a visible name was left out')
    else if (name !== one) warnings.push(`the label ${JSON.stringify(shorten(one, 80))} became ${JSON.stringify(name)}`)
    const key = name.toLowerCase()
    if (name !== '' && !kept.has(key)) kept.set(key, name)
  }
  const left = kept.size - maxLabels
  if (left > 0) warnings.push(`an issue takes ${maxLabels} labels: the last ${left} were left out`)
  return { labels: [...kept.values()].slice(0, maxLabels), warnings }
}
