import { join } from 'node:path'
import { z } from 'zod'
import { once } from '../../core/once.ts'
import { jsonValue } from '../../core/read-json.ts'
import { nameForFile, readOwnFile, replaceWhole } from './files.ts'
import { inspectFolder, prepareFolder } from './folder.ts'

const maxBytes = 64 * 1024
const mostKept = 64

const fileSchema = once(() => z.object({ version: z.literal(1), read: z.array(z.string()) }))

const folderOf = (directory: string): string => join(directory, 'configurations')
const pathOf = (directory: string, repository: string): string => join(folderOf(directory), `${nameForFile(repository)}.json`)

/** Which runs of a repository have read a configuration, each by a word of its own; none where nothing can be read. */
export const configurationsRead = (directory: string, repository: string): readonly string[] => {
  if (inspectFolder(folderOf(directory)) !== undefined) return []
  const file = readOwnFile(pathOf(directory, repository), maxBytes)
  // A damaged file is none: the next run writes it anew.
  return file.kind === 'text' ? (fileSchema().safeParse(jsonValue(file.text), { jitless: true }).data?.read ?? []) : []
}

/** Remembers that a run read one. Writes nothing that is known; never throws: without it a later run only knows less. */
export const noteConfiguration = (directory: string, repository: string, run: string): void => {
  try {
    const known = configurationsRead(directory, repository)
    if (known.includes(run)) return
    if ((prepareFolder(directory) ?? prepareFolder(folderOf(directory))) !== undefined) return
    replaceWhole(pathOf(directory, repository), `${JSON.stringify({ version: 1, read: [...known, run].slice(-mostKept) })}\n`)
  } catch {
    // A full disk, or a folder that another run moved away: state.unwritable tells of it.
  }
}
