import { idsDisturbedByWork } from './finding-ids.generated.ts'
import { currentId } from './renamed.ts'

type Disturbed = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

/** A finding in the words of any release. `key`: its subject. */
export type FindingWords = { readonly action: string; readonly id: string; readonly key: string }

/**
 * Whether Ronde's own work may explain a finding of a release that did not say so, by what its part declares today. That a check could not
 * look is explained where any of its ids is.
 */
export const mayBeOwnWork = ({ action, id, key }: FindingWords, disturbed: Disturbed = idsDisturbedByWork): boolean => {
  const checks = Object.hasOwn(disturbed, action) ? (disturbed[action] ?? {}) : {}
  const [, unseen] = /^check\/([\w-]{1,40})$/.exec(key) ?? []
  if (unseen !== undefined) return Object.hasOwn(checks, unseen)
  return Object.values(checks).some((ids) => ids.includes(currentId(id)))
}
