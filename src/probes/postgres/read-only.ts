import type { AnswerLimits, PostgresSession, SqlRow, SqlValue } from '../../tools/connect/session.ts'

/** Every look is a transaction of its own whose settings end with it, for behind a pooler they would otherwise stay with a session of the application. */
export const lookSql = ({ opening }: Pick<PostgresSession, 'opening'>, statements: readonly string[]): string =>
  [...opening, ...statements, 'COMMIT'].join(';\n')

/** The server's word on one statement, after which the session goes on. */
export type StatementError = Error & { readonly code: string; readonly severity: string }

/** Whether the server refused a statement; anything else ended the session, or is a mistake of ours. */
export const isStatementError = (error: unknown): error is StatementError =>
  Error.isError(error) && 'severity' in error && error.severity !== 'FATAL' && 'code' in error

/** After an error of the server the session goes on; any other error ends the look. */
export const rollBack = async (session: PostgresSession, error: unknown): Promise<{ readonly message: string; readonly code: string }> => {
  if (!isStatementError(error)) throw error
  await session.query('ROLLBACK')
  return { message: error.message, code: error.code }
}

export type Ask = (sql: string, values?: readonly SqlValue[], limits?: AnswerLimits) => Promise<readonly SqlRow[]>

/** What the server answered, or its own word and SQLSTATE for why not. */
export type SqlAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly code: string }

/** Asks with parameters in one read-only transaction with the settings above and these. */
export const inReadOnly = async <T>(
  session: PostgresSession,
  settings: readonly string[],
  work: (ask: Ask) => Promise<T>,
): Promise<SqlAnswer<T>> => {
  try {
    await session.query([...session.opening, ...settings].join(';\n'))
    const value = await work((sql, values = [], limits = {}) => session.ask(sql, values, limits))
    await session.query('COMMIT')
    return { ok: true, value }
  } catch (error) {
    return { ok: false, ...(await rollBack(session, error)) }
  }
}

/** A catalogue of many tables on a busy server takes longer. */
const patient: readonly string[] = ['SET LOCAL statement_timeout = 30000']

/** The rows of one statement in a transaction of its own; rejects with the server's error, and the session goes on. */
export const readOnly = async (
  session: PostgresSession,
  sql: string,
  values: readonly SqlValue[] = [],
  limits: AnswerLimits = {},
): Promise<readonly SqlRow[]> => {
  await session.query([...session.opening, ...patient].join(';\n'))
  try {
    const rows = await session.ask(sql, values, limits)
    await session.query('COMMIT')
    return rows
  } catch (error) {
    if (isStatementError(error)) await session.query('ROLLBACK')
    throw error
  }
}

/** The rows of each of several statements in one round trip and one transaction, with these settings as well; rejects like `readOnly`. */
export const readOnlyTogether = async (
  session: PostgresSession,
  settings: readonly string[],
  statements: readonly string[],
): Promise<readonly (readonly SqlRow[])[]> => {
  const before = [...session.opening, ...settings]
  try {
    const results = await session.query([...before, ...statements, 'COMMIT'].join(';\n'))
    return statements.map((_, index) => results[before.length + index] ?? [])
  } catch (error) {
    if (isStatementError(error)) await session.query('ROLLBACK')
    throw error
  }
}
