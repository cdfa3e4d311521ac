import type { Context } from '../../../contract/context.ts'
import type { AuditOptions } from '../options.ts'
import type { AuditWorld } from '../part.ts'
import type { Asking } from './ask.ts'
import type { ExploitedSources } from './exploited.ts'
import { createKeptKev } from './kev-store.ts'
import { createOsvApi } from './osv-api.ts'
import { createOsvZips } from './osv-zips.ts'
import { createRecordCache } from './record-cache.ts'
import type { AdvisorySource } from './source.ts'

/** Where a run asks. */
export type AuditSources = { readonly advisories: AdvisorySource; readonly exploited: ExploitedSources; readonly asking: Asking }

const note = 'records'
const dayMs = 24 * 3_600_000

/** The API, with the records that earlier runs were given. Of a change nothing is kept: it would drop what the rest needs. */
const openApi = (options: AuditOptions, asking: Asking, { state }: Context, isChange: boolean): AdvisorySource => {
  const cache = createRecordCache(state.note(note))
  const source = createOsvApi(options['osv-url'], asking, cache)
  return async (packages) => {
    const answer = await source(packages)
    const kept = cache.kept()
    if (kept !== undefined && answer.troubles.length === 0 && !isChange) state.setNote(note, kept)
    return answer
  }
}

/** EPSS changes no verdict: a pull request does not wait for it, and without a network nobody does. */
export const openSources = async (
  options: AuditOptions,
  { context, startedAt: now }: AuditWorld,
  isChange: boolean,
): Promise<AuditSources> => {
  const asking: Asking = { ask: context.askWeb, signal: context.signal, counts: { requests: 0 } }
  const kev = options['kev-url']
  if (!options.offline) {
    const exploited = { kev, epss: isChange ? undefined : options['epss-url'] }
    return { asking, advisories: openApi(options, asking, context, isChange), exploited }
  }
  const { path: folder, keep } = await context.openKept()
  // A pull request is fine with what the last audit of the default branch fetched.
  const freshMs = isChange ? 7 * dayMs : dayMs
  const url = options['osv-zip-url'].replace(/\/{1,9}$/, '')
  return {
    asking,
    advisories: createOsvZips({ url, folder, now, asking, freshMs }, keep),
    exploited: { kev, epss: undefined, keptKev: createKeptKev(folder, now, freshMs) },
  }
}
