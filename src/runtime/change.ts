import { judgeRecoveries } from '../core/pending-recovery.ts'
import { type Attempted, attempt, broken, ended, failed } from './attempt.ts'
import { recoverLeft } from './recover.ts'
import type { Prepared, Run, TurnOf } from './run.ts'
import type { SiteOfRun } from './site.ts'
import { blindTo, holdSite } from './site-lock.ts'
import type { OpenLedger } from './state/ledger.ts'
import { isOfSite, leftLedgers, pendingOn } from './state/ledger-left.ts'

export type ChangeWanted = {
  readonly prepared: Prepared
  readonly run: Run
  readonly of: SiteOfRun
  readonly deadline: number
}

/** Of what hangs: its lock is not given back before this process ends. */
const never = new Promise<never>(() => {})

/** What ended runs left on the site of a change and what this process could not take back. */
const leftOn = ({ run, of }: Pick<ChangeWanted, 'run' | 'of'>) =>
  run.stateDirectory === undefined ? [] : leftLedgers(run.stateDirectory, run.recoverer.own).filter((one) => isOfSite(one, of.site))

/** Takes back what an earlier entry of this very process left; what this process has tried in vain is not tried again. False when it hangs. */
const recoverFirst = async ({ run, of, prepared }: ChangeWanted): Promise<boolean> => {
  const { stateDirectory, recoverer } = run
  const left = leftOn({ run, of }).filter(({ path }) => !recoverer.tried.has(path))
  if (stateDirectory === undefined || left.length === 0) return true
  const paths = new Set(left.map(({ path }) => path))
  return recoverLeft(
    { directory: stateDirectory, concerns: ({ path }) => paths.has(path), configured: prepared.options, holdsLock: true },
    recoverer,
  )
}

/** Why a change of this site may not begin: something is left of an earlier one. */
export const stillLeft = ({ run, of }: Pick<ChangeWanted, 'run' | 'of'>) => pendingOn(leftOn({ run, of }), run.recoverer.tried)

const sayWould = ({ run, of }: ChangeWanted): void => {
  for (const one of leftOn({ run, of }))
    run.printer.line(
      one.kind === 'ledger'
        ? `would recover first: a run of ${one.header.action} that started ${new Date(one.header.startedAt).toISOString()} and did not end (${one.steps.length} steps)`
        : `would begin nothing: ${one.cause}`,
    )
}

const underLock = async (wanted: ChangeWanted, attempted: Attempted): Promise<TurnOf> => {
  if (wanted.run.dryRun) {
    sayWould(wanted)
    return attempt(attempted)
  }
  const calm = await recoverFirst(wanted)
  const findings = judgeRecoveries(stillLeft(wanted))
  if (findings.length > 0) return { outcome: broken(...findings), settled: calm ? Promise.resolve() : never }
  return attempt(attempted)
}

/** A turn that ended without its ledger being closed is taken back at once: what comes next must find no half-done work. A cancelled run leaves it to the step's end. */
const takeBack = async ({ run, prepared }: ChangeWanted, ledger: OpenLedger): Promise<boolean> => {
  const { stateDirectory, recoverer } = run
  if (stateDirectory === undefined || !ledger.isOpen() || run.cancelled.aborted) return true
  return recoverLeft(
    { directory: stateDirectory, concerns: ({ path }) => path === ledger.path, configured: prepared.options, holdsLock: true },
    recoverer,
  )
}

/** Follows a ledger to its end: while it is written it is nobody's to recover. */
const following = async (wanted: ChangeWanted, ledger: OpenLedger, turn: TurnOf): Promise<TurnOf> => {
  const { own } = wanted.run.recoverer
  let isSettled = false
  const settle = async () => {
    await turn.settled
    own.delete(ledger.path)
    isSettled = true
  }
  const settled = settle()
  // A turn that was ended by force is not waited for here.
  await Promise.race([settled, new Promise(setImmediate)])
  if (!isSettled) return { ...turn, settled }
  return { ...turn, settled: (await takeBack(wanted, ledger)) ? settled : never }
}

/** A change runs under the lock of its site, after what was left there; the lock is held until the action itself has ended. */
export const attemptChange = async (wanted: ChangeWanted, attempted: Attempted): Promise<TurnOf> => {
  const { run, of, deadline } = wanted
  const { action, ledger } = attempted
  // A hosted runner has no server of its own that anybody else could be at work on.
  if (run.stateDirectory === undefined || ledger === undefined) return attempt(attempted)
  run.recoverer.own.add(ledger.path)
  // An invoked change runs under its caller's lock.
  if (run.holdsLock) return following(wanted, ledger, await attempt(attempted))
  const blind = run.dryRun ? undefined : blindTo(of)
  const lock = blind ?? (await holdSite({ directory: run.stateDirectory, of, what: action.name, deadline }))
  if (lock.kind === 'refused') return ended(broken(failed(action, lock.cause, lock.advice)))
  const turn = await following(wanted, ledger, await underLock(wanted, attempted))
  void turn.settled.then(() => lock.release())
  return turn
}
