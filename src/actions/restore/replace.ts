import { errorText } from '../../core/error-chain.ts'
import { administer, asAdministrator } from '../../tools/restore/administrator.ts'
import type { SwapRecord } from '../../tools/restore/swap.ts'
import { swapDatabases } from '../../tools/restore/swap.ts'
import { runningAmong, startContainers } from '../../tools/service-containers.ts'
import { newTrouble } from './health.ts'
import type { SeenPlace } from './look.ts'
import { worldOf } from './recover.ts'
import type { RestoreSite } from './site.ts'
import { beginChain } from './work-place.ts'

/** What became of a swap: it stays, or everything is as it was. `leftBehind`: not all of that could be done now. */
export type Replaced = { readonly replaced: true } | { readonly replaced: false; readonly why: string; readonly leftBehind: boolean }

export type ReplaceWanted = {
  readonly record: SwapRecord
  readonly services: SeenPlace['services']
  /** What was critical before. */
  readonly trouble: ReadonlyMap<string, string>
  /** While services are stopped, before the swap. */
  readonly prepare: () => Promise<void>
}

const verifyMs = 30_000

const openedSql =
  'SELECT oid::pg_catalog.text AS oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()'

/** As the application would: by the name, with the configured role. */
const verifyOpen = async ({ target, context, application }: RestoreSite, { database, copyOid }: SwapRecord): Promise<void> => {
  const limits = { signal: context.signal, application, timeoutMs: verifyMs }
  const seen = await administer({ ...target, database }, limits, async (session) => session.ask(openedSql, []))
  if (!seen.ok) throw new Error(`${database} does not open after the swap: ${seen.failure.detail}`)
  if (seen.value[0]?.['oid'] !== copyOid) throw new Error(`${database} is not the copy after the swap`)
}

const swap = async (site: RestoreSite, record: SwapRecord): Promise<void> => {
  const { context, beside, application } = site
  await context.uninterrupted((signal) =>
    asAdministrator(beside, { signal, application, timeoutMs: verifyMs }, (session) => swapDatabases(session, record)),
  )
  await verifyOpen(site, record)
}

/** Stops who works with the database, swaps, starts them, and looks whether all is well; takes everything back when it is not. */
export const replaceDatabase = async (site: RestoreSite, { record, services, trouble, prepare }: ReplaceWanted): Promise<Replaced> => {
  const chain = beginChain(site)
  try {
    const running = await runningAmong(services, worldOf(site.context))
    const containers = running.map(({ id, startedAt }) => ({ id, startedAt }))
    if (containers.length > 0) {
      site.context.progress.say(`stopped for the swap: ${running.map(({ service }) => service).join(', ')}`)
      await chain.step('stopped', { containers })
    }
    await prepare()
    await chain.step('swap', record)
    await swap(site, record)
    await startContainers(containers, worldOf(site.context))
    const worse = await newTrouble(site, trouble)
    if (worse.length > 0) throw new Error(`health-check is worse than before: ${worse.slice(0, 3).join('; ')}`)
    // A look that was cut short says nothing.
    site.context.signal.throwIfAborted()
    await chain.step('kept', { id: record.id })
    return { replaced: true }
  } catch (error) {
    const why = errorText(error)
    // Whatever it was: what was there before is there again, and that is told.
    const leftBehind = await chain.undo().then(
      () => false,
      () => true,
    )
    return { replaced: false, why, leftBehind }
  }
}
