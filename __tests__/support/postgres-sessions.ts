import pg from 'pg'
import type { PostgresTarget } from '../../src/contract/database.ts'
import type { PostgresServer } from './postgres.ts'

type Who = { readonly user?: string; readonly password?: string; readonly database?: string; readonly application?: string }

export type ApplicationSession = {
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A session of an application on the server, of the superuser unless told otherwise; ended when it goes out of scope. One that still waits, for
 * a lock that its test holds perhaps, is cut off: a failed expectation must not wait for what would have come after it.
 */
export const openSession = async (server: PostgresServer, who: Who = {}): Promise<ApplicationSession> => {
  const client = new pg.Client({
    host: server.host,
    port: server.port,
    user: who.user ?? server.user,
    password: who.password ?? server.password,
    database: who.database ?? 'postgres',
    application_name: who.application ?? 'application',
  })
  client.on('error', () => {}) // some tests kill the server under it
  await client.connect()
  let running = 0
  const ask = async (sql: string) => {
    running += 1
    try {
      const result: unknown = await client.query(sql)
      return (Array.isArray(result) ? result.at(-1) : result).rows
    } finally {
      running -= 1
    }
  }
  return {
    query: (sql) => {
      const asked = ask(sql)
      asked.catch(() => {}) // whoever awaits it hears of it; after a failed expectation nobody does
      return asked
    },
    [Symbol.asyncDispose]: async () => {
      if (running > 0) client.connection.stream.destroy()
      await client.end()
    },
  }
}

/** How Ronde reaches the server, as its superuser unless told otherwise. */
export const targetOf = (server: PostgresServer, given: Partial<PostgresTarget> = {}): PostgresTarget => ({
  host: server.host,
  port: server.port,
  database: 'postgres',
  user: server.user,
  password: server.password,
  ssl: { mode: 'prefer' },
  subject: 'service/db',
  service: 'db',
  ...given,
})

/** Asks until the answer is what is waited for; fails after five seconds. */
export const eventually = async <T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> => {
  const until = performance.now() + 5_000
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > until) throw new Error(`waited in vain; the last answer was ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
