import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { PostgresTarget } from '../../contract/database.ts'
import type { LongLivedProgram, Programs } from '../../contract/process.ts'
import { withPostgresSession } from '../connect/session.ts'
import { endingWords, pipelineWords } from '../postgres-programs/ending-words.ts'
import type { ScratchPlace } from './place.ts'

export type StartScratch = {
  readonly place: ScratchPlace
  readonly programs: Programs
  readonly user: string
  readonly password: string
  readonly preload: readonly string[]
  readonly signal: AbortSignal
}

/** A server of our own that listens on a socket and nowhere else, and whose data nobody needs. */
export type ScratchServer = {
  /** As its superuser; the database is `postgres`. */
  readonly target: PostgresTarget
  stop(): Promise<void>
}

const initMs = 120_000
const readyMs = 60_000
const dayMs = 86_400_000

/** Nothing of it outlives the proof, so nothing is waited for on the disk. The memory that it takes is stated in the docs. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  autovacuum: 'off',
  jit: 'off',
  shared_buffers: '64MB',
  maintenance_work_mem: '64MB',
  work_mem: '16MB',
  max_connections: '20',
  max_parallel_workers: '2',
  max_worker_processes: '4',
  max_prepared_transactions: '0',
  log_min_messages: 'fatal',
  log_statement: 'none',
}
const initialise = async ({ place, programs, user, signal }: StartScratch): Promise<void> => {
  const account = ['--username', user, '--pwfile', place.path('password'), '--auth', 'scram-sha-256']
  const stage = place.stage('initdb', ['--pgdata', place.path('data'), ...account, '--encoding', 'UTF8', '--locale', 'C', '--no-sync'])
  const ending = await programs.pipe([stage], { stdout: { keepBytes: 65_536 }, timeoutMs: initMs, signal })
  if (!ending.ok) throw new Error(`the scratch server could not be made: ${pipelineWords(ending)}`)
}

const targetOf = ({ place, user, password }: StartScratch): PostgresTarget => ({
  host: join(place.directory, 'socket'),
  port: 5432,
  database: 'postgres',
  user,
  password,
  ssl: { mode: 'disable' },
  subject: 'the scratch server',
  service: undefined,
})

/** Reads its words away: a pipe that nobody reads would stop it. */
const drain = async (output: AsyncIterable<Uint8Array>): Promise<void> => {
  for await (const _ of output) continue
}

const untilReady = async (server: LongLivedProgram, start: StartScratch): Promise<PostgresTarget> => {
  const target = targetOf(start)
  const until = Date.now() + readyMs
  let ended: string | undefined
  const watch = async () => {
    ended = endingWords(await server.ended)
  }
  void watch()
  while (Date.now() < until) {
    start.signal.throwIfAborted()
    const tried = await withPostgresSession(target, { signal: start.signal, connectTimeoutMs: 5_000, timeoutMs: 5_000 }, (session) =>
      session.query('SELECT 1'),
    )
    if (tried.ok) return target
    if (ended !== undefined) throw new Error(`the scratch server did not start: ${ended}`)
    await delay(100)
  }
  throw new Error(`the scratch server did not take connections within ${readyMs / 1_000} s`)
}

/** Makes and starts it; it ends with this process, however that ends. */
export const startScratch = async (start: StartScratch): Promise<ScratchServer> => {
  const { place, programs, preload, signal } = start
  await initialise(start)
  const given = {
    ...settings,
    unix_socket_directories: place.path('socket'),
    ...(preload.length === 0 ? {} : { shared_preload_libraries: preload.join(',') }),
  }
  const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await programs.start(place.stage('postgres', ['-D', place.path('data'), ...flags]), { timeoutMs: dayMs, signal })
  void drain(server.output)
  try {
    return { target: await untilReady(server, start), stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}
