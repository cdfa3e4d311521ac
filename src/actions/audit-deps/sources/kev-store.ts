import { randomUUID } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Instant } from '../../../contract/seen.ts'
import { jsonValue } from '../../../core/read-json.ts'

/** CISA's catalogue as an earlier run kept it. */
export type KeptKev = {
  /** Undefined when there is none, or one that is older than a week. */
  readonly read: () => Promise<{ readonly cves: ReadonlySet<string>; readonly isFresh: boolean } | undefined>
  /** A folder that cannot be written keeps nothing. */
  readonly write: (cves: ReadonlySet<string>) => Promise<void>
}

/** Beyond that what was published meanwhile is missing too much. */
export const oldestKeptMs = 7 * 24 * 3_600_000

const kept = z.object({ fetchedAt: z.number(), cves: z.array(z.string()) })

export const createKeptKev = (folder: string, now: Instant, freshMs: number): KeptKev => {
  const path = join(folder, 'kev.json')
  const read = async () => {
    // Not there, cut, or of another release: it is asked for.
    const text = await readFile(path, 'utf8').catch(() => '')
    const found = kept.safeParse(jsonValue(text)).data
    const ageMs = found === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - found.fetchedAt)
    return found === undefined || ageMs > oldestKeptMs ? undefined : { cves: new Set(found.cves), isFresh: ageMs <= freshMs }
  }
  const write = async (cves: ReadonlySet<string>): Promise<void> => {
    const part = `${path}-${randomUUID()}.part`
    try {
      await writeFile(part, JSON.stringify({ fetchedAt: now, cves: [...cves] }), { mode: 0o600, flag: 'wx' })
      await rename(part, path)
    } catch {
      // It is asked for again then.
    }
  }
  return { read, write }
}
