import { randomUUID } from 'node:crypto'
import { changesServer } from '../contract/action.ts'
import type { Context } from '../contract/context.ts'
import { stillLeft } from './change.ts'
import { settingsOf } from './recovery-settings.ts'
import type { Prepared, Run } from './run.ts'
import type { SiteOfRun } from './site.ts'
import { underLock } from './site-lock.ts'
import { createLedger, type OpenLedger } from './state/ledger.ts'
import { pendingRecoveries } from './state/ledger-left.ts'
import type { Turn } from './turn.ts'

/** One action of a run, with what is its own. */
export type OfThisRun = {
  readonly prepared: Prepared
  readonly run: Run
  readonly of: SiteOfRun
  readonly signal: AbortSignal
  readonly deadline: number
  readonly turn: Turn
  readonly ledger: OpenLedger | undefined
}

/** A ledger that has nowhere to be: an action that must write one cannot run there. */
const noLedger: Context['ledger'] = {
  write: () => {
    throw new Error('a change needs a state folder for its ledger, and a hosted runner has none')
  },
  pending: () => [],
}

/** Where a change writes before it does; none on a hosted runner. */
export const ledgerFor = (
  { action, options, databaseUrl }: Prepared,
  { site }: SiteOfRun,
  deadline: number,
  directory: string | undefined,
) =>
  directory === undefined
    ? undefined
    : createLedger({
        directory,
        action: action.name,
        site,
        settings: settingsOf(options, databaseUrl),
        run: randomUUID(),
        now: Date.now(),
        deadline,
      })

const writable = (ledger: OpenLedger, turn: Turn): Context['ledger'] => ({
  pending: () => ledger.pending(),
  write: (entry) => {
    if (turn.isOver()) throw new Error('the turn of this action is over: nothing more is begun')
    ledger.write(entry)
  },
})

export const exclusivelyFor =
  ({ run, of, prepared, deadline }: OfThisRun): Context['exclusively'] =>
  async (work) => {
    const { stateDirectory, holdsLock } = run
    // A hosted runner has no server of its own that anybody else could be at work on.
    if (holdsLock || changesServer(prepared.action) || stateDirectory === undefined) return { kind: 'done', value: await work() }
    const done = await underLock({ directory: stateDirectory, of, what: prepared.action.name, deadline }, async () => {
      const { recoveries, troubles } = stillLeft({ run, of })
      const cause = recoveries.length + troubles.length > 0 ? 'an earlier change of this project is not recovered yet' : undefined
      return cause === undefined ? { value: await work() } : { cause }
    })
    if (done.kind === 'refused') return done
    return 'value' in done.value
      ? { kind: 'done', value: done.value.value }
      : { kind: 'refused', cause: done.value.cause, advice: 'see the finding recovery.pending of health-check' }
  }

export const recoveriesOf = ({ stateDirectory, repository, recoverer }: Run): ReturnType<Context['recoveries']> =>
  stateDirectory === undefined ? { recoveries: [], troubles: [] } : pendingRecoveries(stateDirectory, { repository, ...recoverer })

/** The ledger as the action has it: once its turn is over nothing new is begun. */
export const ledgerOf = ({ ledger, turn }: Pick<OfThisRun, 'ledger' | 'turn'>): Context['ledger'] =>
  ledger === undefined ? noLedger : writable(ledger, turn)
