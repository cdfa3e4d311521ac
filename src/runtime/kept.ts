import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { KeptFolder, OpenKept } from '../contract/kept.ts'
import { once } from '../core/once.ts'
import { prepareFolder } from './state/folder.ts'

export type KeptParts = { readonly action: string; readonly stateDirectory: string | undefined; readonly temporary: string }

const nothing = async (): Promise<void> => {}

/** Beside the state, as far as that can be trusted. */
const besideState = async ({ stateDirectory, action }: KeptParts): Promise<string | undefined> => {
  if (stateDirectory === undefined || prepareFolder(stateDirectory) !== undefined) return undefined
  const path = join(stateDirectory, 'kept', action)
  return prepareFolder(path) === undefined ? path : undefined
}

const forThisRun = async ({ temporary }: KeptParts): Promise<string> => {
  await mkdir(temporary, { recursive: true })
  const path = await mkdtemp(join(temporary, 'ronde-kept-'))
  await chmod(path, 0o700)
  return path
}

/** What an action keeps for its later runs. Where nothing can be kept it gets a folder for this run. */
export const createOpenKept = (parts: KeptParts): OpenKept =>
  once(async (): Promise<KeptFolder> => ({ path: (await besideState(parts)) ?? (await forThisRun(parts)), keep: nothing }))
