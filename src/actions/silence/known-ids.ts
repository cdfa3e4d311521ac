import { UserError } from '../../contract/user-error.ts'
import { didYouMean } from '../../core/suggestion.ts'
import { matches } from '../../core/text/pattern.ts'
import { findingIds, renamedIds } from '../../incidents/finding-ids.generated.ts'

/** All that a pattern can mean: the ids of this release, and those that findings had before. */
const known: readonly string[] = [...findingIds, ...Object.keys(renamedIds)]

/** Whole ids, and `endpoint.*` for each first word. */
const written: readonly string[] = [...known, ...new Set(known.map((id) => `${id.split('.', 1)[0]}.*`))]

/** Throws a UserError for a pattern that no finding can have as its id: a silence for it would hold nothing back, and nobody would notice. */
export const refuseStrangeIds = (patterns: readonly string[]): void => {
  const strange = patterns.find((pattern) => !known.some((id) => matches(pattern, id)))
  if (strange === undefined) return
  throw new UserError(`input id: ${strange} means no finding of this release${didYouMean(strange, written)}`)
}
