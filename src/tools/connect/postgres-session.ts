/** Every value as the server writes it, or null: `cells.ts` of the probes reads what was asked for. */
export type SqlRow = Readonly<Record<string, unknown>>

export type SqlValue = string | number | boolean | null | readonly (string | number)[]

/** Of one answer: how long it may take, and how long a row of it may be. */
export type AnswerLimits = { readonly timeoutMs?: number; readonly rowBytes?: number }

export type PostgresSession = {
  /** Sends one or several statements in one round trip and gives the rows of each; rejects with the server's error. */
  query(sql: string, limits?: AnswerLimits): Promise<readonly (readonly SqlRow[])[]>
  /** Sends one statement whose `$1`, `$2`, … are these values and gives its rows; rejects with the server's error. */
  ask(sql: string, values: readonly SqlValue[], limits?: AnswerLimits): Promise<readonly SqlRow[]>
  /** Names as an SQL identifier, dots between them: `"public"."game"`. */
  quoted(...names: readonly string[]): string
  /** Asks the server to stop the statement that runs in it, which then rejects with 57014; needs no connection slot. Never throws. */
  cancel(): Promise<void>
  /** The statements with which every look begins; what they set ends with its transaction. */
  readonly opening: readonly string[]
  /** Of the server's process; only where the session is its own (`direct`). */
  readonly pid: number
}
