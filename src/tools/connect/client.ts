import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'pg'
import type { PostgresTarget } from '../../core/database.ts'
import { guardFrames } from './frames.ts'
import type { Line } from './line.ts'
import { tlsOptions } from './tls-options.ts'

export type ClientOptions = {
  readonly tls: boolean
  readonly application: string
  /** The plain side of TLS that another process speaks. */
  readonly plain: Duplex | undefined
  readonly line: Line
}

/** An open connection, as the driver wants one: it asks for it, and it is there. */
const opened = (plain: Duplex): Duplex =>
  Object.assign(plain, {
    connect: () => {
      process.nextTick(() => plain.emit('connect'))
    },
  })

/** Everything is given, so that the driver takes nothing from PG… variables or a .pgpass file of the runner. */
export const createClient = async (target: PostgresTarget, { tls, application, plain, line }: ClientOptions): Promise<Client> => {
  const pg = await import('pg')
  const stream = line.hold(plain === undefined ? new Socket() : opened(plain))
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: () => target.password ?? '',
    application_name: application,
    sslnegotiation: 'postgres' as const,
    // A line that died in silence during a long statement is noticed before the run's deadline.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ssl: tls && plain === undefined ? tlsOptions(target.ssl) : false,
    stream: () => stream,
  })
  // The same error rejects the login or the query that is under way.
  client.on('error', () => {})
  guardFrames(client, line.broken)
  return client
}
