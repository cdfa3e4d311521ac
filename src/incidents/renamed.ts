import type { History } from '../contract/history.ts'
import { renamedIds as ofThisRelease } from './finding-ids.generated.ts'

/** Ids that findings had before, each with the one that it has now: open incidents, their past and silences are found by both. */
export type RenamedIds = Readonly<Record<string, string>>
export const renamedIds: RenamedIds = ofThisRelease

/** The id that a finding has now. */
export const currentId = (id: string, renamed: RenamedIds = renamedIds): string => (Object.hasOwn(renamed, id) ? (renamed[id] ?? id) : id)

/** An id, then those that it had before. */
export const idsOf = (id: string, renamed: RenamedIds = renamedIds): readonly string[] => [
  id,
  ...Object.keys(renamed).filter((old) => renamed[old] === id),
]

/** A past that was kept under the ids of its time. Of two words of one run that of the id of now counts. */
export const withFormerIds = <Past extends Pick<History, 'statuses'>>(history: Past, renamed: RenamedIds = renamedIds): Past => ({
  ...history,
  statuses: (id, subject, limit) => {
    const [now, ...former] = idsOf(id, renamed)
    if (now === undefined || former.length === 0) return history.statuses(id, subject, limit)
    const words = [...former, now].flatMap((one) => history.statuses(one, subject, limit))
    const byTime = new Map(words.map((one) => [one.at, one]))
    return [...byTime.values()].toSorted((a, b) => b.at - a.at).slice(0, limit)
  },
})
