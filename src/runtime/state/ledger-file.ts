import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../contract/json.ts'
import { jsonValue } from '../../core/read-json.ts'
import { nameForFile, readOwnFile } from './files.ts'
import { inspectFolder } from './folder.ts'
import { isAlive, ownerShape } from './owner.ts'
import { systemTrouble, type Trouble } from './trouble.ts'

const maxLedgerBytes = 16 * 1024 * 1024
const maxLedgers = 1_000

const headerSchema = z.object({
  ...ownerShape,
  action: z.string(),
  project: z.string(),
  run: z.string(),
  startedAt: z.number(),
})
/** The first line of a ledger: whose it is. */
export type LedgerHeader = Readonly<z.output<typeof headerSchema>>

export type LedgerFile =
  | { readonly kind: 'ledger'; readonly path: string; readonly header: LedgerHeader; readonly steps: readonly JsonObject[] }
  | ({ readonly kind: 'unreadable' } & Trouble)

/** The folder keeps the name that earlier releases gave it, so that what they left is found. */
export const ledgerFolder = (directory: string): string => join(directory, 'journal')

/** `<action>-<project>-<run>.jsonl`. */
export const ledgerName = ({ action, project, run }: Pick<LedgerHeader, 'action' | 'project' | 'run'>): string =>
  `${[action, project, run].map(nameForFile).join('-')}.jsonl`

/** A write that a crash cut short has no line end: its step was not begun, for it is begun only after the write returns. */
const wholeLines = (text: string): readonly string[] => text.split('\n').slice(0, -1)

/** What is not JSON is not a line that this program wrote; the whole ledger is refused. */
const parseLine = (line: string): JsonObject | undefined => {
  const value = jsonValue(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

const unreadable = (cause: string): LedgerFile => ({
  kind: 'unreadable',
  cause,
  advice: 'look at what the last backup, restore or update left on this server, then move this file away',
})

const parseLedger = (path: string, name: string, text: string): LedgerFile => {
  const [first, ...steps] = wholeLines(text).map(parseLine)
  const header = headerSchema.safeParse(first).data
  if (header === undefined || ledgerName(header) !== name) return unreadable(`${path}: is not a ledger that Ronde wrote`)
  const sound = steps.filter((step) => step !== undefined)
  if (sound.length < steps.length) return unreadable(`${path}: line ${steps.indexOf(undefined) + 2} is damaged`)
  return { kind: 'ledger', path, header, steps: sound }
}

const readLedger = (folder: string, name: string): LedgerFile => {
  const path = join(folder, name)
  const file = readOwnFile(path, maxLedgerBytes)
  if (file.kind === 'text') return parseLedger(path, name, file.text)
  return unreadable(file.kind === 'refused' ? file.cause : `${path}: vanished`)
}

const ledgerNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()

const startOf = (file: LedgerFile): number => (file.kind === 'ledger' ? file.header.startedAt : Number.POSITIVE_INFINITY)

const allLedgers = (directory: string): readonly LedgerFile[] => {
  const folder = ledgerFolder(directory)
  const trouble = inspectFolder(folder)
  if (trouble === 'absent') return []
  if (trouble !== undefined) return [{ kind: 'unreadable', ...trouble }]
  try {
    const names = ledgerNames(folder)
    const all = names.slice(0, maxLedgers).map((name) => readLedger(folder, name))
    const rest = names.length > maxLedgers ? [unreadable(`${folder}: ${names.length} ledgers, of which ${maxLedgers} were read`)] : []
    return [...all.toSorted((a, b) => startOf(a) - startOf(b)), ...rest]
  } catch (error) {
    // The folder itself cannot be listed.
    return [{ kind: 'unreadable', ...systemTrouble(folder, error) }]
  }
}

/** The ledgers of runs that died, oldest first, and those that cannot be read; a live run's are left out. Never throws, changes nothing. */
export const deadLedgers = (directory: string, now: number): readonly LedgerFile[] =>
  allLedgers(directory).filter((one) => one.kind === 'unreadable' || !isAlive(one.header, now))

/** Whose work goes on now: its process lives, and its deadline is ahead. Never throws, changes nothing. */
export const liveLedgers = (directory: string, now: number): readonly LedgerHeader[] =>
  allLedgers(directory).flatMap((one) =>
    one.kind === 'ledger' && now < one.header.deadline && isAlive(one.header, now) ? [one.header] : [],
  )

/** The names of database sessions that runs on this host wrote down, alive or dead. Never throws, changes nothing. */
export const recordedSessions = (directory: string): readonly string[] =>
  allLedgers(directory).flatMap((one) =>
    one.kind === 'ledger' ? one.steps.flatMap(({ application }) => (typeof application === 'string' ? [application] : [])) : [],
  )
