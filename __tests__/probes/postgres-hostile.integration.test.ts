import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import type { PostgresTarget } from '../../src/contract/database.ts'
import { failureOf, look } from '../support/postgres-look.ts'

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const message = (kind: string, body: Buffer): Buffer => Buffer.concat([Buffer.from(kind), number(body.length + 4), body])
const loggedIn = Buffer.concat([message('R', number(0)), message('Z', Buffer.from('I'))])
const oneColumn = message('T', Buffer.concat([Buffer.from([0, 1]), Buffer.from('a\0'), Buffer.alloc(18)]))

/** Says what it says to whoever logs in, and goes on with `more` as long as it is read. */
const pour = (socket: Socket, more: Buffer): void => {
  const write = (): void => {
    while (!socket.destroyed && socket.write(more));
  }
  socket.on('drain', write)
  write()
}

const hostile: readonly { name: string; speak: (socket: Socket) => void; detail?: string }[] = [
  { name: 'an error whose fields never end', speak: (socket) => socket.write(message('E', Buffer.from('Mhello'))) },
  { name: 'an error without any field', speak: (socket) => socket.write(message('E', Buffer.alloc(0))) },
  { name: 'a way to log in that does not exist', speak: (socket) => socket.write(message('R', number(99))) },
  {
    name: 'a message that says it has fewer bytes than none',
    speak: (socket) => socket.write(Buffer.concat([Buffer.from('R'), number(-5)])),
  },
  {
    name: 'a row that says it is longer than it is',
    speak: (socket) => {
      socket.write(loggedIn)
      socket.once('data', () => {
        const row = message('D', Buffer.concat([Buffer.from([0, 3]), number(0x7fffffff), Buffer.from('x')]))
        socket.write(Buffer.concat([oneColumn, row]))
      })
    },
  },
  {
    name: 'a row of two gigabytes',
    detail: 'its answer is too long: over 1048576 bytes',
    speak: (socket) => {
      socket.write(loggedIn)
      socket.once('data', () => {
        socket.write(Buffer.concat([oneColumn, Buffer.from('D'), number(0x7fffffff)]))
        pour(socket, Buffer.alloc(1024 * 1024, 'x'))
      })
    },
  },
  {
    name: 'rows without end',
    detail: 'its answer is too long: over 33554432 bytes',
    speak: (socket) => {
      socket.write(loggedIn)
      socket.once('data', () => {
        socket.write(oneColumn)
        const row = message('D', Buffer.concat([Buffer.from([0, 1]), number(1_000_000), Buffer.alloc(1_000_000, 'x')]))
        pour(socket, row)
      })
    },
  },
]

/** A server that offers no TLS and then says what it likes. */
const start = async (speak: (socket: Socket) => void): Promise<{ readonly port: number } & AsyncDisposable> => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (first) => {
      if (first.length > 8) return speak(socket)
      socket.write('N')
      socket.once('data', () => speak(socket))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() }
}

describe('a server that lies', () => {
  test.each(hostile)(
    'with $name is a failure at once: it neither hangs, nor fills the memory, nor ends the run',
    async ({ speak, detail = 'what it answers is not the protocol of PostgreSQL' }) => {
      await using server = await start(speak)
      const ssl = { mode: 'prefer' } as const
      const where = { host: '127.0.0.1', port: server.port, database: 'd', user: 'u', password: 'p', ssl }
      const target: PostgresTarget = { ...where, subject: 's', service: undefined }
      const before = process.memoryUsage().rss
      expect(await failureOf(target, { timeoutMs: 5_000 })).toEqual({
        kind: 'other',
        detail,
      })
      expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
    },
  )
})

describe('a value of a type whose usual reader takes the square of its length', () => {
  const timestamp = 1114
  const column = Buffer.alloc(18)
  column.writeUInt32BE(timestamp, 6)
  const described = message('T', Buffer.concat([Buffer.from([0, 1]), Buffer.from('version\0'), column]))
  const answerOf = (digits: number) => {
    const value = Buffer.from(`${'9'.repeat(digits)}-`)
    const row = message('D', Buffer.concat([Buffer.from([0, 1]), number(value.length), value]))
    return Buffer.concat([described, row, message('C', Buffer.from('SELECT 1\0')), message('Z', Buffer.from('I'))])
  }

  test.each([100_000, 1_000_000, 2_000_000])('of %d digits keeps nobody waiting', async (digits) => {
    const answer = answerOf(digits)
    await using server = await start((socket) => {
      socket.write(loggedIn)
      socket.on('data', () => void socket.write(answer))
    })
    const target: PostgresTarget = {
      host: '127.0.0.1',
      port: server.port,
      database: 'd',
      user: 'u',
      password: 'p',
      ssl: { mode: 'prefer' },
      subject: 's',
      service: undefined,
    }
    const startedAt = performance.now()
    await look(target, { timeoutMs: 5_000 })
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })
})
