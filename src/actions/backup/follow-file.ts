import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Progress } from '../../contract/context.ts'
import { transferLine } from '../../domain/backup/transfer-line.ts'

const everyMs = 3_000

export type FollowedFile = { readonly path: string; readonly what: string; readonly expectedBytes: number | undefined }

/** Tells every few seconds how far a file has grown, for as long as the work takes; short work says nothing. */
export const followFile = async <T>(
  progress: Progress,
  { path, what, expectedBytes }: FollowedFile,
  work: () => Promise<T>,
): Promise<T> => {
  const over = new AbortController()
  const startedAt = performance.now()
  const follow = async () => {
    while (!over.signal.aborted) {
      await delay(everyMs, undefined, { signal: over.signal }).catch(() => 'only the end of the work rejects it')
      const found = over.signal.aborted ? undefined : await stat(path).catch(() => undefined)
      if (found !== undefined)
        progress.say(transferLine(what, { bytes: found.size, elapsedMs: performance.now() - startedAt, expectedBytes }))
    }
  }
  const following = follow()
  try {
    return await work()
  } finally {
    over.abort()
    await following
  }
}
