import { createHash } from 'node:crypto'
import type { Programs } from '../../contract/process.ts'
import type { ClientAccess } from './client.ts'
import { pipelineWords } from './ending-words.ts'

const settings = [
  'search_path = pg_catalog',
  'row_security = off',
  "DateStyle = 'ISO,YMD'",
  "IntervalStyle = 'postgres'",
  "TimeZone = 'UTC'",
]
const formats = [
  'extra_float_digits = 1',
  "bytea_output = 'hex'",
  "lc_monetary = 'C'",
  "client_encoding = 'UTF8'",
  'statement_timeout = 0',
  'lock_timeout = 0',
]

const newline = 0x0a

/** Adds up what each line hashes to: in whatever order rows come, doubles do not cancel out. */
const lineSum = () => {
  let [rows, sum, rest] = [0, 0n, Buffer.alloc(0)]
  const add = (line: Buffer): void => {
    rows += 1
    sum += createHash('sha256').update(line).digest().readBigInt64BE()
  }
  return {
    take: (chunk: Uint8Array): void => {
      const all = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
      let from = 0
      for (let at = all.indexOf(newline); at !== -1; at = all.indexOf(newline, from)) {
        add(all.subarray(from, at))
        from = at + 1
      }
      rest = Buffer.from(all.subarray(from))
    },
    result: () => ({ rows, hash: `${sum}` }),
  }
}

export type CopyHashing = {
  readonly access: ClientAccess
  readonly programs: Programs
  /** One that is held open; none: what is there now. */
  readonly snapshot: string | undefined
  readonly signal: AbortSignal
}

/** Rows and hash of a table by `COPY … TO STDOUT`, which plans nothing and so runs nothing of what its owner made. `table` is quoted already. */
export const copyHashOf =
  ({ access, programs, snapshot, signal }: CopyHashing) =>
  async (table: string): Promise<{ readonly rows: number; readonly hash: string }> => {
    const sum = lineSum()
    const statements = [
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
      ...(snapshot === undefined ? [] : [`SET TRANSACTION SNAPSHOT '${snapshot.replaceAll("'", "''")}'`]),
      ...[...settings, ...formats].map((one) => `SET LOCAL ${one}`),
      `COPY ${table} TO STDOUT`,
      'COMMIT',
    ]
    const commands = statements.flatMap((statement) => ['--command', statement])
    const stage = access.stage('psql', ['--no-psqlrc', '--quiet', '--no-password', '--variable', 'ON_ERROR_STOP=1', ...commands])
    const ending = await programs.pipe([stage], { stdout: { each: sum.take }, timeoutMs: 2 ** 31 - 1, signal })
    if (!ending.ok) throw new Error(`${table} could not be read by COPY: ${pipelineWords(ending)}`)
    return sum.result()
  }
