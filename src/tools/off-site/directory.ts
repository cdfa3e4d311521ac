import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Obstacle } from '../../contract/seen.ts'
import { hashFile } from '../artifact.ts'
import type { OffSiteTarget } from './target.ts'

const begun = '.ronde-part-'

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const codeOf = (error: unknown): string | undefined => (Error.isError(error) && 'code' in error ? String(error.code) : undefined)

const obstacle = (error: unknown, directory: string): Obstacle => ({
  cause: Error.isError(error) ? error.message : String(error),
  advice: `see that ${directory} is mounted, writable and has room`,
})

/** Copies by a name of its own, which becomes the right one when all of it is on the disk. */
const copyWhole = async (file: string, target: string): Promise<void> => {
  const folder = dirname(target)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const part = join(folder, `${begun}${randomBytes(8).toString('hex')}`)
  try {
    await copyFile(file, part, constants.COPYFILE_EXCL)
    await sync(part)
    await rename(part, target)
    await sync(folder)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

const filesBelow = async (folder: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter((one) => one.isFile()).map((one) => relative(folder, join(one.parentPath, one.name)))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** A folder that is there: of another disk, or of a share. It is never made, so that a share that is not mounted is no target. */
export const directoryTarget = (directory: string, signal: AbortSignal): OffSiteTarget => {
  const at = (path: string): string => join(directory, path)
  const tried = async <T>(work: () => Promise<T>): Promise<T | Obstacle> => {
    try {
      if (!(await lstat(directory)).isDirectory()) throw new Error(`${directory} is no folder`)
      return await work()
    } catch (error) {
      return obstacle(error, directory)
    }
  }
  const done = async (work: () => Promise<void>) => (await tried(work)) ?? undefined
  return {
    name: directory,
    put: (file, path) => done(() => copyWhole(file, at(path))),
    get: (path, file) => done(() => copyWhole(at(path), file)),
    read: (path) => tried(() => hashFile(at(path), signal)),
    list: (folder) => tried(async () => (await filesBelow(at(folder))).filter((one) => !one.includes(begun))),
    remove: (path) => done(() => rm(at(path), { force: true })),
    clean: (folder) =>
      done(async () => {
        for (const one of await filesBelow(at(folder))) if (one.includes(begun)) await rm(join(at(folder), one), { force: true })
      }),
    protection: async () => 'unasked',
  }
}
