import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import type { PostgresTarget } from '../../../src/contract/database.ts'
import { type AuthMethod, allowsAuth, requireAuthMistake } from '../../../src/domain/postgres/require-auth.ts'
import { withPostgresSession } from '../../../src/tools/connect/session.ts'

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}
const authentication = (code: number, rest = Buffer.alloc(0)): Buffer => {
  const word = Buffer.alloc(4)
  word.writeUInt32BE(code)
  return message('R', Buffer.concat([word, rest]))
}
const ready = Buffer.concat([authentication(0), message('Z', Buffer.from('I'))])
const asks: Readonly<Record<AuthMethod, Buffer>> = {
  password: authentication(3),
  md5: authentication(5, Buffer.from('salt')),
  'scram-sha-256': authentication(10, Buffer.from('SCRAM-SHA-256\0\0')),
  none: ready,
}

/** A server that asks like this, whatever it is; gives all that came back after the start of the session. */
const askedBy = async (question: Buffer, required: string | undefined) => {
  const said: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(question)
      socket.on('data', (piece: Buffer) => {
        said.push(piece)
        // Whatever it was, it lets us in.
        if (piece[0] === 0x70) socket.write(ready)
      })
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const target: PostgresTarget = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    database: 'quiz',
    user: 'quiz',
    password: 'hunter2-hunter2',
    ssl: { mode: 'disable' },
    subject: 'db',
    service: undefined,
    ...(required === undefined ? {} : { requireAuth: required }),
  }
  const limits = { signal: new AbortController().signal, connectTimeoutMs: 2_000, timeoutMs: 2_000 }
  const result = await withPostgresSession(target, limits, async () => 'in')
  server.close()
  return { result, said: Buffer.concat(said).toString('latin1') }
}

describe('a server that asks for the password', () => {
  test('gets it in clear where nothing is required, as with libpq', async () => {
    const { result, said } = await askedBy(asks.password, undefined)
    expect([result.ok, said.includes('hunter2')]).toEqual([true, true])
  })

  test.each<[AuthMethod, string]>([
    ['password', 'scram-sha-256'],
    ['password', '!password'],
    ['password', 'md5,scram-sha-256'],
    ['md5', 'scram-sha-256'],
    ['scram-sha-256', 'none'],
    ['none', 'scram-sha-256'],
    ['none', '!none'],
  ])('by %s gets nothing where require_auth is %s', async (method, required) => {
    const { result, said } = await askedBy(asks[method], required)
    expect(result).toMatchObject({ ok: false, failure: { kind: 'login-refused', detail: `it asks for ${method}` } })
    expect(said).toBe('')
  })

  test('and lets us in before its own proof is refused', async () => {
    const { result } = await askedBy(Buffer.concat([asks['scram-sha-256'], ready]), 'scram-sha-256')
    expect(result).toMatchObject({ ok: false, failure: { kind: 'login-refused', detail: 'it asks for none' } })
  })

  test('may ask as it is allowed to', async () => {
    expect((await askedBy(asks.password, 'password,md5')).result).toMatchObject({ ok: true, value: 'in' })
    expect((await askedBy(asks.none, '!password')).result).toMatchObject({ ok: true, value: 'in' })
  })
})

test.each([
  ['', undefined],
  ['scram-sha-256', undefined],
  ['!password, !md5', undefined],
  ['scram', 'knows only'],
  ['!password,md5', 'mixes'],
])('require_auth=%j: %s', (required, mistake) => {
  expect(requireAuthMistake(required) ?? 'none').toContain(mistake ?? 'none')
})

test('an empty require_auth requires nothing', () => {
  expect(allowsAuth('', 'password')).toBe(true)
})
