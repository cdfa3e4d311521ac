import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'pg'
import type { PostgresTarget } from '../../contract/database.ts'
import { type Guard, guardFrames } from './frames.ts'
import type { Line } from './line.ts'
import type { Reported } from './startup.ts'
import { tlsOptions } from './tls-options.ts'

/** One way to log in. */
export type Login = {
  readonly tls: boolean
  readonly application: string
  /** Of the startup packet; none where a server or pooler takes none. */
  readonly options: string | undefined
}

export type GuardedClient = { readonly client: Client; readonly guard: Guard; readonly reported: Reported }

/** The parts of the driver that have no name in its documentation; ADR 0019 says why each is needed, and a test holds them still. */
type Inside = {
  getStartupConf(): Readonly<Record<string, string>>
  readonly connection: { on(event: 'parameterStatus', listener: (one: { parameterName: string; parameterValue: string }) => void): void }
}

/** More than any server reports. */
const mostReported = 100

/** An open connection, as the driver wants one: it asks for it, and it is there. */
const opened = (plain: Duplex): Duplex =>
  Object.assign(plain, {
    connect: () => {
      process.nextTick(() => plain.emit('connect'))
    },
  })

/**
 * The driver's client, over `plain`, the plain side of TLS that another process speaks, where there is one. It takes nothing from PG… variables or a .pgpass file of the runner, reads no value by the type that the server
 * names, and hears only whole and bounded messages.
 */
export const createClient = async (
  target: PostgresTarget,
  login: Login,
  { plain, line }: { readonly plain: Duplex | undefined; readonly line: Line },
): Promise<GuardedClient> => {
  const { Client } = await import('pg')
  const stream = line.hold(plain === undefined ? new Socket() : opened(plain))
  const client = new Client({ ...clientOptions(target, login.tls && plain === undefined), stream: () => stream })
  // The same error rejects the login or the query that is under way.
  client.on('error', () => {})
  const inside = client as unknown as Inside
  const { application: application_name, options } = login
  const packet = { user: target.user, database: target.database, application_name, ...(options === undefined ? {} : { options }) }
  inside.getStartupConf = () => packet
  const reported = new Map<string, string>()
  inside.connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    if (reported.size < mostReported) reported.set(parameterName, parameterValue)
  })
  return { client, guard: guardFrames(client, line), reported }
}

const asText = (text: string): string => text

const clientOptions = (target: PostgresTarget, tls: boolean) => ({
  host: target.host,
  port: target.port,
  database: target.database,
  user: target.user,
  password: () => target.password ?? '',
  sslnegotiation: 'postgres' as const,
  // A line that died in silence during a long statement is noticed before the run's deadline.
  keepAlive: true,
  keepAliveInitialDelayMillis: 30_000,
  ssl: tls ? tlsOptions(target.ssl) : false,
  types: { getTypeParser: () => asText },
})
