import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { JsonObject } from '../../contract/json.ts'
import type { SiteWords } from '../../contract/site.ts'
import { once } from '../../core/once.ts'
import { jsonValue } from '../../core/read-json.ts'
import { siteKey } from '../../core/site.ts'
import { instantShape } from '../../core/time/instant-shape.ts'
import { nameForFile, readOwnFile } from './files.ts'
import { inspectFolder } from './folder.ts'
import { isAlive, ownerShape } from './owner.ts'
import { type StateTrouble, systemTrouble } from './trouble.ts'

const maxLedgerBytes = 16 * 1024 * 1024
const maxLedgers = 1_000
export const ledgerVersion = 2

/** How what is maintained is reached, without any secret: recovery asks for it again. */
const settingsSchema = once(() => {
  const text = z.string().optional()
  return z.object({
    compose: z.object({ directory: text, files: z.array(z.string()).optional(), project: text }).default({}),
    database: z.object({ service: text, name: text, user: text }).default({}),
    /** Where the database's URL stood: an input of the step, or a text with `${NAME}` in it; `kept` false where it holds a secret itself. */
    url: z.union([z.object({ input: z.string() }), z.object({ text: z.string() }), z.object({ kept: z.literal(false) })]).optional(),
    /** The database's word: the same URL must lead to the same one. */
    word: text,
  })
})
export type LedgerSettings = Readonly<z.output<ReturnType<typeof settingsSchema>>>

const headerSchema = once(() =>
  z.object({
    ...ownerShape(),
    /** 1 in releases that knew no site. */
    version: z.int().default(1),
    action: z.string(),
    /** Empty in version 1. */
    repository: z.string().default(''),
    server: z.string().default(''),
    project: z.string(),
    run: z.string(),
    startedAt: instantShape,
    settings: settingsSchema().default({ compose: {}, database: {} }),
  }),
)
/** The first line of a ledger: whose it is, and of which site. */
export type LedgerHeader = Readonly<z.output<ReturnType<typeof headerSchema>>>

export type LedgerFile =
  | {
      readonly kind: 'ledger'
      readonly path: string
      readonly header: LedgerHeader
      readonly steps: readonly JsonObject[]
      /** Why its steps cannot be trusted although its header can. */
      readonly trouble?: StateTrouble
    }
  | ({ readonly kind: 'unreadable'; readonly path: string } & StateTrouble)

/** The folder keeps the name that earlier releases gave it, so that what they left is found. */
export const ledgerFolder = (directory: string): string => join(directory, 'journal')

type Named = Pick<LedgerHeader, 'action' | 'run' | 'version'> & SiteWords

/** `<action>-<site>-<run>.jsonl`: whose it is can be told though its content is damaged. */
export const ledgerName = (named: Named): string => {
  const { action, run, version, project } = named
  return `${[action, version === 1 ? project : siteKey(named), run].map(nameForFile).join('-')}.jsonl`
}

/** A write that a crash cut short has no line end: its step was not begun, for it is begun only after the write returns. */
const wholeLines = (content: string): readonly string[] => content.split('\n').slice(0, -1)

/** What is not JSON is not a line that this program wrote; the whole ledger is refused. */
const parseLine = (line: string): JsonObject | undefined => {
  const value = jsonValue(line)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

const advice = 'look at what the last backup, restore or update left on this server, then move this file away'
const unreadable = (path: string, cause: string): LedgerFile => ({ kind: 'unreadable', path, cause: `${path}: ${cause}`, advice })

const troubleIn = (path: string, { version }: LedgerHeader, steps: readonly (JsonObject | undefined)[]): StateTrouble | undefined => {
  if (version > ledgerVersion)
    return { cause: `${path}: a newer release wrote it (version ${version})`, advice: 'run the release that wrote it: it recovers first' }
  const damaged = steps.indexOf(undefined)
  return damaged === -1 ? undefined : { cause: `${path}: line ${damaged + 2} is damaged`, advice }
}

const parseLedger = (path: string, name: string, content: string): LedgerFile => {
  const [first, ...steps] = wholeLines(content).map(parseLine)
  const header = headerSchema().safeParse(first, { jitless: true }).data
  if (header === undefined || ledgerName(header) !== name) return unreadable(path, 'is not a ledger that Ronde wrote')
  const trouble = troubleIn(path, header, steps)
  const sound = trouble === undefined ? steps.filter((step) => step !== undefined) : []
  return { kind: 'ledger', path, header, steps: sound, ...(trouble === undefined ? {} : { trouble }) }
}

const readLedger = (folder: string, name: string): LedgerFile => {
  const path = join(folder, name)
  const file = readOwnFile(path, maxLedgerBytes)
  if (file.kind === 'text') return parseLedger(path, name, file.text)
  return file.kind === 'refused' ? { kind: 'unreadable', path, cause: file.cause, advice } : unreadable(path, 'vanished')
}

const ledgerNames = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .toSorted()

const startOf = (file: LedgerFile): number => (file.kind === 'ledger' ? file.header.startedAt : Number.POSITIVE_INFINITY)

/** All ledgers of a state folder, the oldest first; those that nobody can read last. Never throws, changes nothing. */
export const allLedgers = (directory: string): readonly LedgerFile[] => {
  const folder = ledgerFolder(directory)
  const trouble = inspectFolder(folder)
  if (trouble === 'absent') return []
  if (trouble !== undefined) return [{ kind: 'unreadable', path: folder, ...trouble }]
  try {
    const names = ledgerNames(folder)
    const all = names.slice(0, maxLedgers).map((name) => readLedger(folder, name))
    const rest = names.length > maxLedgers ? [unreadable(folder, `${names.length} ledgers, of which ${maxLedgers} were read`)] : []
    return [...all.toSorted((a, b) => startOf(a) - startOf(b)), ...rest]
  } catch (error) {
    // The folder itself cannot be listed.
    return [{ kind: 'unreadable', path: folder, ...systemTrouble(folder, error) }]
  }
}

/** Whose work goes on now: its process lives, and its deadline is ahead. Never throws, changes nothing. */
export const liveLedgers = (directory: string, now: number): readonly LedgerHeader[] =>
  allLedgers(directory).flatMap((one) =>
    one.kind === 'ledger' && now < one.header.deadline && isAlive(one.header, now) ? [one.header] : [],
  )

const sessionsIn = ({ application, record }: JsonObject): readonly string[] =>
  [application, typeof record === 'object' && record !== null && 'application' in record ? record['application'] : undefined].filter(
    (one) => typeof one === 'string',
  )

/** The names of database sessions that runs on this host wrote down, alive or dead. Never throws, changes nothing. */
export const recordedSessions = (directory: string): readonly string[] => [
  ...new Set(allLedgers(directory).flatMap((one) => (one.kind === 'ledger' ? one.steps.flatMap(sessionsIn) : []))),
]
