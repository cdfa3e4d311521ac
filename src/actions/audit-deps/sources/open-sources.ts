import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptFolder } from '../../../contract/kept.ts'
import type { AuditOptions } from '../options.ts'
import type { AuditWorld } from '../part.ts'
import type { Asking } from './ask.ts'
import { type ExploitedSources, prefetchKev } from './exploited.ts'
import { createKeptKev } from './kev-store.ts'
import { createOsvApi } from './osv-api.ts'
import { createOsvZips } from './osv-zips.ts'
import { createRecordCache } from './record-cache.ts'
import type { AdvisorySource } from './source.ts'

/** Where a run asks. */
export type AuditSources = { readonly advisories: AdvisorySource; readonly exploited: ExploitedSources; readonly asking: Asking }

const dayMs = 24 * 3_600_000
const mostRecordBytes = 32 * 1024 * 1024

const readText = async (path: string): Promise<string | undefined> => {
  try {
    const bytes = await readFile(path)
    return bytes.length > mostRecordBytes ? undefined : bytes.toString('utf8')
  } catch {
    // Nothing was kept.
    return undefined
  }
}

const keepText = async ({ keep }: KeptFolder, file: string, text: string): Promise<void> => {
  const part = `${file}-${randomUUID()}.part`
  try {
    await writeFile(part, text, { mode: 0o600, flag: 'wx' })
    await rename(part, file)
    await keep()
  } catch {
    // What is not kept is asked for again.
  }
}

/** The API, with the records that earlier runs were given. Of a change nothing is kept: it would drop what the rest needs. */
const openApi = async (url: string, asking: Asking, folder: KeptFolder, isChange: boolean): Promise<AdvisorySource> => {
  const file = join(folder.path, 'records.json')
  const before = await readText(file)
  const cache = createRecordCache(before)
  const source = createOsvApi(url, asking, cache)
  return async (packages) => {
    const answer = await source(packages)
    const kept = cache.kept()
    if (kept !== undefined && kept !== before && answer.troubles.length === 0 && !isChange) await keepText(folder, file, kept)
    return answer
  }
}

/** `records`: the folder of those that are kept; each part has its own, for it keeps what it used. EPSS changes no verdict: a pull request does not wait for it, and offline nobody does. */
export const openSources = async (
  options: AuditOptions,
  { context, startedAt: now }: AuditWorld,
  { isChange, records }: { readonly isChange: boolean; readonly records: string },
): Promise<AuditSources> => {
  const asking: Asking = { ask: context.askWeb, signal: context.signal, counts: { requests: 0 } }
  const kev = options['kev-url']
  if (!options.offline) {
    const advisories = await openApi(options['osv-url'], asking, await context.openKept(records), isChange)
    return { asking, advisories, exploited: { kev, epss: isChange ? undefined : options['epss-url'] } }
  }
  const folder = await context.openKept('files')
  // A pull request is fine with what the last audit of the default branch fetched.
  const freshMs = isChange ? 7 * dayMs : dayMs
  const exploited = { kev, epss: undefined, keptKev: createKeptKev(folder.path, now, freshMs) }
  const url = options['osv-zip-url'].replace(/\/{1,9}$/, '')
  const keep = async () => {
    await prefetchKev(exploited, asking)
    await folder.keep()
  }
  return { asking, exploited, advisories: createOsvZips({ url, folder: folder.path, now, asking, freshMs }, keep) }
}
