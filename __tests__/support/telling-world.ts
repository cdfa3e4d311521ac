import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { Answers } from './children-seen.ts'
import { listening } from './http-server.ts'
import type { PostgresServer } from './postgres.ts'
import { openSession } from './postgres-sessions.ts'
import { selfSigned } from './self-signed.ts'

/** A web server that echoes what it must not, in body, header and status line: each path says another text. */
export const echoServer = (written: readonly string[], header: string, end: () => string) =>
  listening(
    createHttpServer((request, response) => {
      const body = written[Number(/\d+/.exec(request.url ?? '')?.[0] ?? 0)] ?? ''
      response.writeHead(200, `oops ${header}`, { 'x-echo': header, 'content-type': 'text/plain; charset=utf-8' })
      response.end(`error: ${body} and ${end()} at the end`)
    }),
  )

/** A certificate whose names, subject and issuer say this; it ends soon. */
export const tellingCertificate = (said: string, name = said) =>
  selfSigned({ names: [said, name], notAfter: new Date(Date.now() + 2 * 86_400_000) })

export const tellingTlsServer = ({ cert, key }: ReturnType<typeof selfSigned>) =>
  listening(
    createTlsServer({ key, cert }, (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
    }).on('tlsClientError', () => {}),
    '127.0.0.1',
    'https',
  )

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const fields = (severity: string, said: string): Buffer =>
  Buffer.concat([
    ...[`S${severity}`, `V${severity}`, 'C53300', `M${said}`, `D${said}`, `H${said}`, `W${said}`, `q${said}`].map((one) =>
      Buffer.from(`${one}\0`),
    ),
    Buffer.from([0]),
  ])

const sslRequest = 80_877_103

/** What calls itself PostgreSQL, takes every login, and says this in each notice, parameter and error. */
export const tellingPostgres = ({ notice, error }: { readonly notice: string; readonly error: string }) => {
  const welcome = Buffer.concat([
    message('R', Buffer.alloc(4)),
    message('S', Buffer.from(`application_name\0${notice}\0`)),
    message('S', Buffer.from(`server_version\0${notice}\0`)),
    message('N', fields('WARNING', notice)),
    message('Z', Buffer.from('I')),
  ])
  const refusal = Buffer.concat([
    message('N', fields('NOTICE', notice)),
    message('E', fields('ERROR', error)),
    message('Z', Buffer.from('I')),
  ])
  return listening(
    createTcpServer((socket) => {
      let welcomed = false
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) => {
        const asksForTls = !welcomed && chunk.length === 8 && chunk.readInt32BE(4) === sslRequest
        socket.write(asksForTls ? 'N' : welcomed ? refusal : welcome)
        welcomed ||= !asksForTls
      })
    }),
    '127.0.0.1',
    'postgres',
  )
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Names for the objects of a database, at most 63 bytes each. */
export type ObjectNames = {
  readonly table: string
  readonly index: string
  readonly column: string
  readonly role: string
  readonly session: string
}

/** Objects of a database whose names tell, a table that is bloated and never looked at, and a session that waits in its transaction. */
export const tellingObjects = async (server: PostgresServer, { table, index, column, role, session }: ObjectNames) => {
  await using owner = await openSession(server)
  await owner.query(`CREATE TABLE ${quoted(table)} (id int PRIMARY KEY, ${quoted(column)} date, points int)`)
  await owner.query(`CREATE INDEX ${quoted(index)} ON ${quoted(table)} (points)`)
  await owner.query(`CREATE INDEX ${quoted(`${index}2`)} ON ${quoted(table)} (points)`)
  await owner.query(`ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(`${column}c`)} CHECK (points > 0) NOT VALID`)
  await owner.query(`INSERT INTO ${quoted(table)} SELECT n, '2020-01-01', n FROM generate_series(1, 5000) n; ANALYZE ${quoted(table)}`)
  await owner.query(`DELETE FROM ${quoted(table)} WHERE id < 4000`)
  await owner.query(`CREATE ROLE ${quoted(role)} LOGIN SUPERUSER PASSWORD 'quiz'`)
  await owner.query('CREATE TABLE row_of_two (n int); INSERT INTO row_of_two VALUES (1)')
  const idle = await openSession(server, { user: role, password: 'quiz', application: session })
  await idle.query(`BEGIN; LOCK TABLE ${quoted(table)} IN ROW EXCLUSIVE MODE; UPDATE row_of_two SET n = n`)
  const waiting = await openSession(server, { user: role, password: 'quiz', application: session })
  // Waits for a row of the first one, and for no table: every look goes on.
  void waiting
    .query(`UPDATE row_of_two SET n = n RETURNING (SELECT min(${quoted(column)}) FROM ${quoted(table)}) AS ${quoted(column)}`)
    .catch(() => {})
  return {
    [Symbol.asyncDispose]: async () => {
      await idle[Symbol.asyncDispose]()
      await waiting[Symbol.asyncDispose]()
    },
  }
}

const id = 'a1b2c3d4e5f60718'.repeat(4)
type Words = { readonly say: (source: 'health' | 'container' | 'proxy' | 'engine') => string; readonly login: string }

const containerOf = (service: string, { say, login }: Words) => ({
  Id: id.replace('a', service === 'web' ? 'b' : 'c'),
  Name: `/quiz-${service}-1`,
  State: {
    Status: 'running',
    ExitCode: 0,
    StartedAt: new Date(Date.now() - 3_600_000).toISOString(),
    Health: { Status: 'unhealthy', Log: [{ ExitCode: 1, Output: `probe: ${say('health')}` }] },
  },
  Config: { Image: 'quiz/web:1', Env: [`POSTGRES_PASSWORD=${login}`], Labels: { 'com.docker.compose.service': service } },
  HostConfig: {},
})

/** What `docker` answers on a server with two containers that are ill: their health, logs, a proxy that refuses its configuration, and errors of its own. */
export const tellingEngine = (directory: string, words: Words): Answers => {
  const containers = ['web', 'db'].map((service) => containerOf(service, words))
  const line = ({ Id }: { readonly Id: string }) =>
    `${JSON.stringify([Id, 'running', 'quiz', directory, join(directory, 'compose.yml'), '', 'False'])}\n`
  const now = new Date().toISOString()
  const { say } = words
  return {
    'ps\\ *': { stdout: containers.map(line).join('') },
    'inspect\\ *': { stdout: JSON.stringify(containers) },
    'logs\\ *': { stdout: `${now} ${now} Purge OK: 3 rows ${say('container')}\n`.repeat(2), stderr: `${now} ${say('container')}\n` },
    '*nginx\\ -t*': { stderr: `nginx: [emerg] ${say('proxy')} in /etc/nginx/nginx.conf:3\n`, exitCode: 1 },
    '*': { stderr: `docker: ${say('engine')}\n`, exitCode: 1 },
  }
}
