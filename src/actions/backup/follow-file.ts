import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Progress } from '../../contract/context.ts'
import { transferLine } from '../../domain/backup/transfer-line.ts'

const everyMs = 3_000

export type FollowedFile = { readonly path: string; readonly what: string; readonly expectedBytes: number | undefined }

/** Of a file, or of all files of a folder; what goes meanwhile counts nothing. */
const bytesAt = async (path: string): Promise<number> => {
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory() !== true) return found?.size ?? 0
  const names = await readdir(path, { recursive: true }).catch(() => [])
  let bytes = 0
  for (const name of names) {
    const one = await stat(join(path, name)).catch(() => undefined)
    bytes += one?.isFile() === true ? one.size : 0
  }
  return bytes
}

/** Tells every few seconds how far a file or folder has grown, for as long as the work takes; short work says nothing. */
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
      const bytes = over.signal.aborted ? 0 : await bytesAt(path)
      if (bytes > 0) progress.say(transferLine(what, { bytes, elapsedMs: performance.now() - startedAt, expectedBytes }))
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
