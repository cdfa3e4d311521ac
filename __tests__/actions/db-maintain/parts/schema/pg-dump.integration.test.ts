import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, jest, test } from '@jest/globals'
import { canonical, compareSchemas } from '../../../../../src/actions/db-maintain/parts/schema/snapshot.ts'
import { seeSchema } from '../../../../../src/probes/postgres/schema.ts'
import { withPostgresSession } from '../../../../../src/tools/connect/session.ts'
import { type PostgresServer, startPostgres } from '../../../../support/postgres.ts'
import { openSession, targetOf } from '../../../../support/postgres-sessions.ts'
import { before, type Shown, statements } from './statements.ts'

jest.setTimeout(180_000)

const database = 'drifting'
const limits = { signal: new AbortController().signal, connectTimeoutMs: 5_000, timeoutMs: 60_000 }

const linesOf = async (server: PostgresServer, major: number): Promise<readonly string[]> => {
  const seen = await withPostgresSession(targetOf(server, { database }), limits, (session) => seeSchema(session, major))
  if (!seen.ok) throw new Error(seen.failure.detail)
  return canonical(major, seen.value.lines).lines
}

/** Debian's, which refuses servers that are newer than itself. */
const program = '/usr/lib/postgresql/15/bin/pg_dump'
const run = promisify(execFile)
/** Each dump draws its own word for `\restrict`. */
const dumpOf = async (server: PostgresServer): Promise<string> => {
  const connection = ['-h', server.host, '-p', String(server.port), '-U', server.user, database]
  const options = ['-s', '--no-owner', '--no-privileges', '--no-comments']
  const { stdout } = await run(program, [...options, ...connection], {
    env: { PGPASSWORD: server.password, PGOPTIONS: '-c quote_all_identifiers=off', PATH: process.env['PATH'] },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout.replaceAll(/^\\(?:un)?restrict .*$/gm, '')
}

type Step = { readonly lines: readonly string[]; readonly dump: string }
type Compared = { readonly sql: string; readonly shown: Shown; readonly drift: readonly string[]; readonly dumpChanged: boolean }

const walk = async (server: PostgresServer, major: number, seeDump: () => Promise<string>): Promise<readonly Compared[]> => {
  await using admin = await openSession(server)
  await admin.query(`CREATE DATABASE ${database}`)
  await using session = await openSession(server, { database })
  await session.query(before)
  const look = async (): Promise<Step> => {
    const [lines, dump] = await Promise.all([linesOf(server, major), seeDump()])
    return { lines, dump }
  }
  let last = await look()
  const compared: Compared[] = []
  for (const [sql, shown] of statements) {
    await session.query(sql)
    const now = await look()
    compared.push({ sql, shown, drift: compareSchemas(last.lines, now.lines).lines, dumpChanged: now.dump !== last.dump })
    last = now
  }
  return compared
}

const settings = { wal_level: 'logical', max_replication_slots: 4, autovacuum: 'off' }
const isWrong = ({ shown, drift }: Compared): boolean => (shown === 'none') !== (drift.length === 0)

test('every kind of change that pg_dump -s shows is drift, and nothing else but foreign keys that are switched off', async () => {
  await using server = await startPostgres({ major: 15, settings })
  const hasOracle = existsSync(program)
  const compared = await walk(server, 15, async () => (hasOracle ? dumpOf(server) : ''))
  expect(compared.filter(isWrong).map(({ sql, drift }) => ({ sql, drift }))).toEqual([])
  const doubted = hasOracle ? compared.filter(({ shown, dumpChanged }) => dumpChanged !== (shown === 'drift')) : []
  expect(doubted.map(({ sql }) => sql)).toEqual([])
  expect(compared.flatMap(({ drift }) => drift).join('\n')).not.toContain('hidden')
})

test('the same on PostgreSQL 18', async () => {
  await using server = await startPostgres({ settings })
  const compared = await walk(server, 18, async () => '')
  expect(compared.filter(isWrong).map(({ sql, drift }) => ({ sql, drift }))).toEqual([])
})
