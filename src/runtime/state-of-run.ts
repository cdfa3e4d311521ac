import { type ActionFinding, type Finding, finding } from '../contract/finding.ts'
import { noHistory } from '../contract/history.ts'
import type { Instant } from '../contract/seen.ts'
import type { StateKey } from './state/record.ts'
import { openState, type StateStore } from './state/state.ts'
import type { StateTrouble } from './state/trouble.ts'

/** Without usable state a run still judges; its findings then say so. */
export type RunState = {
  readonly store: StateStore
  readonly isUsable: boolean
  readonly findings: readonly ActionFinding[]
  readonly warnings: readonly string[]
}

const unwritable = ({ cause, advice }: StateTrouble): ActionFinding => ({
  group: 'state',
  ...finding({
    id: 'state.unwritable',
    subject: 'state',
    status: 'critical',
    title: 'the state of Ronde cannot be kept',
    observed: cause,
    expected: 'a state folder that can be read and written',
    advice,
    certainty: 'hard',
    audience: 'infrastructure',
  }),
})

/** Remembers nothing: of a hosted runner, of a recovery, and where the folder cannot be used. */
export const noState: StateStore = {
  ...noHistory,
  setNote: () => {},
  noteUnder: () => undefined,
  record: async () => ({ usable: true, warnings: [] }),
  close: async () => {},
}

const without = (findings: readonly ActionFinding[]): RunState => ({ store: noState, isUsable: false, findings, warnings: [] })

/** Opens the state; a hosted runner has none (`directory` is undefined), and a broken one is a finding. */
export const openRunState = async (directory: string | undefined, key: StateKey): Promise<RunState> => {
  if (directory === undefined) return without([])
  const opened = await openState({ directory, key })
  return opened.usable ? { store: opened.state, isUsable: true, findings: [], warnings: opened.warnings } : without([unwritable(opened)])
}

/** Keeps the run's findings; gives the finding that tells when it could not, and what was wrong with the file. */
export const recordRun = async (
  { store }: RunState,
  findings: readonly Finding[],
  at: Instant,
): Promise<{ readonly findings: readonly ActionFinding[]; readonly warnings: readonly string[] }> => {
  const recorded = await store.record(findings, at)
  await store.close()
  return recorded.usable ? { findings: [], warnings: recorded.warnings } : { findings: [unwritable(recorded)], warnings: [] }
}
