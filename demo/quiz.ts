import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** The day of `time-zone` in the demo's configuration, where it is noon. */
const today = `date '${new Date().toISOString().slice(0, 10)}'`
const yesterday = `(${today} - 1)`

const schema = `
  create table if not exists day (id serial primary key, day_date date not null unique);
  create table if not exists game (
    id serial primary key,
    day_date date not null,
    player text not null,
    points integer not null,
    time_ms integer not null
  );
  create index if not exists idx_game_ranking_points on game (day_date, points desc, time_ms);
  create index if not exists idx_game_ranking_time on game (day_date, time_ms, points desc);
  insert into day (day_date) values (${today}) on conflict do nothing;
  insert into game (day_date, player, points, time_ms) select ${today}, 'player ' || n, n * 10, 60000 - n from generate_series(1, 20) n;
`

const answers: Readonly<Record<string, { sql: string; body: (rows: readonly object[]) => object }>> = {
  '/api/health': { sql: 'select 1', body: () => ({ status: 'ok' }) },
  '/': { sql: 'select count(*) from game', body: ([games]) => ({ name: 'quiz', ...games }) },
  '/api/leaderboard': { sql: 'select player, points from game order by points desc, time_ms limit 10', body: (top) => ({ top }) },
}

export type Quiz = {
  readonly url: string
  /** The home page needs the database again. */
  dropCache(): void
  /** Games of yesterday that a purge should have taken. */
  leaveYesterday(): Promise<void>
  /** What the application's own daily purge does. */
  purge(): Promise<void>
  close(): Promise<void>
}

/** A small web application on the database: two routes and a cached home page, and an access log whose lines end with the request time. */
export const startQuiz = async (databaseUrl: string, accessLog: string): Promise<Quiz> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: 2_000 })
  // The demo stops this database on purpose; an idle connection that breaks is part of the story.
  pool.on('error', () => {})
  await pool.query(schema)
  let home: object | undefined
  const kept = (path: string, body: object): object => {
    if (path === '/') home = body
    return body
  }

  const server = createServer((request, response) => {
    const startedAt = performance.now()
    const path = request.url ?? '/'
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(3)
      appendFileSync(
        accessLog,
        `127.0.0.1 - - [${new Date().toUTCString()}] "${request.method} ${path} HTTP/1.1" ${status} - "-" "-" ${seconds}\n`,
      )
    }
    const answer = answers[path]
    if (answer === undefined) return send(404, {})
    if (path === '/' && home !== undefined) return send(200, home)
    pool.query(answer.sql).then(
      ({ rows }) => send(200, kept(path, answer.body(rows))),
      () => send(503, { status: 'error' }),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropCache: () => {
      home = undefined
    },
    leaveYesterday: async () => {
      await pool.query(
        `insert into game (day_date, player, points, time_ms) select ${yesterday}, 'player ' || n, n, n from generate_series(1, 12) n`,
      )
    },
    purge: async () => {
      await pool.query(`delete from game where day_date <> ${today}`)
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await pool.end()
    },
  }
}
