import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PipelineStage } from '../../contract/process.ts'

/** Where the programs of a scratch server run, and how they know its folders. */
export type ScratchPlace = {
  readonly major: number
  /** The folder on this host; `path` gives what the programs call a file in it. */
  readonly directory: string
  path(name: string): string
  /** When the folder is there; and when the server has ended. */
  begin(): Promise<void>
  end(): Promise<void>
  stage(program: 'initdb' | 'postgres', args: readonly string[]): PipelineStage
}

export type ScratchOwner = { readonly uid: number; readonly gid: number }

/** Makes the folder of a scratch server: others may pass through it to the socket, and read nothing. */
export const prepareScratch = async (directory: string, owner: ScratchOwner, password: string): Promise<void> => {
  await mkdir(directory, { mode: 0o711 })
  await chown(directory, owner.uid, owner.gid)
  await mkdir(join(directory, 'socket'), { mode: 0o711 })
  await chown(join(directory, 'socket'), owner.uid, owner.gid)
  await writeFile(join(directory, 'password'), password, { mode: 0o600, flag: 'wx' })
  await chown(join(directory, 'password'), owner.uid, owner.gid)
}

/** Programs of this host, under an account that owns nothing else. */
export const hostPlace = (given: {
  readonly directory: string
  readonly folder: string
  readonly major: number
  readonly owner: ScratchOwner
}): ScratchPlace => ({
  major: given.major,
  directory: given.directory,
  path: (name) => join(given.directory, name),
  begin: async () => {},
  end: async () => {},
  stage: (program, args) => ({
    program: given.folder === '' ? program : join(given.folder, program),
    args,
    owner: given.owner,
    directory: given.directory,
    environment: { HOME: given.directory },
  }),
})

const scratchPrefix = '/var/tmp/ronde-scratch-'

/** A disk, not memory, and a place that the account of a scratch server may pass through. */
export const scratchFolder = (random: string): string => `${scratchPrefix}${random}`

/** Whether a path is the folder of a scratch server: nothing else is removed as one. */
const isScratchFolder = (path: string): boolean => /^\/var\/tmp\/ronde-scratch-[0-9a-f]{16}$/.test(path)

/** Removes the data of a scratch server that has ended, or whose last processes are just ending. */
export const removeScratch = async (directory: string): Promise<void> => {
  if (!isScratchFolder(directory)) throw new Error(`${directory} is no folder of a scratch server`)
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}
