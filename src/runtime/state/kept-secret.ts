import { join } from 'node:path'
import { UserError } from '../../contract/user-error.ts'
import { createWhole, readOwnFile } from './files.ts'
import { prepareFolder } from './folder.ts'

const maxBytes = 64 * 1024

const readKept = (path: string): string | undefined => {
  const file = readOwnFile(path, maxBytes)
  if (file.kind === 'refused') throw new UserError(`${file.cause}: it is a secret of Ronde; put back the file, or move it away`)
  return file.kind === 'text' ? file.text : undefined
}

/** A secret that is made once for a server: when two runs make one at once, both use the one that was there first. */
export const keptSecret = (directory: string | undefined, file: string, make: () => string): string => {
  if (directory === undefined)
    throw new UserError('a state folder is needed, which a hosted runner has not: run this on a self-hosted runner beside the server')
  const trouble = prepareFolder(directory)
  if (trouble !== undefined) throw new UserError(`${trouble.cause}; ${trouble.advice}`)
  const path = join(directory, file)
  const kept = readKept(path)
  if (kept !== undefined) return kept
  const made = make()
  return createWhole(path, made) ? made : (readKept(path) ?? made)
}
