import { z } from 'zod'
import type { State } from '../../contract/context.ts'
import { jsonValue } from '../../core/read-json.ts'
import { identityOf, readMarker } from '../../incidents/marker.ts'
import type { ReconcileInput } from '../../incidents/model.ts'

type Notes = Pick<State, 'note' | 'setNote'>

const noteKey = 'incidents.seen'
const mostIdentities = 1_000
const shape = z.object({
  /** Undefined when it was never asked. */
  public: z.boolean().optional(),
  open: z.array(z.string().max(100)).max(mostIdentities),
})

/** What GitHub said when it was reached last: whether the repository is public, and which incidents are open. */
export type SeenBefore = Readonly<z.output<typeof shape>>

/** Nothing without a state: then nobody knows. */
export const recallSeen = (state: Notes): SeenBefore => shape.safeParse(jsonValue(state.note(noteKey) ?? '')).data ?? { open: [] }

const openIdentities = (inputs: readonly ReconcileInput[]): readonly string[] => {
  const [first] = inputs
  const authors = inputs.flatMap((one) => one.options.authors)
  const read = (first?.issues.open ?? []).map((issue) => readMarker(issue, authors, first?.renamed))
  return [...new Set(read.flatMap((one) => (one.kind === 'ours' ? [identityOf(one.marker)] : [])))].slice(0, mostIdentities)
}

/** Remembered for a run that cannot reach GitHub; `isPublic` undefined when this run had no need to ask. `created`: what this run opened. */
export const rememberSeen = (
  state: Notes,
  inputs: readonly ReconcileInput[],
  { isPublic, created }: { readonly isPublic: boolean | undefined; readonly created: Iterable<string> },
): void => {
  const known = isPublic ?? recallSeen(state).public
  const open = [...new Set([...openIdentities(inputs), ...created])]
  const note = JSON.stringify({ ...(known === undefined ? {} : { public: known }), open } satisfies SeenBefore)
  if (note !== state.note(noteKey)) state.setNote(noteKey, note)
}
