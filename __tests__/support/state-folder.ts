import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'

/** Fresh folders for one test file; each is removed after its test. */
export const freshFolders = (): (() => string) => {
  const made: string[] = []
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
  })
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'ronde-state-'))
    made.push(folder)
    return folder
  }
}

/** A path that belongs to somebody else, for root and for everybody: `path` is given away where that is possible, otherwise it is one of root's. */
export const foreignPath = (path: string, ofRoot: string): string => {
  if (process.getuid?.() !== 0) return ofRoot
  chownSync(path, 12_345, 12_345)
  return path
}
