import type { DatabaseSync } from 'node:sqlite'

/** Raised with every change of the tables; a file with a higher number was written by a newer Ronde. */
export const schemaVersion = 1
/** "Rond" in ASCII: other programs' databases are not taken for ours. */
const applicationId = 0x526f6e64

const tables = `
  CREATE TABLE scope (
    id INTEGER PRIMARY KEY, repository TEXT NOT NULL, server TEXT NOT NULL, project TEXT NOT NULL, action TEXT NOT NULL,
    last_at INTEGER NOT NULL, UNIQUE (repository, server, project, action)) STRICT;
  CREATE TABLE run (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE, at INTEGER NOT NULL, size INTEGER NOT NULL) STRICT;
  CREATE INDEX run_scope ON run (scope, id);
  CREATE TABLE track (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE, finding TEXT NOT NULL, subject TEXT NOT NULL,
    UNIQUE (scope, finding, subject)) STRICT;
  CREATE TABLE status (
    track INTEGER NOT NULL REFERENCES track ON DELETE CASCADE, run INTEGER NOT NULL, status TEXT NOT NULL,
    PRIMARY KEY (track, run)) STRICT, WITHOUT ROWID;
  CREATE TABLE series (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE, subject TEXT NOT NULL, name TEXT NOT NULL,
    unit TEXT NOT NULL, UNIQUE (scope, subject, name)) STRICT;
  CREATE TABLE measurement (
    series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE, run INTEGER NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (series, run)) STRICT, WITHOUT ROWID;
  CREATE TABLE note (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope ON DELETE CASCADE, key TEXT NOT NULL, value TEXT NOT NULL,
    at INTEGER NOT NULL, UNIQUE (scope, key)) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};`

const pragma = (database: DatabaseSync, name: 'application_id' | 'user_version'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name])

const isEmpty = (database: DatabaseSync): boolean =>
  pragma(database, 'user_version') === 0 && database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined

/** What `tables` makes, by kind and name. SQLite's own (`sqlite_…`) come and go. */
const ours = [...tables.matchAll(/CREATE (TABLE|INDEX) (\w+)/g)]
  .map(([, kind = '', name = '']) => `${kind.toLowerCase()} ${name}`)
  .toSorted()

/** Nothing is missing and nothing more is there: a view in the place of a table, or a trigger, would run code of others, with no end if they like. */
const isWhole = (database: DatabaseSync): boolean => {
  const rows = database.prepare(`SELECT type || ' ' || name AS word FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`).all()
  return (
    rows
      .map((row) => String(row['word']))
      .toSorted()
      .join() === ours.join()
  )
}

/** Makes the tables of an empty file, and tells whether this file can be used, is a newer Ronde's, or is something else. */
export const prepareSchema = (database: DatabaseSync): 'current' | 'newer' | 'foreign' => {
  if (isEmpty(database)) {
    inTransaction(database, () => {
      // Asked again: another process may have made them while this one waited.
      if (isEmpty(database)) database.exec(tables)
    })
  }
  if (pragma(database, 'application_id') !== applicationId) return 'foreign'
  const version = pragma(database, 'user_version')
  if (version > schemaVersion) return 'newer'
  return version === schemaVersion && isWhole(database) ? 'current' : 'foreign'
}

/** All of `work` or nothing of it; waits for other writers. */
export const inTransaction = <T>(database: DatabaseSync, work: () => T): T => {
  database.exec('BEGIN IMMEDIATE')
  try {
    const value = work()
    database.exec('COMMIT')
    return value
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
