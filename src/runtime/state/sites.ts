import { join } from 'node:path'
import { z } from 'zod'
import { once } from '../../core/once.ts'
import { jsonValue } from '../../core/read-json.ts'
import { nameForFile, readOwnFile, replaceWhole } from './files.ts'
import { inspectFolder, prepareFolder } from './folder.ts'

const maxBytes = 256 * 1024
const mostNotes = 64

const noteSchema = once(() =>
  z.object({
    /** The path of the configuration, as it was named. */
    config: z.string(),
    /** A digest of the inputs that say what is maintained. */
    inputs: z.string(),
    /** A digest of what is configured of compose. */
    configured: z.string(),
    site: z.object({ repository: z.string(), server: z.string(), project: z.string() }),
    /** The compose project that the engine showed; null while it was never seen. */
    seen: z.string().nullable(),
    stateDirectory: z.string(),
  }),
)
const fileSchema = once(() => z.object({ version: z.literal(1), notes: z.array(noteSchema()) }))

/** What a run notes of its site: for the next one, that has not parsed anything yet or finds a silent engine. */
export type SiteNote = Readonly<z.output<ReturnType<typeof noteSchema>>>

const folderOf = (directory: string): string => join(directory, 'sites')
const pathOf = (directory: string, repository: string): string => join(folderOf(directory), `${nameForFile(repository)}.json`)

/** What runs of a repository noted, the latest last; none where nothing can be read. Changes nothing, never throws. */
export const siteNotes = (directory: string, repository: string): readonly SiteNote[] => {
  if (inspectFolder(folderOf(directory)) !== undefined) return []
  const file = readOwnFile(pathOf(directory, repository), maxBytes)
  // A damaged file is none: the next run writes it anew.
  const notes = file.kind === 'text' ? (fileSchema().safeParse(jsonValue(file.text), { jitless: true }).data?.notes ?? []) : []
  return notes.filter((one) => one.site.repository === repository)
}

const isSame = (one: SiteNote, other: SiteNote): boolean => JSON.stringify(one) === JSON.stringify(other)
const replaces = (one: SiteNote, other: SiteNote): boolean =>
  one.config === other.config && one.inputs === other.inputs && one.configured === other.configured

/** Keeps a note beside those that were read a moment ago, if they were; a run that changes nothing writes nothing. Never throws: without it the next run only knows less. */
export const noteSite = (directory: string, note: SiteNote, read?: readonly SiteNote[]): void => {
  try {
    const notes = read ?? siteNotes(directory, note.site.repository)
    if (notes.some((one) => isSame(one, noteSchema().parse(note, { jitless: true })))) return
    if ((prepareFolder(directory) ?? prepareFolder(folderOf(directory))) !== undefined) return
    const kept = [...notes.filter((one) => !replaces(one, note)), note].slice(-mostNotes)
    replaceWhole(pathOf(directory, note.site.repository), `${JSON.stringify({ version: 1, notes: kept })}\n`)
  } catch {
    // A full disk, or a folder that another run moved away: state.unwritable tells of it.
  }
}
