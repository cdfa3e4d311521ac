import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { proveDatabase } from '../../src/actions/backup/prove.ts'
import { backupApplication, inBackupSession } from '../../src/actions/backup/session.ts'
import { type TakenDatabase, takeDatabase } from '../../src/actions/backup/take-database.ts'
import type { Context } from '../../src/contract/context.ts'
import { seeCluster } from '../../src/probes/backup/cluster.ts'
import { hostClient } from '../../src/tools/postgres-programs/client.ts'
import { createPrograms } from '../../src/tools/process/programs.ts'
import type { CopyTarget } from '../../src/tools/scratch/load.ts'
import { hostPlace, scratchFolder } from '../../src/tools/scratch/place.ts'
import type { PostgresServer } from './postgres.ts'
import { owner } from './postgres-cluster.ts'
import { targetOf } from './postgres-sessions.ts'
import { temporaryFolder } from './ronde.ts'

/** Debian's programs; those from npm have no pg_dump. */
export const debian = '/usr/lib/postgresql/15/bin'

/** Runs statements as psql does, and gives what it prints; throws with its word. */
export const psql = (
  server: PostgresServer,
  sql: string,
  { database = 'postgres', user = 'postgres', more = [] as readonly string[] } = {},
): string => {
  const { status, stdout, stderr } = spawnSync(`${debian}/psql`, ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...more, '-f', '-'], {
    input: sql,
    encoding: 'utf8',
    env: {
      PATH: '/usr/bin:/bin',
      PGHOST: server.host,
      PGPORT: `${server.port}`,
      PGUSER: user,
      PGPASSWORD: server.password,
      PGDATABASE: database,
      LC_ALL: 'C',
    },
  })
  if (status !== 0) throw new Error(`psql ended with ${status}: ${stderr}`)
  return stdout.trim()
}

const programs = createPrograms({ environment: process.env })

export type TryBackup = {
  readonly database: string
  /** Between the dump and the proof. */
  readonly damaged?: (folder: string, taken: TakenDatabase) => Promise<void>
  /** Between load and comparison. */
  readonly meanwhile?: (copy: CopyTarget) => Promise<void>
  readonly binaries?: string
}

/** Dumps and proves a database with the parts of the action, outside of a run. */
export const tryBackup = async (server: PostgresServer, { database, damaged, meanwhile, binaries = debian }: TryBackup) => {
  await using own = await temporaryFolder()
  const [folder, work] = [join(own.path, 'backup'), join(own.path, 'work')]
  await mkdir(folder)
  await mkdir(work)
  const signal = new AbortController().signal
  const context = { programs, signal, progress: { say: () => {} } } satisfies Partial<Context>
  const target = targetOf(server, { database })
  const client = hostClient({ folder: debian, major: 15, version: '15' })
  const random = randomBytes(8).toString('hex')
  const application = backupApplication()
  const result = await inBackupSession(target, { application, signal }, async (session) => {
    const cluster = await seeCluster(session)
    const taken = await takeDatabase(session, {
      site: { context: context as Partial<Context> as Context } as never,
      unfinished: { id: '', startedAt: new Date(), folder, work, random },
      target,
      client,
      application,
      cluster,
      expectedBytes: 1,
      schemaOnly: false,
    })
    return { cluster, taken }
  })
  if (!result.ok) throw new Error(JSON.stringify(result.failure))
  const { cluster, taken } = result.value
  if ('cause' in taken) throw new Error(taken.cause)
  await damaged?.(folder, taken)
  const { uid = process.getuid?.() ?? 0, gid = process.getgid?.() ?? 0 } = owner
  const place = hostPlace({ directory: scratchFolder(random), folder: binaries, major: 15, owner: { uid, gid } })
  const { rm } = await import('node:fs/promises')
  try {
    const outcome = await proveDatabase({
      context,
      taken,
      cluster,
      client,
      place,
      owner: { uid, gid },
      dump: join(folder, 'database.dump'),
      work,
      ...(meanwhile === undefined ? {} : { meanwhile }),
    })
    return { outcome, taken, cluster }
  } finally {
    await rm(place.directory, { recursive: true, force: true })
  }
}
