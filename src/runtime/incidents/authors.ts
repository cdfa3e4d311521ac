import type { State } from '../../contract/context.ts'
import { isAuthor } from '../../incidents/marker.ts'
import type { IncidentLog, ServerInput } from './model.ts'

type Notes = Pick<State, 'note' | 'setNote'>

const noteKey = 'incidents.author'
/** As GitHub makes logins, of people and of apps. */
const login = /^[a-z\d](?:[a-z\d-]{0,60})(?:\[bot\])?$/i

const alsoBy = (judged: ServerInput, author: string): ServerInput => {
  const { authors } = judged.options
  if (!login.test(author) || isAuthor(authors, author)) return judged
  return { ...judged, silencers: judged.silencers ?? authors, options: { ...judged.options, authors: [...authors, author] } }
}

/**
 * With the author that an earlier run learned from GitHub's answer to its own write: the token of an app cannot ask who it is. Its issues are
 * ours; what it silences is not heeded, since no other server and no job without state could know of it.
 */
export const withLearnedAuthor = (all: readonly ServerInput[], state: Notes): readonly ServerInput[] => {
  const learned = state.note(noteKey) ?? ''
  return all.map((one) => alsoBy(one, learned))
}

/** With the author of this run's writes, remembered for the next ones. */
export const withAuthor = (
  all: readonly ServerInput[],
  author: string | undefined,
  { state, say }: Pick<IncidentLog, 'say'> & { readonly state: Notes },
): readonly ServerInput[] => {
  const known = all.map((one) => alsoBy(one, author ?? ''))
  if (author === undefined || known.every((one, index) => one === all[index])) return all
  state.setNote(noteKey, author)
  say(`incidents: they are written as ${author}, which counts as an author from now on; say so in incidents.authors where no state is kept`)
  return known
}
