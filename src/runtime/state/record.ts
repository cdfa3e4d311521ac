import type { DatabaseSync } from 'node:sqlite'
import type { Finding, Measurement } from '../../contract/finding.ts'
import type { Instant } from '../../contract/seen.ts'
import { byWorstStatus, type Status } from '../../contract/status.ts'
import { prune } from './prune.ts'
import { inTransaction } from './schema.ts'

/** Whose state it is; nobody else's is read. */
export type StateKey = {
  readonly repository: string
  readonly server: string
  readonly project: string
  /** Words by which the same project was known before: what was kept under them is taken over. */
  readonly formerly?: readonly string[]
  readonly action: string
}

/** The scope of a key, by its own word or else by an earlier one; 0 when there is none yet. */
export const scopeOf = (database: DatabaseSync, { repository, server, project, formerly = [], action }: StateKey): number => {
  const find = database.prepare('SELECT id FROM scope WHERE repository = ? AND server = ? AND project = ? AND action = ?')
  for (const word of [project, ...formerly]) {
    const id = Number(find.get(repository, server, word, action)?.['id'] ?? 0)
    if (id !== 0) return id
  }
  return 0
}

const takeOver = (database: DatabaseSync, key: StateKey): void => {
  const id = (key.formerly ?? []).length === 0 ? 0 : scopeOf(database, key)
  if (id !== 0) database.prepare('UPDATE scope SET project = ? WHERE id = ?').run(key.project, id)
}

const maxWord = 500
/** Runs between two prunes. */
const pruneEvery = 16

/** A key as it is kept: itself, or for a very long one its beginning and its digest. */
export const keyWord = (word: string): string => {
  if (word.length <= maxWord) return word
  const { createHash } = process.getBuiltinModule('node:crypto')
  return `${word.slice(0, maxWord - 64)}${createHash('sha256').update(word).digest('hex')}`
}

/** What one run leaves. */
export type RunRecord = {
  readonly key: StateKey
  readonly findings: readonly Finding[]
  readonly at: Instant
  readonly notes: ReadonlyMap<string, string>
}

const touchScope = (database: DatabaseSync, key: StateKey, at: Instant): number =>
  Number(
    database
      .prepare(
        `INSERT INTO scope (repository, server, project, action, last_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at) RETURNING id`,
      )
      .get(key.repository, key.server, key.project, key.action, at)?.['id'],
  )

type KeptStatus = { readonly id: string; readonly subject: string; readonly status: Status }
type KeptMeasurement = Measurement & { readonly subject: string }

/** One status per finding id and subject: the worst, when a run has several. */
const worstOfEach = (findings: readonly Finding[]): readonly KeptStatus[] => {
  const kept = new Map<string, KeptStatus>()
  for (const { id, subject, status } of findings) {
    const key = JSON.stringify([id, subject])
    const before = kept.get(key)
    if (before === undefined || byWorstStatus(status, before.status) < 0) kept.set(key, { id, subject, status })
  }
  return [...kept.values()]
}

const numbersOf = (findings: readonly Finding[]): readonly KeptMeasurement[] =>
  findings.flatMap(({ subject, measurements }) =>
    measurements.filter((one) => Number.isFinite(one.value)).map((one) => ({ ...one, subject })),
  )

const writeStatuses = (database: DatabaseSync, scope: number, run: number, kept: readonly KeptStatus[]) => {
  const find = database.prepare('SELECT id FROM track WHERE scope = ? AND finding = ? AND subject = ?')
  const add = database.prepare('INSERT INTO track (scope, finding, subject) VALUES (?, ?, ?) RETURNING id')
  const write = database.prepare('INSERT OR REPLACE INTO status (track, run, status) VALUES (?, ?, ?)')
  for (const { id, subject, status } of kept) {
    const track = [scope, keyWord(id), keyWord(subject)] as const
    write.run(Number((find.get(...track) ?? add.get(...track))?.['id']), run, status)
  }
}

const writeMeasurements = (database: DatabaseSync, scope: number, run: number, kept: readonly KeptMeasurement[]) => {
  const find = database.prepare('SELECT id FROM series WHERE scope = ? AND subject = ? AND name = ?')
  const add = database.prepare('INSERT INTO series (scope, subject, name, unit) VALUES (?, ?, ?, ?) RETURNING id')
  const write = database.prepare('INSERT OR REPLACE INTO measurement (series, run, value) VALUES (?, ?, ?)')
  for (const { subject, name, unit, value } of kept) {
    const series = [scope, keyWord(subject), keyWord(name)] as const
    write.run(Number((find.get(...series) ?? add.get(...series, unit))?.['id']), run, value)
  }
}

const writeNotes = (database: DatabaseSync, scope: number, at: Instant, notes: ReadonlyMap<string, string>) => {
  const write = database.prepare(
    `INSERT INTO note (scope, key, value, at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, at = excluded.at`,
  )
  for (const [key, value] of notes) write.run(scope, key, value, at)
}

/** Keeps one run in one transaction, and now and then drops what is too old. Throws what SQLite says. */
export const recordRun = (database: DatabaseSync, { key, findings, notes, ...run }: RunRecord): void =>
  inTransaction(database, () => {
    const at = Math.round(run.at)
    const kept = worstOfEach(findings)
    const numbers = numbersOf(findings)
    takeOver(database, key)
    const scope = touchScope(database, key, at)
    const size = kept.length + numbers.length
    const id = Number(database.prepare('INSERT INTO run (scope, at, size) VALUES (?, ?, ?)').run(scope, at, size).lastInsertRowid)
    writeStatuses(database, scope, id, kept)
    writeMeasurements(database, scope, id, numbers)
    writeNotes(database, scope, at, notes)
    if (id % pruneEvery === 0) prune(database, scope, at)
  })
