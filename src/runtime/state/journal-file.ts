import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../contract/json.ts'
import { jsonValue } from '../../core/read-json.ts'
import { nameForFile, readOwnFile } from './files.ts'
import { inspectFolder } from './folder.ts'
import { isAlive, ownerShape } from './owner.ts'
import { systemTrouble, type Trouble } from './trouble.ts'

const maxJournalBytes = 16 * 1024 * 1024
const maxJournals = 1_000

const headerSchema = z.object({
  ...ownerShape,
  action: z.string(),
  project: z.string(),
  run: z.string(),
  startedAt: z.number(),
})
/** The first line of a journal: whose it is. */
export type JournalHeader = Readonly<z.output<typeof headerSchema>>

export type JournalFile =
  | { readonly kind: 'journal'; readonly path: string; readonly header: JournalHeader; readonly steps: readonly JsonObject[] }
  | ({ readonly kind: 'unreadable' } & Trouble)

export const journalFolder = (directory: string): string => join(directory, 'journal')

/** `<action>-<project>-<run>.jsonl`. */
export const journalName = ({ action, project, run }: Pick<JournalHeader, 'action' | 'project' | 'run'>): string =>
  `${[action, project, run].map(nameForFile).join('-')}.jsonl`

/** A write that a crash cut short has no line end: its step was not begun, for it is begun only after the write returns. */
const wholeLines = (text: string): readonly string[] => text.split('\n').slice(0, -1)

/** What is not JSON is not a line that this program wrote; the whole journal is refused. */
const parseLine = (line: string): JsonObject | undefined => {
  const value = jsonValue(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

const unreadable = (cause: string): JournalFile => ({
  kind: 'unreadable',
  cause,
  advice: 'look at what the last backup, restore or update left on this server, then move this file away',
})

const parseJournal = (path: string, name: string, text: string): JournalFile => {
  const [first, ...steps] = wholeLines(text).map(parseLine)
  const header = headerSchema.safeParse(first).data
  if (header === undefined || journalName(header) !== name) return unreadable(`${path}: is not a journal that Ronde wrote`)
  const sound = steps.filter((step) => step !== undefined)
  if (sound.length < steps.length) return unreadable(`${path}: line ${steps.indexOf(undefined) + 2} is damaged`)
  return { kind: 'journal', path, header, steps: sound }
}

const readJournal = (folder: string, name: string): JournalFile => {
  const path = join(folder, name)
  const file = readOwnFile(path, maxJournalBytes)
  if (file.kind === 'text') return parseJournal(path, name, file.text)
  return unreadable(file.kind === 'refused' ? file.cause : `${path}: vanished`)
}

const journalNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()

const startOf = (file: JournalFile): number => (file.kind === 'journal' ? file.header.startedAt : Number.POSITIVE_INFINITY)

const allJournals = (directory: string): readonly JournalFile[] => {
  const folder = journalFolder(directory)
  const trouble = inspectFolder(folder)
  if (trouble === 'absent') return []
  if (trouble !== undefined) return [{ kind: 'unreadable', ...trouble }]
  try {
    const names = journalNames(folder)
    const all = names.slice(0, maxJournals).map((name) => readJournal(folder, name))
    const rest = names.length > maxJournals ? [unreadable(`${folder}: ${names.length} journals, of which ${maxJournals} were read`)] : []
    return [...all.toSorted((a, b) => startOf(a) - startOf(b)), ...rest]
  } catch (error) {
    // The folder itself cannot be listed.
    return [{ kind: 'unreadable', ...systemTrouble(folder, error) }]
  }
}

/** The journals of runs that died, oldest first, and those that cannot be read; a live run's are left out. Never throws, changes nothing. */
export const deadJournals = (directory: string, now: number): readonly JournalFile[] =>
  allJournals(directory).filter((one) => one.kind === 'unreadable' || !isAlive(one.header, now))

/** Whose work goes on now: its process lives, and its deadline is ahead. Never throws, changes nothing. */
export const liveJournals = (directory: string, now: number): readonly JournalHeader[] =>
  allJournals(directory).flatMap((one) =>
    one.kind === 'journal' && now < one.header.deadline && isAlive(one.header, now) ? [one.header] : [],
  )

/** The names of database sessions that runs on this host wrote down, alive or dead. Never throws, changes nothing. */
export const recordedSessions = (directory: string): readonly string[] =>
  allJournals(directory).flatMap((one) =>
    one.kind === 'journal' ? one.steps.flatMap(({ application }) => (typeof application === 'string' ? [application] : [])) : [],
  )
