import type { DatabaseSync } from 'node:sqlite'

const dayMs = 24 * 60 * 60 * 1000
/** All runs are kept that long; of rarer rounds, the newest `keptRuns`. */
const keptMs = 7 * dayMs
const keptRuns = 60
/** A yearly round still finds its last one. */
const forgottenMs = 400 * dayMs
/** About 50 MB; reached by 900 values every five minutes for seven days. */
const maxRows = 2_000_000
const maxNotes = 10_000
/** So that a first prune after a long pause stays short. */
const runsAtOnce = 500

const doomedRuns = `
  SELECT id FROM (
    SELECT id, at, row_number() OVER newest AS place, sum(size) OVER newest AS total
    FROM run WHERE scope = :scope WINDOW newest AS (ORDER BY id DESC))
  WHERE at < :forgotten OR (at < :kept AND place > ${keptRuns}) OR total > ${maxRows}
  ORDER BY id LIMIT ${runsAtOnce}`

/** Keeps the state bounded: called within the transaction that records a run. */
export const prune = (database: DatabaseSync, scope: number, at: number): void => {
  const doomed = database
    .prepare(doomedRuns)
    .all({ scope, kept: at - keptMs, forgotten: at - forgottenMs })
    .map((row) => Number(row['id']))
  const runs = `(SELECT value FROM json_each(:runs))`
  const values = { scope, runs: JSON.stringify(doomed) }
  if (doomed.length > 0) {
    database.prepare(`DELETE FROM status WHERE track IN (SELECT id FROM track WHERE scope = :scope) AND run IN ${runs}`).run(values)
    database.prepare(`DELETE FROM measurement WHERE series IN (SELECT id FROM series WHERE scope = :scope) AND run IN ${runs}`).run(values)
    database.prepare(`DELETE FROM run WHERE scope = :scope AND id IN ${runs}`).run(values)
    database.prepare('DELETE FROM track WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM status WHERE track = track.id)').run(scope)
    database.prepare('DELETE FROM series WHERE scope = ? AND NOT EXISTS (SELECT 1 FROM measurement WHERE series = series.id)').run(scope)
  }
  const newestNotes = `SELECT id FROM note WHERE scope = :scope ORDER BY at DESC, id DESC LIMIT ${maxNotes}`
  database.prepare(`DELETE FROM note WHERE scope = :scope AND id NOT IN (${newestNotes})`).run({ scope })
  database.prepare('DELETE FROM scope WHERE last_at < ?').run(at - forgottenMs)
}
