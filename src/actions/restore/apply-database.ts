import type { Obstacle } from '../../contract/seen.ts'
import { isUserError } from '../../contract/user-error.ts'
import { errorText } from '../../core/error-chain.ts'
import { markText } from '../../domain/restore/mark.ts'
import { beforeNameOf } from '../../domain/restore/names.ts'
import { restoreTurnOf } from '../../domain/restore/turns.ts'
import type { PostgresSession } from '../../tools/connect/session.ts'
import { dressCopy, openCopy } from '../../tools/restore/dress.ts'
import { loadLast } from '../../tools/restore/load-beside.ts'
import { changedMark, commentStatement, oidOf, type SwapRecord } from '../../tools/restore/swap.ts'
import { seeTrouble } from './health.ts'
import { administering, type CopyFailure, loadCopyBeside, type WholeCopy } from './load-copy.ts'
import { type OpenedBackup, openBackup } from './open-backup.ts'
import type { PlannedDatabase } from './plan-database.ts'
import { replaceDatabase } from './replace.ts'
import { type SafetyBackup, takeSafetyBackup } from './safety.ts'
import type { RestoreSite } from './site.ts'
import { beginChain, clientOf, makeWorkPlace, type RestoreChain } from './work-place.ts'

/** What became of a restore. `changed` says whether anything is other than before. */
export type AppliedDatabase =
  | { readonly kind: 'restored' | 'beside'; readonly copy: WholeCopy; readonly safety: SafetyBackup | undefined }
  | ({ readonly kind: 'refused' } & Obstacle)
  | { readonly kind: 'differs'; readonly failures: readonly string[] }
  | { readonly kind: 'taken-back'; readonly why: string; readonly safety: SafetyBackup | undefined }
export type AppliedWithRest = AppliedDatabase & { readonly leftBehind: boolean }

const isCause = (value: object): value is Obstacle => 'cause' in value

type Prepared = { readonly opened: OpenedBackup; readonly copy: WholeCopy }

const prepareCopy = async (
  site: RestoreSite,
  planned: PlannedDatabase,
  chain: RestoreChain,
  is: 'ready' | 'beside',
): Promise<Prepared | Obstacle | CopyFailure> => {
  const place = await makeWorkPlace(site, chain)
  const serverMajor = planned.place.server.major
  const client = await clientOf(site, { chain, place, serverMajor, backup: planned.backup.path })
  if (isCause(client)) return client
  const opened = await openBackup(site, place, planned)
  if (isCause(opened)) return opened
  const copy = await loadCopyBeside({ site, planned, chain, client, opened, is })
  return 'failures' in copy ? copy : { opened, copy }
}

/** Publications and event triggers are made once: a copy that has them is not taken up by another run. */
const needsLast = ({ toc }: OpenedBackup): boolean =>
  toc.some(({ type, name }) => ['publications', 'triggers'].includes(restoreTurnOf({ line: '', what: `${type} - ${name}` })))

const dress = (session: PostgresSession, { place }: PlannedDatabase, copy: WholeCopy): Promise<unknown> =>
  place.live === undefined ? openCopy(session, copy.name) : dressCopy(session, place.live.name, copy.name)

const recordOf = async (site: RestoreSite, { place }: PlannedDatabase, { opened, copy }: Prepared): Promise<SwapRecord> => {
  const { live } = place
  const ready = markText(copy.mark)
  return {
    id: copy.id,
    database: site.database,
    liveOid: live?.oid ?? '',
    before: beforeNameOf(site.database, copy.id),
    beforeMark: markText({ ...copy.mark, is: 'before', comment: live?.comment ?? null }),
    liveComment: live?.comment ?? null,
    copyOid: await administering(site, (session) => oidOf(session, copy.name)),
    copy: copy.name,
    copyMark: needsLast(opened) ? changedMark(ready, { is: 'loading' }) : ready,
  }
}

const finishLast = async (site: RestoreSite, prepared: Prepared, record: SwapRecord): Promise<void> => {
  const { opened, copy } = prepared
  if (!needsLast(opened)) return
  await administering(site, (session) => session.query(commentStatement(session, copy.name, record.copyMark)))
  const failed = await loadLast(copy.load)
  if (failed !== undefined) throw new Error(`the copy could not be completed: ${failed}`)
}

const swapIn = async (site: RestoreSite, planned: PlannedDatabase, prepared: Prepared): Promise<AppliedWithRest> => {
  const { copy } = prepared
  const trouble = await seeTrouble(site)
  const hasSafety = planned.place.live !== undefined && planned.unreadable === undefined
  const safety = hasSafety ? await takeSafetyBackup(site, planned.place.server.systemIdentifier) : undefined
  if (safety !== undefined && isCause(safety)) return { kind: 'refused', ...safety, leftBehind: false }
  const record = await recordOf(site, planned, prepared)
  const prepare = async () => {
    await administering(site, (session) => dress(session, planned, copy))
    await finishLast(site, prepared, record)
  }
  const done = await replaceDatabase(site, { record, services: planned.place.services, trouble, prepare })
  return done.replaced
    ? { kind: 'restored', copy, safety, leftBehind: false }
    : { kind: 'taken-back', why: done.why, safety, leftBehind: done.leftBehind }
}

const bringBeside = async (site: RestoreSite, planned: PlannedDatabase, { copy }: Prepared): Promise<AppliedWithRest> => {
  await administering(site, (session) => dress(session, planned, copy))
  return { kind: 'beside', copy, safety: undefined, leftBehind: false }
}

const apply = async (site: RestoreSite, planned: PlannedDatabase, chain: RestoreChain, beside: boolean): Promise<AppliedWithRest> => {
  const prepared = await prepareCopy(site, planned, chain, beside ? 'beside' : 'ready')
  if (isCause(prepared)) return { kind: 'refused', ...prepared, leftBehind: false }
  if ('failures' in prepared) return { kind: 'differs', failures: prepared.failures, leftBehind: false }
  return beside ? bringBeside(site, planned, prepared) : swapIn(site, planned, prepared)
}

/** Loads, compares, backs up what is there, and swaps; or leaves a copy beside. Whatever fails, what was there is there. */
export const applyDatabase = async (site: RestoreSite, planned: PlannedDatabase, beside: boolean): Promise<AppliedWithRest> => {
  const chain = beginChain(site)
  const tidy = () =>
    chain.undo().then(
      () => false,
      // The ledger stays, and the step's end or the next run tries again.
      () => true,
    )
  try {
    const applied = await apply(site, planned, chain, beside)
    // What could not be swapped back needs its ledger as it is.
    return applied.leftBehind ? applied : { ...applied, leftBehind: await tidy() }
  } catch (error) {
    const leftBehind = await tidy()
    if (isUserError(error)) throw error
    return { kind: 'taken-back', why: errorText(error), safety: undefined, leftBehind }
  }
}
